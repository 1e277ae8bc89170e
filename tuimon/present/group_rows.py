"""Groups of runs in the list of runs: a line for each, with its runs below it where those are
wanted."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tuimon.charts.cursor import group_label, half_text
from tuimon.present.hparam_groups import in_order
from tuimon.present.leaderboard import Comparison
from tuimon.present.run_table import RunRow, RunTable
from tuimon.present.selection import Selection
from tuimon.store.spread import spread_of


def with_groups(table: RunTable, selection: Selection, comparison: Comparison) -> RunTable:
    """A table of runs with a line for each group; those of no group come last."""
    if not selection.groups:
        return table
    found: dict[str, list[RunRow]] = {}
    alone = []
    for row in table.rows:
        group = selection.groups.get(row.name)
        if group is None:
            alone.append(row)
        else:
            found.setdefault(group, []).append(row)
    lines = {name: _group_row(name, found[name], selection) for name in in_order([*found])}
    values = {name: line.value for name, line in lines.items() if line.value is not None}
    order = comparison._replace(values=values).ranked(lines) if table.by_value else [*lines]
    rows: list[RunRow] = []
    for name in order:
        rows.append(lines[name])
        if selection.members:
            rows += [replace(row, is_member=True) for row in found[name]]
    return replace(table, rows=[*rows, *alone])


def _group_row(name: str, runs: Sequence[RunRow], selection: Selection) -> RunRow:
    """The line of a group: what its runs that are drawn have reached."""
    drawn = [row for row in runs if row.drawn]
    value, spread = _reached(drawn, selection)
    first = (drawn or runs)[0]
    return RunRow(
        "",
        group_label(name, len(drawn)),
        first.cue,
        first.role,
        focused=not selection.members and any(row.focused for row in runs),
        drawn=bool(drawn),
        faded=first.faded,
        value=value,
        hparams=("",) * len(first.hparams),
        members=tuple(runs),
        spread=spread,
    )


def _reached(runs: Sequence[RunRow], selection: Selection) -> tuple[float | None, str]:
    """The middle of their values, and how far these are from it."""
    values = [row.value for row in runs if row.value is not None]
    if not values:
        return None, ""
    found = spread_of(np.array(values)[:, None], selection.spread)
    half = float(found.high[0] - found.middle[0])
    told = selection.spread in ("std", "sem", "ci") and np.isfinite(half)
    return float(found.middle[0]), f"±{half_text(half)}" if told else ""
