"""Hints to keys in a row: as many as fit, the important ones first."""

from collections.abc import Iterable

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.text import width
from tuimon.tui.keys.key_tables import Key
from tuimon.tui.panes.cells import line


def fitting(keys: Iterable[Key], cells: int) -> list[Key]:
    """Keys that have a hint within `cells` columns, in their order; less important ones go."""
    wanted = [key for key in keys if key.footer]
    while wanted and sum(_width(key) for key in wanted) > cells:
        wanted.remove(min(wanted, key=lambda key: key.footer))
    return wanted


def key_row(keys: Iterable[Key], cells: int) -> Row:
    """Key hints within `cells` columns."""
    spans = [
        span
        for key in fitting(keys, cells)
        for span in ((f" {key.shown}", roles.KEY), (_label(key), roles.DIM))
    ]
    return line(*spans)


def key_at(keys: Iterable[Key], cells: int, x: int) -> Key | None:
    """The key whose hint is at a column of the row, if any."""
    for key in fitting(keys, cells):
        x -= _width(key)
        if x < 0:
            return key
    return None


def _width(key: Key) -> int:
    return width(key.shown) + width(_label(key)) + 1


def _label(key: Key) -> str:
    """What the hint tells behind the key; nothing where the key behind it tells that."""
    return f" {key.label} " if key.label else ""
