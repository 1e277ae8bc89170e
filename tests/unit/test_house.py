"""The house is kept in order: sizes, names that occur once, one dialect of docstrings."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tuimon").rglob("*.py"))
TREES = {path: ast.parse(path.read_text()) for path in FILES}

MOST_LINES = 400
MOST_FUNCTION_LINES = 60
MOST_METHODS = 40

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def classes() -> Iterator[tuple[Path, ast.ClassDef]]:
    for path, tree in TREES.items():
        yield from ((path, node) for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def is_message(node: ast.ClassDef) -> bool:
    """Textual's messages are named by what has happened, and known by their widget's name."""
    return any(isinstance(base, ast.Name) and base.id == "Message" for base in node.bases)


def test_files_functions_and_classes_are_of_a_size_to_be_read():
    assert not [
        (name_of(path), lines)
        for path in FILES
        if (lines := len(path.read_text().splitlines())) > MOST_LINES
    ]
    assert not [
        (name_of(path), node.name)
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, Function)
        and (node.end_lineno or 0) - node.lineno >= MOST_FUNCTION_LINES
    ]


def test_no_class_does_everything():
    methods = {
        node.name: sum(isinstance(one, Function) for one in node.body) for _, node in classes()
    }
    assert not {name: count for name, count in methods.items() if count > MOST_METHODS}


def test_a_file_is_found_by_its_name():
    places: dict[str, list[str]] = defaultdict(list)
    for path in FILES:
        if path.stem not in ("__init__", "__main__"):
            places[path.stem].append(name_of(path))
    assert not [paths for paths in places.values() if len(paths) > 1]


def test_a_class_is_found_by_its_name():
    places: dict[str, set[str]] = defaultdict(set)
    for path, node in classes():
        if not is_message(node):
            places[node.name.lstrip("_")].add(f"{name_of(path)}:{node.lineno}")
    assert not {name: where for name, where in places.items() if len(where) > 1}


def test_attributes_are_told_where_they_are():
    assert not [
        (name_of(path), node.name)
        for path, node in classes()
        if "Attributes:" in (ast.get_docstring(node) or "")
    ]
