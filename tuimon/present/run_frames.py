"""Tables of runs as pandas has them, for Python. pandas is imported when one is asked for."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tuimon.charts.reference import share_of
from tuimon.present.glance import GlanceBook
from tuimon.present.run_board import BoardRow, board, board_rows
from tuimon.present.run_lines import RunCommands, RunLine, matching
from tuimon.runs.activity import state_word
from tuimon.runs.baselines import pinned_directories
from tuimon.runs.registry import list_runs
from tuimon.store.run_log import RunLog
from tuimon.store.series import AllPoints, Points
from tuimon.summaries.reader import SummaryReader

if TYPE_CHECKING:
    import pandas as pd

_DTYPES = (np.int64, np.float64, np.float64, np.bool_, np.bool_)


def points_frame(
    kind: type[Points] | type[AllPoints],
    parts: Sequence[Points | AllPoints],
    runs: Sequence[str],
    tags: Sequence[str],
) -> pd.DataFrame:
    """Points of one `kind` of series, which are of these runs and tags, one behind the other."""
    try:
        import pandas as pd
    except ImportError:
        raise ImportError("to_pandas needs pandas: pip install pandas") from None
    lengths = [len(part.steps) for part in parts]

    def category(names: Sequence[str]) -> pd.Categorical:
        places = {name: place for place, name in enumerate(dict.fromkeys(names))}
        codes = np.repeat(np.array([places[name] for name in names], np.int32), lengths)
        # As objects: names of directories need not be valid Unicode.
        return pd.Categorical.from_codes(codes, pd.Index([*places], dtype=object))

    columns = {
        name.removesuffix("s"): np.concatenate([np.empty(0, dtype), *(part[n] for part in parts)])
        for n, (name, dtype) in enumerate(zip(kind._fields, _DTYPES, strict=False))
    }
    return pd.DataFrame({"run": category(runs), "tag": category(tags), **columns})


def board_frame(runs: Mapping[str, RunLog], reader: SummaryReader) -> pd.DataFrame:
    """A row for each training, the best first (see `tuimon.api.LogDirectory.board`)."""
    import pandas as pd

    table = board(board_rows(runs, reader), runs.values())
    rows = {row.name: table.record(row) for row in table.ranked(table.main or "run")}
    return pd.DataFrame([*rows.values()], index=pd.Index([*rows], name="run"))


def difference_frame(
    runs: Mapping[str, RunLog], reader: SummaryReader, first: str, second: str
) -> pd.DataFrame:
    """What differs between two trainings (see `tuimon.api.LogDirectory.diff`).

    Raises KeyError: there is no such training with scalars.
    """
    import pandas as pd

    rows = {row.name: row for row in board_rows(runs, reader)}
    one, other = dict(_facts(rows[first])), dict(_facts(rows[second]))
    keys = [key for key in {**one, **other} if not _is_same(one.get(key), other.get(key))]
    told = [(one.get(key), other.get(key), _change(one.get(key), other.get(key))) for key in keys]
    index = pd.MultiIndex.from_tuples(keys, names=["section", "name"]) if keys else None
    return pd.DataFrame(told, index=index, columns=[first, second, "change"], dtype=object)


def _facts(row: BoardRow) -> Iterator[tuple[tuple[str, str], object]]:
    for name, value in row.settings.items():
        yield ("settings", name), value
    for name, value in (("seconds", row.seconds), ("pace", row.pace)):
        yield ("resources", name), value
    for tag, one in row.results.items():
        if one.best is not None:
            yield ("values", f"best {tag}"), one.best
        yield ("values", f"last {tag}"), one.last


def _is_same(first: object, second: object) -> bool:
    nan = first != first and second != second
    return nan or first == second


def _change(first: object, second: object) -> float | None:
    numbers = isinstance(first, float) and isinstance(second, float)
    return share_of(second, first) if numbers else None  # type: ignore[arg-type]


def runs_frame(where: str = "", *, archived: bool = False) -> pd.DataFrame:
    """The runs that tuimon has launched, newest first, indexed by id, as ``tuimon ls`` lists them.

    Columns: name, state, started (UTC), seconds, metric with its best and last value, note, tags,
    starred, archived, baseline, cwd, and logdirs, which `tuimon.load` reads.

    Args:
        where: as behind ``/`` on the home screen: ``lr<1e-3``, ``#paper``, ``starred``.
        archived: archived ones, too.

    Raises:
        FilterError: `where` is no filter.
        ImportError: pandas is not installed.
    """
    import pandas as pd

    commands, book, now = RunCommands(), GlanceBook(), time.time()
    runs = list_runs()
    for run in runs:
        book.look(run)
    lines = commands.lines(runs, book.glances, pinned_directories())
    found = matching(lines, where, commands, now, archived=archived)
    index = pd.Index([line.id for line in found], name="id")
    return pd.DataFrame([_record(line, now) for line in found], index=index)


def _record(line: RunLine, now: float) -> dict[str, Any]:
    import pandas as pd

    run, said, glance = line.run, line.run.annotation, line.glance
    best = glance.best if glance is not None else None
    return {
        "name": run.name,
        "state": state_word(run),
        "started": pd.Timestamp(run.record.started_at, unit="s", tz="UTC"),
        "seconds": run.took(now),
        "metric": glance and glance.tag,
        "best": best and best.value,
        "last": glance and glance.last,
        "note": said.note,
        "tags": said.tags,
        "starred": said.starred,
        "archived": said.archived,
        "baseline": line.is_baseline,
        "cwd": run.record.cwd,
        "logdirs": tuple(source.path for source in run.log_sources),
    }
