"""`tuimon board`: trainings side by side, the best first."""

import csv
import io
import json
import math
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import click

from tuimon.cli.shared.common import CommandError
from tuimon.cli.shared.group_options import group_option
from tuimon.cli.shared.group_table import group_csv, group_document, group_text
from tuimon.cli.shared.targets import EventLogs, LogTarget, select, sources_argument, tell
from tuimon.cli.shared.text_table import TextColumn, fitted, lines_of
from tuimon.metrics import best_of
from tuimon.present.group_board import group_lines, ranked
from tuimon.present.run_board import Board, BoardRow, Result, board, board_rows
from tuimon.present.run_groups import GroupError, argument_settings, wandb_group_of
from tuimon.present.run_lines import ARCHIVED, RunCommands, words_of
from tuimon.present.trial_names import hparam_text
from tuimon.runs.activity import state_word
from tuimon.runs.baselines import baseline_above, baseline_of
from tuimon.runs.checkpoints import checkpoint_of, find_checkpoints
from tuimon.runs.record import RecordError
from tuimon.runs.registry import list_runs, read_status
from tuimon.store.filters import FilterError, parse_expression, parse_filter
from tuimon.store.run_log import RunLog
from tuimon.summaries.hparams import HParamValue
from tuimon.summaries.reader import SummaryReader
from tuimon.text import format_change, format_duration, format_step, format_value, safe

_FEW_METRICS = 3
"""So many are told where none is named."""
_LEAST_NAME, _LEAST_SETTING = 12, 6
_STEP, _CHANGE = "STEP", "Δ"
_Row = TypeVar("_Row")


@click.command()
@click.option(
    "-m",
    "--metric",
    "metrics",
    multiple=True,
    metavar="FILTER",
    help="Tell the metrics that match, as behind / on the screen; may be repeated.",
)
@click.option(
    "-w",
    "--where",
    metavar="FILTER",
    help="Only rows that match: 'lr<1e-3 and val/acc>0.9', '#paper', 'failed'.",
)
@click.option(
    "-s",
    "--sort",
    metavar="COLUMN",
    help="A metric, a setting, run, state, took or pace. Default: the main metric, best first.",
)
@click.option("-r", "--reverse", is_flag=True, help="The other way round.")
@click.option("--last", is_flag=True, help="Last values instead of the best ones.")
@group_option
@click.option("-n", "most", type=click.IntRange(1), metavar="N", help="Only the first N rows.")
@click.option("--json", "kind", flag_value="json", help="All metrics of each row, for programs.")
@click.option("--csv", "kind", flag_value="csv", help="The same, comma separated.")
@sources_argument("[LOGDIR|PLACE|RUN...]")
def command(**typed: Any) -> int:
    """Compare trainings in a table: of each what it was given that differs, the best values with
    their steps, how long it took, its pace and state, and the checkpoint that holds the best.

    Without LOGDIR or RUN: the runs that were started in this directory. What is best is told by a
    metric's name: the lowest of losses and errors, the highest of accuracies and rewards.

    With --group a row is a group of runs: the mean of their values ± standard deviation.
    """
    where = typed["where"] or ""
    table, complete = _board(typed["source"], archived=ARCHIVED in where.lower())
    try:
        told = _group_lines(table, typed) if typed["group"] else _run_lines(table, typed)
    except FilterError as error:
        raise CommandError(f"no filter: {error}") from None
    except GroupError as error:
        raise CommandError(f"--group: {error}") from None
    except KeyError as error:
        there = ["run", *([] if typed["group"] else ["state", "took", "pace", *table.varying])]
        raise CommandError(_no_column(error.args[0], [*there, *table.tags])) from None
    if told is None:
        tell("no row matches")
        return 1
    for line in told:
        click.echo(line.rstrip())
    return 0 if complete else 1


def _run_lines(table: Board, typed: dict[str, Any]) -> Iterable[str] | None:
    """What is printed of the rows that match; None where none does.

    Raises: CommandError, FilterError, KeyError.
    """
    holds = parse_expression(typed["where"] or "")
    tags = _tags(table, typed["metrics"])
    rows = table.ranked(typed["sort"] or table.main or "run", last=typed["last"])
    rows = _first([row for row in rows if holds(row.holds)], typed)
    if not rows:
        return None
    shown = table._replace(rows=rows)
    if typed["kind"] == "json":
        return [json.dumps([_document(row, shown) for row in rows], indent=1)]
    if typed["kind"] == "csv":
        return [_csv(shown)]
    return _lines(shown, tags, _cells(), last=typed["last"])


def _group_lines(table: Board, typed: dict[str, Any]) -> Iterable[str] | None:
    """The same of groups of the rows that match. Raises GroupError, too."""
    holds = parse_expression(typed["where"] or "")
    tags = _tags(table, typed["metrics"])
    found = group_lines(typed["group"], [row for row in table.rows if holds(row.holds)])
    column, last = typed["sort"] or table.main or "run", typed["last"]
    lines = _first(ranked(found, column, last=last), typed) if found else []
    if not lines:
        return None
    if typed["kind"] == "json":
        return [json.dumps([group_document(line) for line in lines], indent=1)]
    if typed["kind"] == "csv":
        return [group_csv(lines)]
    return group_text(lines, tags, _cells(), last=last)


def _first(rows: list[_Row], typed: dict[str, Any]) -> list[_Row]:
    """As many rows as are wanted, in the order that is."""
    return (rows[::-1] if typed["reverse"] else rows)[: typed["most"]]


def _cells() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _board(sources: Sequence[str], *, archived: bool) -> tuple[Board, bool]:
    """All trainings of some sources, else of the runs that were started here, and whether all of
    their files could be read.

    Raises CommandError: there is nothing to compare.
    """
    targets = [select(source) for source in sources] or _started_here(archived=archived)
    reader, commands = SummaryReader(), RunCommands()
    rows: list[BoardRow] = []
    logs: list[RunLog] = []
    complete = True
    for target in targets:
        found = EventLogs(target, None)
        runs = found.store().runs
        complete &= found.complete
        logs += runs.values()
        alone = len(targets) == 1
        rows += [_told(row, target, commands, alone=alone) for row in board_rows(runs, reader)]
    if not rows:
        raise CommandError("no scalars there")
    table = board(rows, logs)._replace(baseline=_baseline(targets, reader))
    return table._replace(rows=_with_checkpoints(rows, table.main)), complete


def _baseline(targets: Sequence[LogTarget], reader: SummaryReader) -> BoardRow | None:
    """The training that is pinned for the directory in which the first run was started, or the log
    directories lie."""
    cwd = next((target.status.record.cwd for target in targets if target.status), None)
    paths = [source.path for target in targets for source in target.sources]
    pinned = baseline_above(paths) if cwd is None else baseline_of(cwd)
    if pinned is None:
        return None
    try:
        status = read_status(Path(pinned.directory))
    except RecordError:
        tell(f"the baseline {safe(pinned.name)} is gone: tuimon baseline")
        return None
    found = board_rows(EventLogs(LogTarget(status.log_sources, status), None).store().runs, reader)
    return found[0]._replace(name=status.name) if len(found) == 1 else None


def _started_here(*, archived: bool) -> list[LogTarget]:
    here = Path.cwd()
    found = (run for run in list_runs() if Path(run.record.cwd) == here and run.log_sources)
    runs = [run for run in found if archived or not run.annotation.archived]
    if not runs:
        raise CommandError("no run was started in this directory: name a LOGDIR or a RUN")
    return [LogTarget(run.log_sources, run) for run in runs]


def _told(row: BoardRow, target: LogTarget, commands: RunCommands, *, alone: bool) -> BoardRow:
    """A row with what is known of the run, or under which directory it lies."""
    run = target.status
    if run is None:
        path = target.sources[0].path
        whole = Path(path).name if row.name == "." else row.name if alone else f"{path}/{row.name}"
        return row._replace(name=whole)
    given = argument_settings(commands.of(run))
    took = run.took(time.time())
    name = run.name if row.name == "." else f"{run.name} {row.name}"
    return row._replace(
        name=name,
        settings={**given, **row.settings},
        seconds=took,
        state=state_word(run),
        wandb_group=wandb_group_of(run),
        said=words_of(run.annotation),
    )


def _with_checkpoints(rows: Sequence[BoardRow], main: str) -> list[BoardRow]:
    """Rows with the checkpoints that hold their bests, where they lie where nobody else's do: below
    the log, or, as Hugging Face has it, two directories above."""
    above = Counter(_above(row) for row in rows)
    told = []
    for row in rows:
        result = row.results.get(main)
        if row.directory is not None and result is not None and result.moment is not None:
            parent = _above(row)
            places = [row.directory, *([parent] if parent and above[parent] == 1 else [])]
            found = checkpoint_of(result.moment, find_checkpoints(places))
            row = row._replace(checkpoint=found and found.path)
        told.append(row)
    return told


def _above(row: BoardRow) -> Path | None:
    """``out`` of a log in ``out/runs/NAME``."""
    directory = row.directory
    return directory.parents[1] if directory and directory.parent.name == "runs" else None


def _tags(table: Board, filters: Sequence[str]) -> list[str]:
    """The metrics to tell: those that match, else the main one and a few that have a best value."""
    if filters:
        shown = [parse_filter(text) for text in filters]
        tags = [tag for shows in shown for tag in table.tags if shows("", tag)]
        if not tags:
            raise CommandError(f"no metric matches; there are: {_listed(table.tags)}")
        return list(dict.fromkeys(tags))
    main, *others = table.tags
    have_best = (tag for tag in others if best_of(tag) is not None)
    return [main, *islice(have_best, _FEW_METRICS - 1)]


def _no_column(name: str, there: Sequence[str]) -> str:
    return f"no column {safe(name)}: there are {_listed(there)}"


def _listed(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(safe, names[:most])) + more


def _lines(table: Board, tags: Sequence[str], cells: int | None, *, last: bool) -> Iterator[str]:
    rows, settings = table.rows, table.varying
    columns = [
        TextColumn("RUN", [safe(row.name) for row in rows], least=_LEAST_NAME),
        *(_of_setting(name, rows) for name in settings),
        *(column for tag in tags for column in _of_metric(tag, table, last=last)),
        TextColumn("TOOK", [format_duration(row.seconds) for row in rows], "right"),
        TextColumn("PACE", [_pace(row) for row in rows], "right"),
        TextColumn("STATE", [row.state for row in rows]),
        TextColumn("CHECKPOINT", [_checkpoint(row) for row in rows]),
    ]
    least = [safe(name) for name in (*tags[:0:-1], *settings[::-1])]
    columns = [column for column in columns if any(column.cells)]
    leaving = ["PACE", _STEP, "TOOK", "CHECKPOINT", *least, "STATE", _CHANGE]
    yield from lines_of(fitted(columns, cells, leaving))
    if table.baseline is not None:
        yield f"{_CHANGE}: against {safe(table.baseline.name)}"


def _of_setting(name: str, rows: Sequence[BoardRow]) -> TextColumn:
    texts = [safe(hparam_text(row.settings.get(name))) for row in rows]
    return TextColumn(safe(name), texts, least=_LEAST_SETTING)


def _of_metric(tag: str, table: Board, *, last: bool) -> list[TextColumn]:
    """Its values, how far they are from those of the baseline, and at which steps they are."""
    found = [row.results.get(tag) for row in table.rows]
    changes = [table.change(row, tag, last=last) for row in table.rows]
    values = [one and (one.last if last else one.told) for one in found]
    steps = [one and (one.last_step if last else one.told_step) for one in found]
    return [
        TextColumn(safe(tag), ["" if v is None else format_value(v) for v in values], "right"),
        TextColumn(_CHANGE, ["" if c is None else format_change(c) for c in changes], "right"),
        TextColumn(_STEP, ["" if step is None else format_step(step) for step in steps], "right"),
    ]


def _pace(row: BoardRow) -> str:
    return "" if row.pace is None else f"{format_value(row.pace)}/s"


def _checkpoint(row: BoardRow) -> str:
    if row.checkpoint is None:
        return ""
    with suppress(ValueError):
        return safe(str(row.checkpoint.relative_to(Path.cwd())))
    return safe(str(row.checkpoint))


def _document(row: BoardRow, table: Board) -> dict[str, object]:
    """A row for programs; JSON has no NaN."""
    return {
        "run": row.name,
        "state": row.state or None,
        "seconds": row.seconds,
        "steps_per_second": row.pace,
        "settings": {name: _finite(value) for name, value in row.settings.items()},
        "metrics": {
            tag: {**_result(one), "change": table.change(row, tag)}
            for tag, one in row.results.items()
        },
        "checkpoint": None if row.checkpoint is None else str(row.checkpoint),
    }


def _result(result: Result) -> dict[str, object]:
    best = None if result.best is None else {"value": result.best, "step": result.told_step}
    return {"last": {"value": _finite(result.last), "step": result.last_step}, "best": best}


def _finite(value: HParamValue) -> HParamValue:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _csv(table: Board) -> str:
    """All settings that differ, and all metrics in full precision; an empty cell for none."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names, tags = table.varying, table.tags
    told = [f"{tag} {what}" for tag in tags for what in ("best", "best step", "last", "last step")]
    writer.writerow(["run", "state", "seconds", "steps_per_second", *names, *told, "checkpoint"])
    for row in table.rows:
        values: list[object] = []
        for tag in tags:
            one = row.results.get(tag)
            step = one and one.moment and one.moment.step
            values += [one.best, step, one.last, one.last_step] if one else [None] * 4
        given = [row.settings.get(name) for name in names]
        start = [row.name, row.state, row.seconds, row.pace]
        writer.writerow([*start, *given, *values, row.checkpoint])
    return text.getvalue()
