"""`tuimon show`: the charts and a table of values, printed once."""

import json
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuimon.cli.common import Refused
from tuimon.cli.selection import Selection, pattern, select, tell, tell_damage
from tuimon.text import safe

if TYPE_CHECKING:
    from tuimon.charts.marks import Marks
    from tuimon.charts.model import MarkStyle, Row, XAxis
    from tuimon.charts.pairing import Metric
    from tuimon.cli.statistics import Statistics
    from tuimon.store.store import Store

_WIDTH = 80
"""Where standard output is no terminal."""


@click.command()
@click.option(
    "--width", type=click.IntRange(20, 1000), help=f"Default: the terminal's, or {_WIDTH}."
)
@click.option(
    "--height",
    type=click.IntRange(1, 1000),
    default=12,
    show_default=True,
    help="Lines of a chart; below 6, a line of text for a curve.",
)
@click.option("--run", "runs", callback=pattern, metavar="RE", help="Only runs that match.")
@click.option("--tag", "tags", callback=pattern, metavar="RE", help="Only tags that match.")
@click.option(
    "--smoothing",
    type=click.FloatRange(0, 1),
    default=0.6,
    show_default=True,
    help="Weight of TensorBoard's moving average; 0 is off.",
)
@click.option(
    "--x",
    "x_axis",
    type=click.Choice(["step", "relative", "wall"]),
    default="step",
    show_default=True,
    help="x by step, time since the start, or clock.",
)
@click.option("--log-y", is_flag=True, help="Logarithmic y axis.")
@click.option("--charts/--no-charts", default=True, help="With or without charts.")
@click.option("--ascii", "ascii_only", is_flag=True, help="A letter for each curve, no braille.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="auto: on terminals, unless NO_COLOR is set.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for programs.")
@click.argument("source", nargs=-1, metavar="[LOGDIR...|RUN]")
def command(
    source: tuple[str, ...],
    width: int | None,
    height: int,
    runs: re.Pattern[str] | None,
    tags: re.Pattern[str] | None,
    smoothing: float,
    x_axis: "XAxis",
    log_y: bool,
    charts: bool,
    ascii_only: bool,
    color: str,
    as_json: bool,
) -> int:
    """Print the charts and a table of values of LOGDIRs, or of the run RUN, and exit.

    The newest run when nothing is named. BEST STEP is the step of the lowest value ("min") of
    losses and errors, and of the highest ("max") of all else. RE is searched for, as grep does.
    Points that a resume wrote again are left out, as on the screen.

    \b
    --json: {"run": as `tuimon ls --json` tells it, null for LOGDIRs; "logdirs": [...];
     "runs": {RUN: {TAG: {"last", "min", "max": values; "count"; "best": "min" or "max";
     "steps": {"last", "min", "max"}}}}}
    NaN counts for neither "min" nor "max"; where there is nothing else, both are "NaN" and their
    steps null. Values that JSON lacks are the strings "NaN", "Infinity", "-Infinity".
    """
    selection = _select(source)
    store, complete = _load(selection, runs)
    metrics = _metrics(store, tags)
    values = _values(store, metrics)
    if not values:
        tell("no scalar points were found" + (" that match" if runs or tags else ""))
    if as_json:
        click.echo(json.dumps(_document(selection, values), indent=1))
        return 0 if complete else 1

    from tuimon.charts.marks import MARKS
    from tuimon.charts.model import ChartOptions
    from tuimon.cli import still
    from tuimon.cli.colours import lines, wants_colour
    from tuimon.cli.table import table
    from tuimon.tui.glyphs import has_unicode

    ascii_only |= not has_unicode(sys.stdout.encoding)
    style: MarkStyle = "ascii" if ascii_only else "braille"
    marks, coloured = MARKS[style], wants_colour(color)
    cells = width or shutil.get_terminal_size((_WIDTH, 24)).columns
    parts = [[_heading(selection, store, values, cells, marks)]]
    cues = {}
    if charts:
        options = ChartOptions(
            smoothing=smoothing, log_y=log_y, x_axis=x_axis, marks=style, band=coloured
        )
        charted = _charted(store, metrics)
        parts.append(still.charts(store, charted, cells, height, options))
        if coloured or ascii_only:  # else all curves look the same
            cues = still.cues(store, charted, marks)
    parts.append(table(values, cues, cells, marks))
    blank: Row = ()
    rows = [row for part in parts if part for row in (blank, *part)][1:]
    click.echo("\n".join(lines(rows, coloured=coloured)), color=True)
    return 0 if complete else 1


def _select(source: tuple[str, ...]) -> Selection:
    """Log directories, or one run."""
    if len(source) < 2:
        return select(source[0] if source else None)
    for name in source:
        if not Path(name).exists():
            raise Refused(f"{safe(name)}: no such directory")
    return Selection(tuple(one for name in source for one in select(name).sources), None)


def _load(selection: Selection, wanted: re.Pattern[str] | None) -> tuple["Store", bool]:
    """The runs that are wanted, and whether all of them could be read; tells what could not."""
    from tuimon.events.logdir import LogdirScan
    from tuimon.store.loading import load_runs
    from tuimon.store.store import Store

    scan = LogdirScan(selection.sources)
    files = scan.scan()
    where = " ".join(safe(source.path) for source in selection.sources)
    if not files:
        raise Refused(f"{where}: no event files there")
    complete = not scan.truncated
    if scan.truncated:
        tell(f"{where}: too large: not all of it was looked at")
    found = {}
    for run, statuses in load_runs([f for f in files if wanted is None or wanted.search(f.run)]):
        complete &= tell_damage(statuses)
        if run is not None:
            found[run.name] = run
    store = Store()
    store.runs = found
    return store, complete


def _metrics(store: "Store", wanted: re.Pattern[str] | None) -> list["Metric"]:
    from tuimon.charts.pairing import pair_tags

    return pair_tags(
        tag
        for run in store.runs.values()
        for tag in run.series
        if wanted is None or wanted.search(tag)
    )


def _charted(store: "Store", metrics: Sequence["Metric"]) -> list["Metric"]:
    """The metrics that get a chart."""
    from tuimon.charts.pairing import pair_tags
    from tuimon.tui.curves import charted_tags

    known = {tag for metric in metrics for _, tag in metric.curves}
    return pair_tags(tag for tag in charted_tags(store) if tag in known)


def _values(store: "Store", metrics: Sequence["Metric"]) -> list["Statistics"]:
    """Statistics of each tag and run, in the order of the charts."""
    from tuimon.cli.statistics import statistics

    return [
        found
        for metric in metrics
        for _, tag in metric.curves
        for run in store.runs.values()
        if tag in run.series and (found := statistics(run.series[tag])) is not None
    ]


def _document(selection: Selection, values: Sequence["Statistics"]) -> dict[str, object]:
    from tuimon.cli.ls import document
    from tuimon.cli.statistics import documents

    return {
        "run": document(selection.status) if selection.status else None,
        "logdirs": [source.path for source in selection.sources],
        "runs": documents(values),
    }


def _heading(
    selection: Selection,
    store: "Store",
    values: Sequence["Statistics"],
    cells: int,
    marks: "Marks",
) -> "Row":
    from tuimon.cli.still import heading
    from tuimon.store.session import newest_progress

    status = selection.status
    name = status.record.name if status else " ".join(one.path for one in selection.sources)
    shown = [store.runs[value.run].series[value.tag] for value in values]
    runs = len({value.run for value in values})
    counts = [f"{runs} runs"] if runs > 1 else []
    return heading(name, status, newest_progress(shown), counts, cells, marks)
