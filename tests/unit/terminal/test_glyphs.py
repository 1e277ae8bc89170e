"""Signs that are drawn have a likeness in ASCII, or a mark that curves have there anyway."""

import ast
from pathlib import Path

import pytest

import tuimon
from tuimon.terminal.glyphs import to_ascii

SOURCES = Path(tuimon.__file__).parent
DRAWN = sorted([*SOURCES.glob("views/**/*.py"), *SOURCES.glob("charts/*.py")])
BLOCKS = set(map(chr, range(0x2580, 0x2900)))
"""Block elements and braille: ASCII draws with letters instead."""


def texts(path: Path) -> str:
    """All that a module may draw: its strings, without the docstrings."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    told = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    return "".join(
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
    )


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: "-".join(path.parts[-2:]))
def test_every_sign_has_a_likeness(path: Path):
    drawn = "".join(set(texts(path)) - BLOCKS)
    assert to_ascii(drawn).isascii(), to_ascii(drawn)
    assert len(to_ascii(drawn)) == len(drawn)
