"""How much room text takes in fonts that nobody knows here: a little more than in most."""

from tuimon.text import fit_name, width

SMALL = 12.0
"""The size of all text but titles."""
_WIDE = 0.62
"""Of the size, for a cell: digits of the widest of the fonts (DejaVu Sans)."""


def text_width(text: str, size: float = SMALL) -> float:
    """Pixels of safe text."""
    return width(text) * size * _WIDE


def cut(text: str, cells: int) -> str:
    """Safe text in at most so many cells, without its middle: names differ at their ends."""
    return text if width(text) <= cells else fit_name(text, max(1, cells)).rstrip()
