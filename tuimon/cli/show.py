"""`tuimon show`: the charts and a table of values, printed once."""

import json
import math
import re
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tuimon.cli.shared.common import CommandError, complete_run_or_logdir
from tuimon.cli.shared.requested import pattern, select_all, tell
from tuimon.config.schema import ChartSettings
from tuimon.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tuimon.charts.model import Row, XAxis
    from tuimon.cli.shared.matches import MetricMatches
    from tuimon.present.statistics import TagStatistics
    from tuimon.store.store import Store
    from tuimon.views.base import ViewOptions

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
    default=ChartSettings().smoothing,
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
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="KIND",
    help="Other data of a kind instead of scalars; may be given several times.",
)
@click.option("--step", type=int, help="Of the other data; default: the newest step.")
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
@click.argument(
    "source", nargs=-1, metavar="[LOGDIR|RUN]...", shell_complete=complete_run_or_logdir
)
def command(
    source: tuple[str, ...],
    width: int | None,
    height: int,
    runs: re.Pattern[str] | None,
    tags: re.Pattern[str] | None,
    smoothing: float,
    x_axis: "XAxis",
    log_y: bool,
    kinds: tuple[str, ...],
    step: int | None,
    charts: bool,
    ascii_only: bool,
    color: str,
    as_json: bool,
) -> int:
    """Print the charts and a table of values of each LOGDIR or run RUN, and exit.

    The newest run when nothing is named. BEST STEP is the step of the lowest value ("min") of
    losses and errors, and of the highest ("max") of all else. RE is searched for, as grep does.
    Points that a resume wrote again are left out, as on the screen.

    KIND is histogram, image, text, pr-curve, audio, mesh, graph, hparams,
    custom-scalars, embedding, profile, other, or all.

    \b
    --json prints:
      {"run": of a single RUN as `tuimon ls --json` tells it, null for others,
       "logdirs": [PATH, ...],
       "runs": {RUN: {TAG: {"last": VALUE, "min": VALUE, "max": VALUE,
                            "steps": {"last": STEP, "min": STEP, "max": STEP},
                            "best": "min" or "max", "count": POINTS}}}}

    NaN counts for neither "min" nor "max"; where there is nothing else, both are "NaN" and their
    steps null. Values that JSON lacks are the strings "NaN", "Infinity" and "-Infinity".
    """
    from tuimon.charts.model import ChartOptions
    from tuimon.cli.shared.colours import PALETTE, lines, wants_colour
    from tuimon.cli.shared.matches import choose, read
    from tuimon.cli.shared.still import still
    from tuimon.terminal.glyphs import has_unicode, in_ascii

    cells = width or shutil.get_terminal_size((_WIDTH, 24)).columns
    ascii_only = ascii_only or not has_unicode(sys.stdout.encoding)
    coloured = wants_colour(color)
    palette = PALETTE if coloured or ascii_only else 1  # letters draw curves in ASCII
    if kinds:
        from tuimon.views.base import ViewOptions

        look = ViewOptions(step, cells, height, ascii_only, coloured, palette)
        store, complete = read(select_all(source), runs)
        for row in lines(_stills(store, kinds, tags, look), coloured=coloured):
            click.echo(in_ascii(row) if ascii_only else row, color=True)
        return 0 if complete else 1
    chosen = choose(select_all(source), runs, tags)
    if as_json:
        click.echo(json.dumps(_document(chosen), indent=1))
    else:
        options = ChartOptions(
            smoothing=smoothing,
            log_y=log_y,
            x_axis=x_axis,
            marks="ascii" if ascii_only else "braille",
            band=coloured,  # else it could not be told from the line
            palette=palette,
        )
        rows = still(chosen, cells, height if charts else 0, options)
        click.echo("\n".join(lines(rows, coloured=coloured)), color=True)
    return 0 if chosen.complete else 1


def _stills(
    store: "Store", kinds: tuple[str, ...], tags: re.Pattern[str] | None, look: "ViewOptions"
) -> "Iterator[Row]":
    """The summaries of these kinds; tells when there are none. Raises CommandError."""
    from tuimon.cli.shared.summary_stills import stills
    from tuimon.views.kinds import KINDS

    known = [kind.kind for kind in KINDS]
    for kind in kinds:
        if kind not in (*known, "all"):
            raise CommandError(f"{safe(kind)}: no such kind; there are {', '.join(known)} and all")
    rows = stills(store, known if "all" in kinds else kinds, tags, look)
    first = next(rows, None)
    if first is None:
        tell("no such summaries were found")
        return
    yield first
    yield from rows


def _document(chosen: "MetricMatches") -> dict[str, object]:
    from tuimon.cli.ls import document
    from tuimon.cli.show import documents

    sources, status = chosen.selection
    return {
        "run": document(status) if status else None,
        "logdirs": [source.path for source in sources],
        "runs": documents(chosen.values),
    }


def documents(rows: "Sequence[TagStatistics]") -> dict[str, dict[str, dict[str, object]]]:
    """Runs → tags → statistics, made of what JSON can tell."""
    runs: dict[str, dict[str, dict[str, object]]] = {}
    for row in rows:
        runs.setdefault(row.run, {})[row.tag] = {
            "last": _number(row.last),
            "min": _number(row.low),
            "max": _number(row.high),
            "steps": {"last": row.last_step, "min": row.low_step, "max": row.high_step},
            "best": "min" if row.best_is_low else "max",
            "count": row.points,
        }
    return runs


def _number(value: float) -> float | str:
    """A number as it is, else the name that protobuf's JSON mapping (and `export`) gives it."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
