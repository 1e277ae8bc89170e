"""Textual's inside is used in one package, by one table, and is there."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest
from rich.console import Console
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen

from tuimon.terminal.private import MODULES, NAMES

ROOT = Path(__file__).parents[3]
TERMINAL = ROOT / "tuimon/terminal"
CLASSES = {
    one.__name__: one
    for one in (App, Screen, LinuxDriver, XTermParser, Console, ChopsUpdate, LayoutUpdate)
}
TAKEN = {name for names in NAMES.values() for name in names if name.startswith("_")}
PYTHONS_OWN = {"_replace", "_asdict", "_fields", "_make", "_exit"}


def sources(*, of_terminal: bool) -> list[Path]:
    files = (ROOT / "tuimon").rglob("*.py")
    return [path for path in files if path.is_relative_to(TERMINAL) == of_terminal]


def private_modules(path: Path) -> set[str]:
    """Modules of Textual and Rich with an underscore that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.startswith(("textual.", "rich.")) and "._" in name}


def private_names(path: Path) -> set[str]:
    """Private attributes that a file uses and does not make itself."""
    used, made = set(), set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            made.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            made.add(node.id)
        elif isinstance(node, ast.Attribute):
            used.add(node.attr)
    private = {name for name in used if name.startswith("_") and not name.startswith("__")}
    return private - made - PYTHONS_OWN


def inherited(path: Path) -> set[str]:
    """Private methods that a file replaces in classes of Textual's."""
    return {
        node.name
        for owner in ast.walk(ast.parse(path.read_text()))
        if isinstance(owner, ast.ClassDef)
        for node in owner.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("_")
        and not node.name.startswith("__")
        and any(hasattr(one, node.name) for one in (App, Screen, LinuxDriver))
    }


@pytest.mark.parametrize(
    ("owner", "name"), [(owner, name) for owner, names in NAMES.items() for name in names]
)
def test_what_is_taken_is_there(owner: str, name: str) -> None:
    line = [one for one in inspect.getmro(CLASSES[owner]) if one.__module__ != "builtins"]
    assert any(name in inspect.getsource(one) for one in line), f"{owner} has no {name} any more"


@pytest.mark.parametrize("module", MODULES)
def test_private_modules_are_there(module: str) -> None:
    assert importlib.import_module(module)


def test_the_terminal_takes_what_the_table_says_and_nothing_else() -> None:
    files = sources(of_terminal=True)
    assert set().union(*map(private_modules, files)) == set(MODULES)
    assert set().union(*map(private_names, files), *map(inherited, files)) == TAKEN


def test_nothing_else_knows_what_textual_keeps_private() -> None:
    for path in sources(of_terminal=False):
        assert not private_modules(path), path
        if {"tui", "views"} & set(path.relative_to(ROOT).parts):
            assert not TAKEN & private_names(path), path
            assert not inherited(path), path
