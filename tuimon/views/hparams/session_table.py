"""Sessions as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.text import fit, safe, shorten, width
from tuimon.views.hparams.scene import HParamScene
from tuimon.views.hparams.sessions import format_cell
from tuimon.views.layout import Piece, clip

_MOST_COLUMN, _LEAST_COLUMN = 16, 6
_MOST_RUN, _LEAST_RUN = 28, 8
_GAP = 2
_SIGN_CELLS = 2
_MARK = "■ "
_STATUSES = {
    "success": ("✓", roles.OK),
    "failure": ("✗", roles.ERROR),
    "running": ("●", roles.ACCENT),
}


@dataclass(slots=True)
class Scroll:
    """The part of a table that is seen; kept such that the cursor is in it."""

    top: int = 0
    """First row."""
    left: int = 0
    """First column."""
    room: int = 1
    """Rows that are seen at most."""


def table_rows(scene: HParamScene, scroll: Scroll, cells: int, height: int) -> list[Row]:
    """A row of headings, and one for each session from `scroll` on, which is adapted."""
    table, columns = scene.table, scene.table.shown
    scroll.room = max(1, height - 1)
    if scene.at is not None:
        scroll.top = min(max(scroll.top, scene.at - scroll.room + 1), scene.at)
    scroll.top = min(max(0, scroll.top), max(0, len(scene.order) - scroll.room))
    run_cells = max((width(safe(one.run)) for one in table.sessions), default=0)
    run_cells = min(max(run_cells, _LEAST_RUN), _MOST_RUN, max(_LEAST_RUN, cells // 3))
    sizes = {column: _column_cells(scene, column) for column in columns}
    shown = _fitting(scene, scroll, sizes, cells - run_cells - _SIGN_CELLS)
    hidden = len(columns) - len(shown)
    more = f"  +{hidden} more" if hidden else ""
    title: list[Piece] = [(fit(more, run_cells + _SIGN_CELLS), roles.DIM)]
    for column in shown:
        role = roles.TITLE if table.columns[column].metric else roles.NOTE
        if scene.at is not None and column == scene.column:
            role = roles.ACCENT
        name = fit(shorten(safe(table.heading(column)), sizes[column]), sizes[column], "right")
        title.append((" " * _GAP + name, role))
    rows = [clip(title, cells)]
    for session in scene.order[scroll.top : scroll.top + scroll.room]:
        row = _row(scene, session, run_cells, {column: sizes[column] for column in shown})
        line = clip(row, cells)
        if session == scene.chosen:
            line = (Span(fit("".join(span.text for span in line), cells), roles.SELECTED),)
        rows.append(line)
    if not scene.order:
        rows.append(clip([("No run matches the filter.", roles.DIM)], cells))
    return rows


def _fitting(scene: HParamScene, scroll: Scroll, sizes: dict[int, int], cells: int) -> list[int]:
    """The columns that find room, the one under the cursor among them."""
    columns = [*sizes]
    if scene.column in sizes:
        place = columns.index(scene.column)
        scroll.left = min(scroll.left, place)
        while scroll.left < place and not _fits(sizes, columns[scroll.left : place + 1], cells):
            scroll.left += 1
    scroll.left = min(scroll.left, max(0, len(columns) - 1))
    shown: list[int] = []
    for column in columns[scroll.left :]:
        if not _fits(sizes, [*shown, column], cells):
            break
        shown.append(column)
    return shown


def _fits(sizes: dict[int, int], columns: Sequence[int], cells: int) -> bool:
    return sum(sizes[column] + _GAP for column in columns) <= cells


def _row(scene: HParamScene, at: int, run_cells: int, sizes: dict[int, int]) -> list[Piece]:
    """A session; before the value that colours it stands a mark of that colour."""
    session = scene.table.sessions[at]
    sign, role = _STATUSES.get(session.status, (" ", roles.BLANK))
    run = fit(shorten(safe(session.run), run_cells), run_cells)
    row: list[Piece] = [(sign, role), (f" {run}", roles.TEXT)]
    for column, cells in sizes.items():
        mark = _MARK if column == scene.colour else ""
        room = cells - width(mark)
        text = fit(shorten(safe(format_cell(session.values[column])), room), room, "right")
        ink = roles.VALUE if scene.table.columns[column].metric else roles.LEGEND
        row += [(" " * _GAP, roles.BLANK), (mark, scene.inks[at]), (text, ink)]
    return row


def _column_cells(scene: HParamScene, column: int) -> int:
    table = scene.table
    name = width(safe(table.heading(column)))
    values = max(
        (width(safe(format_cell(one.values[column]))) for one in table.sessions), default=0
    )
    mark = width(_MARK) if column == scene.colour else 0
    return min(max(name, values + mark, _LEAST_COLUMN), _MOST_COLUMN)
