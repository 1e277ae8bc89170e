"""`tuimon show`: the charts and a table of values, printed once."""

import json
import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from tuimon.cli.shared.colours import PALETTE, lines, wants_colour
from tuimon.cli.shared.common import (
    CommandError,
    color_option,
    complete_file,
    complete_names,
    run_or_refuse,
)
from tuimon.cli.shared.group_options import group_option, grouped_by, spread_option
from tuimon.cli.shared.look_options import asked_look, project_look
from tuimon.cli.shared.show_document import show_document
from tuimon.cli.shared.targets import (
    EventLogs,
    LogTarget,
    select_all,
    sources_argument,
    tell,
    which_runs,
    which_tags,
)
from tuimon.terminal.glyphs import has_unicode, in_ascii
from tuimon.text import safe

if TYPE_CHECKING:
    from tuimon.charts.model import ChartOptions, Row
    from tuimon.present.look import Look
    from tuimon.present.printout import Printout
    from tuimon.store.spread import SpreadKind
    from tuimon.store.store import Store
    from tuimon.tui.themes.page_inks import Ground

_PAUSE = 0.02
_WIDTH = 80
"""Where standard output is no terminal."""


class ShowOptions(NamedTuple):
    """What was typed, and what this terminal makes of it."""

    source: tuple[str, ...]
    runs: re.Pattern[str] | None
    tags: re.Pattern[str] | None
    cells: int
    height: int
    smoothing: float | None
    x: str | None
    chart: tuple[str, ...]
    log_y: bool | None
    kinds: tuple[str, ...]
    step: int | None
    charts: bool
    ascii_only: bool
    coloured: bool
    as_json: bool
    at: int | None
    newest: int | None
    about: bool
    width: int | None
    group: str | None
    spread: "SpreadKind | None"
    svg: str | None
    png: str | None
    background: "Ground"

    @property
    def palette(self) -> int:
        """How many colours tell curves apart, 1 is none; letters draw curves in ASCII."""
        return PALETTE if self.coloured or self.ascii_only else 1


def _kinds() -> list[str]:
    from tuimon.views.kinds import KINDS

    return [*(kind.kind for kind in KINDS), "all"]


@click.command()
@click.option(
    "--width",
    type=click.IntRange(20, 10_000),
    help=f"In columns.  [default: the terminal's, or {_WIDTH}]  Of a picture in pixels.",
)
@click.option(
    "--height",
    type=click.IntRange(1, 1000),
    default=12,
    show_default=True,
    help="Lines of a chart; below 6, a line of text for a curve.",
)
@which_runs
@which_tags
@click.option(
    "--smoothing",
    type=click.FloatRange(0, 1),
    help="Weight of TensorBoard's moving average; 0 is off.  [default: as in your settings]",
)
@click.option(
    "--x",
    metavar="AXIS|FORMULA",
    help="x by step, relative (time since the start), wall (clock), or what was logged.  [default: "
    "as in your settings]",
)
@click.option(
    "--chart", metavar="'NAME = FORMULA, ...'", multiple=True, help="Add a chart of formulas."
)
@click.option("--log-y/--linear-y", default=None, help="Logarithmic y axis, or not.")
@group_option
@spread_option
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="KIND",
    shell_complete=complete_names(_kinds),
    help="Media of a kind instead of scalars; may be given several times.",
)
@click.option("--step", type=int, help="Of media; default: the newest step.")
@click.option("--charts/--no-charts", default=True, help="With or without charts.")
@click.option("--ascii", "ascii_only", is_flag=True, help="A letter for each curve, no braille.")
@color_option
@click.option(
    "--svg", metavar="FILE", shell_complete=complete_file, help="Draw the charts as SVG instead."
)
@click.option(
    "--png", metavar="FILE", shell_complete=complete_file, help="The same as PNG of twice the size."
)
@click.option(
    "--background",
    type=click.Choice(["light", "dark", "transparent", "transparent-dark"]),
    default="light",
    show_default=True,
    help="Of a picture; what is transparent is for light pages, or for dark ones.",
)
@click.option("--about", is_flag=True, help="Tell all that is known of RUN instead, as `i` does.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for programs.")
@click.option(
    "--at", type=int, metavar="STEP", help="With --json: the newest point up to STEP of each tag."
)
@click.option(
    "--last",
    "newest",
    type=click.IntRange(1),
    metavar="N",
    help="With --json: the last N points of each tag.",
)
@sources_argument("[LOGDIR|PLACE|RUN]...")
def command(ascii_only: bool, color: str, **typed: Any) -> int:
    """Print the charts and a table of values of each LOGDIR or run RUN, and exit.

    The newest run when nothing is named. BEST STEP is the step of the lowest value ("min") of
    losses and errors, and of the highest ("max") of accuracies, scores and rewards. RE is searched
    for, as grep does.
    A FORMULA is of tags: `tuimon help charts`, which tells of tuimon.toml as well.
    Points that were overwritten by a resume are left out, unless your settings show them.

    --svg and --png draw all charts that match on one page, from the data: lines, the range of the
    raw values, axes, and the names of all curves. The path of the file is printed.

    KIND is histogram, image, text, pr-curve, audio, mesh, graph, hparams,
    custom-scalars, embedding, profile, other, or all.

    \b
    --json prints:
      {"schema": 1,
       "run": of a single RUN as `tuimon ls --json` tells it, null for others,
       "logdirs": [PATH, ...],
       "runs": {RUN: {TAG: {"last": VALUE, "min": VALUE, "max": VALUE,
                            "steps": {"last": STEP, "min": STEP, "max": STEP},
                            "best": "min", "max" or null, "count": POINTS,
                            "at": POINT or null, "points": [POINT, ...]}}}}

    "at" and "points" where --at and --last ask for them; a POINT is {"step": STEP, "wall_time":
    UNIX SECONDS, "value": VALUE}. Points that a restart took back are none.

    NaN counts for neither "min" nor "max"; where there is nothing else, both are "NaN" and their
    steps null. Values that JSON lacks are the strings "NaN", "Infinity" and "-Infinity".
    """
    return show(
        ShowOptions(
            cells=min(typed["width"] or shutil.get_terminal_size((_WIDTH, 24)).columns, 1000),
            ascii_only=ascii_only or not has_unicode(sys.stdout.encoding),
            coloured=wants_colour(color),
            **typed,
        )
    )


def show(options: ShowOptions) -> int:
    """Print what was asked for; returns the exit code. Raises CommandError."""
    pictures = options.svg is not None or options.png is not None
    if not options.as_json and (options.at is not None or options.newest is not None):
        raise CommandError("--at and --last go with --json")
    if options.about:
        if pictures or options.kinds or options.as_json:
            raise CommandError("--about goes with none of --kind, --svg, --png and --json")
        _print(_about(options), options)
        return 0
    if pictures and (options.kinds or options.as_json):
        other = "--json" if options.as_json else "--kind"
        raise CommandError(f"{other} and --svg or --png do not go together")
    if options.group is not None and options.as_json:
        raise CommandError("numbers of groups: tuimon board --group BY --json")
    target = select_all(options.source)
    logs = EventLogs(target, options.runs)
    store = logs.store()
    if options.kinds:
        if not _print(_summaries(store, options, target), options):
            tell("no such summaries were found")
    else:
        from tuimon.present.own_charts import along_what_is_there
        from tuimon.present.printout import printout_of

        look = _look(options, target)
        if (found := along_what_is_there(look, store)) != look:
            tell(f"{safe(look.x)} was not logged: x is the step")
            look = found
        printout = printout_of(store, options.tags, look)
        if options.group is not None:
            grouped = grouped_by(options.group, options.spread, store)
            printout = printout._replace(selection=grouped)
        if not printout.values:
            matching = " that match" if options.runs or options.tags else ""
            tell(f"no scalar points were found{matching}{_others(store)}")
        if options.as_json:
            document = show_document(printout, target, options.at, options.newest)
            click.echo(json.dumps(document, indent=1))
        elif pictures:
            _draw(printout, target, options, look)
        else:
            _print(_rows(printout, target, options, look), options)
    return 0 if logs.complete else 1


def _rows(
    printout: "Printout", target: LogTarget, options: ShowOptions, look: "Look"
) -> "list[Row]":
    from tuimon.present.printout import printout_rows

    height = options.height if options.charts else 0
    charts = _chart_options(options, look)
    return printout_rows(printout, _name(target), target.status, options.cells, height, charts)


def _about(options: ShowOptions) -> "list[Row]":
    """The page on a run. Raises CommandError: it is none, or more than one is named."""
    from tuimon.present.fact_sheet import fact_rows
    from tuimon.present.run_details import read_details
    from tuimon.present.run_facts import run_sections
    from tuimon.session.session import Session
    from tuimon.summaries.reader import SummaryReader

    if len(options.source) > 1:
        raise CommandError("--about tells of one RUN")
    session = Session(run_or_refuse(options.source[0] if options.source else None).paths)
    session.start()
    try:
        while session.follower.loading:
            time.sleep(_PAUSE)
        details = read_details(session, SummaryReader())
        return fact_rows(run_sections(session, details), details.patch, options.cells)
    finally:
        session.stop()


def _name(target: LogTarget) -> str:
    sources, status = target
    return status.name if status else " ".join(one.label or one.path for one in sources)


def _draw(printout: "Printout", target: LogTarget, options: ShowOptions, look: "Look") -> None:
    """Draw the charts into the files, and print their paths. Raises CommandError."""
    if not printout.charted:
        return
    from tuimon.present.printout_page import printout_page
    from tuimon.tui.themes.page_inks import COLOURS, page_style
    from tuimon.vectors.png_image import png_image
    from tuimon.vectors.svg_document import svg_document

    charts = replace(_chart_options(options, look), band=True, palette=COLOURS)
    page = printout_page(printout, _name(target), options.width, charts)
    style = page_style(options.background)
    if options.svg is not None:
        _write(Path(options.svg).absolute(), svg_document(page, *style).encode())
    if options.png is not None:
        _write(Path(options.png).absolute(), png_image(page, *style))


def _write(path: Path, data: bytes) -> None:
    """Write a file, and print its path. Raises CommandError."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise CommandError(f"{safe(str(path))}: {error.strerror}") from None
    click.echo(safe(str(path)))


def _look(options: ShowOptions, target: LogTarget) -> "Look":
    """How it is looked at: as asked for, else as in the project's file, and the user's settings.

    Raises:
        CommandError: something in what was asked for, or in the settings, makes no sense.
    """
    asked = asked_look(None, options.smoothing, (), options.x, options.chart)
    directory = Path(target.status.record.cwd) if target.status else Path.cwd()
    look = project_look(directory).with_asked(**asked)
    return look if options.log_y is None else replace(look, log_y=options.log_y)


def _chart_options(options: ShowOptions, look: "Look") -> "ChartOptions":
    """How charts are drawn."""
    charts = look.options("ascii" if options.ascii_only else "braille", options.palette)
    return replace(charts, band=options.coloured)  # else it could not be told from the line


def _summaries(store: "Store", options: ShowOptions, target: LogTarget) -> "Iterator[Row]":
    """The summaries of the kinds. Raises CommandError."""
    from tuimon.views.base import ViewOptions
    from tuimon.views.kinds import KINDS, stills

    known = [kind.kind for kind in KINDS]
    for kind in options.kinds:
        if kind not in (*known, "all"):
            raise CommandError(f"{safe(kind)}: no such kind; there are {', '.join(known)} and all")
    kinds = known if "all" in options.kinds else options.kinds
    size = options.cells, options.height
    charts = _chart_options(options, _look(options, target))
    looked = ViewOptions(
        options.step, *size, options.ascii_only, options.coloured, options.palette, charts=charts
    )
    return stills(store, kinds, options.tags, looked)


def _others(store: "Store") -> str:
    """How to see what is no scalar, if there is any."""
    if not store.has_other_data:
        return ""
    from tuimon.views.kinds import items

    kinds = dict.fromkeys(item.kind for item in items(store))
    return "; " + " ".join(f"--kind {kind}" for kind in kinds) + " shows what there is"


def _print(rows: "Iterable[Row]", options: ShowOptions) -> bool:
    """Print rows; whether there were any."""
    line = None
    for line in lines(rows, coloured=options.coloured):
        click.echo(in_ascii(line) if options.ascii_only else line, color=True)
    return line is not None
