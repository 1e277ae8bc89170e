"""Sessions as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.charts.table import TableColumn, in_view, lay_out
from tuimon.present.list_cursor import ListCursor
from tuimon.present.trial_names import hparam_text
from tuimon.text import fit, safe, width
from tuimon.views.hparams.scene import HParamScene
from tuimon.views.layout import clip

_MOST_COLUMN, _LEAST_COLUMN = 16, 6
_MOST_RUN, _LEAST_RUN = 28, 8
_SIGN_CELLS = 2
_MARK = "■ "
_BLANK = Span(" ", roles.BLANK)
_SIGNS = {
    "success": Span("✓", roles.OK),
    "failure": Span("✗", roles.ERROR),
    "running": Span("●", roles.ACCENT),
}


@dataclass(slots=True)
class TableCursor(ListCursor):
    """In a table whose columns scroll, too."""

    left: int = 0
    """The first column in view."""


def table_rows(scene: HParamScene, cursor: TableCursor, cells: int, height: int) -> list[Row]:
    """A row of headings, and one for each session in view; the `cursor` is adapted."""
    columns, sessions = scene.table.shown, scene.table.sessions
    view = cursor.fit(len(scene.order), height - 1, follows=scene.at is not None)
    seen = scene.order[view.start : view.stop]
    run_cells = max((width(safe(one.name)) for one in sessions), default=0)
    run_cells = min(max(run_cells, _LEAST_RUN), _MOST_RUN, max(_LEAST_RUN, cells // 3))
    sizes = [_column_cells(scene, column) for column in columns]
    at = columns.index(scene.column) if scene.column in columns else None
    shown = in_view(sizes, cursor.left, at, cells - run_cells - _SIGN_CELLS)
    cursor.left = shown.start
    hidden = len(columns) - len(shown)
    found = [
        TableColumn(
            (_BLANK,), [(_SIGNS.get(sessions[one].status, _BLANK),) for one in seen], gap=0
        ),
        TableColumn(
            (Span(f"+{hidden} more" if hidden else "", roles.DIM),),
            [(Span(safe(sessions[one].name), roles.TEXT),) for one in seen],
            gap=1,
        ),
        *(_column(scene, columns[place], seen) for place in shown),
    ]
    rows = lay_out(found, [1, run_cells, *sizes[shown.start : shown.stop]])
    rows = [clip(row, cells) for row in rows]
    if scene.chosen in seen:
        line = rows[1 + seen.index(scene.chosen)]
        text = fit("".join(span.text for span in line), cells)
        rows[1 + seen.index(scene.chosen)] = (Span(text, roles.SELECTED),)
    if not scene.order:
        rows.append(clip([("No run matches the filter.", roles.DIM)], cells))
    return rows


def _column(scene: HParamScene, column: int, seen: Sequence[int]) -> TableColumn:
    """Values of sessions; before those that colour them stand marks of the colours."""
    metric = scene.table.columns[column].metric
    role = roles.TITLE if metric else roles.NOTE
    if scene.at is not None and column == scene.column:
        role = roles.ACCENT
    ink = roles.VALUE if metric else roles.LEGEND
    mark = _MARK if column == scene.colour else ""
    cells = [(Span(mark, scene.inks[at]), Span(_text(scene, column, at), ink)) for at in seen]
    return TableColumn((Span(safe(scene.table.heading(column)), role),), cells, "right")


def _text(scene: HParamScene, column: int, at: int) -> str:
    return safe(hparam_text(scene.table.sessions[at].values[column]))


def _column_cells(scene: HParamScene, column: int) -> int:
    name = width(safe(scene.table.heading(column)))
    sessions = range(len(scene.table.sessions))
    values = max((width(_text(scene, column, at)) for at in sessions), default=0)
    mark = width(_MARK) if column == scene.colour else 0
    return min(max(name, values + mark, _LEAST_COLUMN), _MOST_COLUMN)
