"""Sessions as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.present.list_cursor import ListCursor
from tuimon.text import fit, safe, shorten, width
from tuimon.views.hparams.scene import HParamScene
from tuimon.views.hparams.sessions import format_cell
from tuimon.views.layout import Piece, clip

_MOST_COLUMN, _LEAST_COLUMN = 16, 6
_MOST_RUN, _LEAST_RUN = 28, 8
_GAP = 2
_SIGN_CELLS = 2
_MARK = "■ "
_STATUSES = {"success": ("✓", "ok"), "failure": ("✗", "error"), "running": ("●", "accent")}


@dataclass(slots=True)
class TableCursor(ListCursor):
    """In a table whose columns scroll, too."""

    left: int = 0
    """The first column in view."""


def table_rows(scene: HParamScene, cursor: TableCursor, cells: int, height: int) -> list[Row]:
    """A row of headings, and one for each session in view; the `cursor` is adapted."""
    table, columns = scene.table, scene.table.shown
    seen = cursor.fit(len(scene.order), height - 1, follows=scene.at is not None)
    run_cells = max((width(safe(one.run)) for one in table.sessions), default=0)
    run_cells = min(max(run_cells, _LEAST_RUN), _MOST_RUN, max(_LEAST_RUN, cells // 3))
    sizes = {column: _column_cells(scene, column) for column in columns}
    shown = _fitting(scene, cursor, sizes, cells - run_cells - _SIGN_CELLS)
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
    for session in scene.order[seen.start : seen.stop]:
        row = _row(scene, session, run_cells, {column: sizes[column] for column in shown})
        line = clip(row, cells)
        if session == scene.chosen:
            line = (Span(fit("".join(span.text for span in line), cells), "cursor"),)
        rows.append(line)
    if not scene.order:
        rows.append(clip([("No run matches the filter.", roles.DIM)], cells))
    return rows


def _fitting(
    scene: HParamScene, cursor: TableCursor, sizes: dict[int, int], cells: int
) -> list[int]:
    """The columns that find room, the one under the cursor among them."""
    columns = [*sizes]
    if scene.column in sizes:
        place = columns.index(scene.column)
        cursor.left = min(cursor.left, place)
        while cursor.left < place and not _fits(sizes, columns[cursor.left : place + 1], cells):
            cursor.left += 1
    cursor.left = min(cursor.left, max(0, len(columns) - 1))
    shown: list[int] = []
    for column in columns[cursor.left :]:
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
