"""`tuimon board --group`: groups side by side, as text, JSON and CSV."""

import csv
import io
import math
from collections.abc import Iterator, Sequence

from tuimon.charts.cursor import half_text
from tuimon.cli.shared.text_table import TextColumn, fitted, lines_of
from tuimon.present.group_board import GroupLine, GroupResult
from tuimon.text import format_value, safe

_LEAST_NAME = 12
_STD, _OF = "STD", "OF"
_WHAT = ("mean", "std", "runs")


def group_text(
    lines: Sequence[GroupLine], tags: Sequence[str], cells: int | None, *, last: bool
) -> Iterator[str]:
    """A line for each group: how many runs it has, the mean of each metric ± its deviation."""
    columns = [
        TextColumn("GROUP", [safe(line.name) for line in lines], least=_LEAST_NAME),
        TextColumn("RUNS", [str(len(line.runs)) for line in lines], "right"),
    ]
    for tag in tags:
        found = [line.told(tag, last=last) for line in lines]
        columns.append(TextColumn(safe(tag), [_mean(one) for one in found], "right"))
        columns.append(TextColumn(_STD, [_spread(one) for one in found]))
        fewer = [_fewer(one, line) for one, line in zip(found, lines, strict=True)]
        columns.append(TextColumn(_OF, fewer, "right"))
    columns = [column for column in columns if any(column.cells)]
    return lines_of(fitted(columns, cells, [_OF, _STD, *map(safe, tags[:0:-1])]))


def _mean(result: GroupResult | None) -> str:
    return "" if result is None else format_value(result.mean)


def _spread(result: GroupResult | None) -> str:
    known = result is not None and math.isfinite(result.std)
    return f"±{half_text(result.std)}" if result is not None and known else ""


def _fewer(result: GroupResult | None, line: GroupLine) -> str:
    """How many runs have a number, where that is not all of them."""
    return "" if result is None or result.runs == len(line.runs) else str(result.runs)


def group_document(line: GroupLine) -> dict[str, object]:
    """A group for programs; JSON has no NaN."""
    return {
        "group": line.name,
        "runs": [row.name for row in line.runs],
        "metrics": {
            tag: {"last": _numbers(one), "best": _numbers(line.best.get(tag))}
            for tag, one in line.last.items()
        },
    }


def _numbers(result: GroupResult | None) -> dict[str, object] | None:
    if result is None:
        return None
    mean, std = (each if math.isfinite(each) else None for each in (result.mean, result.std))
    return {"mean": mean, "std": std, "runs": result.runs}


def group_csv(lines: Sequence[GroupLine]) -> str:
    """All metrics in full precision; an empty cell for none."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    tags = list(dict.fromkeys(tag for line in lines for tag in line.last))
    told = [f"{tag} {of} {what}" for tag in tags for of in ("best", "last") for what in _WHAT]
    writer.writerow(["group", "runs", *told])
    for line in lines:
        values: list[object] = []
        for tag in tags:
            for one in (line.best.get(tag), line.last.get(tag)):
                told_of = _numbers(one)
                values += [None] * len(_WHAT) if told_of is None else told_of.values()
        writer.writerow([line.name, len(line.runs), *values])
    return text.getvalue()
