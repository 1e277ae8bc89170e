"""How runs are listed: legend and leaderboard, in columns."""

from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.present.run_table import RunRow, RunTable
from tuimon.text import fit, fit_name, format_change, format_value, safe, width
from tuimon.tui.panes.cells import Cell, line

_VALUE, _MOST_VALUE, _GAIN = 9, 24, 7
_MOST_NAME, _LEAST_NAME = 40, 14
_MOST_HPARAM = 12


class RunCells(NamedTuple):
    """Cells of the columns, the blank before each included."""

    cue: int
    name: int
    hparams: tuple[int, ...]
    """Of those that find room."""
    value: int
    gain: int


def run_columns(table: RunTable, cells: int) -> RunCells:
    """How so many cells are shared."""
    cue, wanted, hparams = _wanted(table)
    gain = _gain_cells(table)
    room = cells - 2 - cue - gain  # the mark, and the margin
    # Above hyperparameters the title of the values has their column alone.
    titled = min(max(_VALUE, width(_title(table)) + 1), _MOST_VALUE)
    shown: list[int] = []
    for size in hparams:
        if room - titled - sum(shown) - size < min(wanted, _LEAST_NAME):
            break
        shown.append(size)
    value = (titled if shown else _VALUE) if table.tag else 0
    return RunCells(cue, max(0, room - value - sum(shown)), tuple(shown), value, gain)


def wanted_cells(table: RunTable) -> int:
    """Cells in which all columns are seen in full."""
    cue, name, hparams = _wanted(table)
    value = max(_VALUE, width(_title(table)) + 1) if table.tag else 0
    return 2 + cue + name + sum(hparams) + value + _gain_cells(table)


def _gain_cells(table: RunTable) -> int:
    """Of the column behind the values: how far those of groups spread, or of others."""
    if table.grouped:
        return 1 + max(_GAIN, *(width(row.spread) for row in table.rows))
    return _GAIN if table.baseline else 0


def _wanted(table: RunTable) -> tuple[int, int, list[int]]:
    rows = table.rows
    cue = max((len(row.cue) for row in rows), default=1)
    name = max((row.is_member + width(safe(row.label)) for row in rows), default=0)
    titles = [_hparam_title(each, table) for each in table.hparams]
    hparams = [
        1 + min(_MOST_HPARAM, max(width(title), *(width(row.hparams[at]) for row in rows)))
        for at, title in enumerate(titles)
    ]
    return cue, 1 + min(name, _MOST_NAME), hparams


def _title(table: RunTable) -> str:
    return ("▾ " if table.by_value else "") + safe(table.title)


def _hparam_title(name: str, table: RunTable) -> str:
    return ("▾ " if name == table.ordered_by else "") + safe(name)


def run_head(table: RunTable, columns: RunCells) -> Row:
    """How many there are, and what stands in the columns."""
    count = f" {len(table.names)} "
    room = 1 + columns.cue + columns.name - len(" runs") - len(count)
    heads = [
        " " + fit_name(_hparam_title(name, table), cells - 1, "right")
        for name, cells in zip(table.hparams, columns.hparams, strict=False)
    ]
    title_room = columns.value + (0 if heads else max(0, room))  # it may begin above the names
    title = fit_name(_title(table), max(0, title_room - 1)).rstrip()
    title = " " + title if title else ""
    blank = title_room - width(title)
    return line(
        (" ", roles.AXIS),
        ("runs", roles.TITLE),
        (count, roles.DIM),
        ("─" * (room if heads else blank), roles.AXIS),
        ("".join(heads) + " " * (blank if heads else 0) + title, roles.DIM),
        (fit("±" if table.grouped else "Δ", columns.gain, "right") + " ", roles.DIM),
    )


def run_row(row: RunRow, columns: RunCells, *, selected: bool) -> Row:
    """A run: its mark, the look of its lines, its name, what it was given and has reached."""
    mark = "›" if row.focused else "*" if row.pinned else "Δ" if row.is_baseline else " "
    cue = row.cue if row.drawn else "·"
    indent = "  " if row.is_member else " "
    name = f"{indent}{fit_name(row.label, max(0, columns.name - len(indent)))}"
    role = _role_of(row)
    spans: list[Cell] = [
        (mark, roles.FOCUS),
        (fit(cue, columns.cue), row.role if row.drawn else roles.DIM),
        (fit(name, columns.name), role),
    ]
    for text, cells in zip(row.hparams, columns.hparams, strict=False):
        spans.append((" " + fit(text, cells - 1, "right"), roles.DIM))
    value = "" if row.value is None else format_value(row.value)
    spans.append(
        (fit(value, columns.value, "right"), roles.DIM if role == roles.DIM else roles.VALUE)
    )
    gain = {None: roles.DIM, True: roles.OK, False: roles.WARN}[row.better]
    more = row.spread or ("" if row.gain is None else format_change(row.gain))
    spans.append((fit(more, columns.gain, "right") + " ", gain))
    if selected:
        return (Span("".join(text for text, _ in spans), roles.SELECTED),)
    return line(*spans)


def _role_of(row: RunRow) -> roles.Role:
    if row.focused:
        return roles.FOCUS
    return roles.TEXT if row.drawn and not row.faded else roles.DIM
