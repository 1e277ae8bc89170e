"""`tuimon report`: a file that tells of a run, to be read or sent."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuimon.cli.shared.common import (
    CommandError,
    complete_file,
    complete_run,
    run_or_refuse,
)
from tuimon.cli.shared.look_options import project_look
from tuimon.present.whole_runs import read_run, read_runs
from tuimon.runs.registry import RunStatus, list_runs
from tuimon.text import safe

if TYPE_CHECKING:
    from tuimon.charts.model import ChartOptions
    from tuimon.present.look import Look
    from tuimon.present.run_report import RunReport


@click.command()
@click.option(
    "-o",
    "output",
    metavar="FILE",
    default="report.html",
    show_default=True,
    shell_complete=complete_file,
    help="Where to: .html, or .md with its charts in a directory beside it.",
)
@click.option("--compare", is_flag=True, help="Compare two RUNs.")
@click.argument("runs", nargs=-1, metavar="[RUN]...", shell_complete=complete_run)
def command(output: str, compare: bool, runs: tuple[str, ...]) -> int:
    """Write a report on RUN (default: the newest) into one file, and print its path.

    \b
    tuimon report                                    report.html, of the newest run
    tuimon report big -o results.md                  for GitHub, charts in results-charts/
    tuimon report --compare big small -o both.html

    What ran and how to run it again, how it ended and why, values, charts, alerts, resources,
    configuration, and what is other than in the run before. Secrets are hidden.
    """
    path = Path(output).absolute()
    if path.suffix not in (".html", ".htm", ".md", ".markdown"):
        raise CommandError(f"-o {safe(output)}: a report is .html or .md")
    if len(runs) > 1 and not compare:
        raise CommandError("a report is on one RUN; --compare A B compares two")
    if compare and len(runs) != 2:
        raise CommandError("--compare takes two RUNs")
    found = [run_or_refuse(run) for run in runs or (None,)]
    try:
        _write(path, _comparison(found) if compare else _report(found[0]))
    except OSError as error:
        raise CommandError(f"{safe(str(error.filename or path))}: {error.strerror}") from None
    click.echo(safe(str(path)))
    return 0


def _report(status: RunStatus) -> "RunReport":
    from tuimon.present.run_report import report_of, run_before

    before = run_before(status, list_runs())
    earlier = None if before is None else read_run(before, before.record.id)
    look = project_look(Path(status.record.cwd))
    return report_of(read_run(status, "this run"), earlier, _options(look), look)


def _comparison(found: list[RunStatus]) -> "RunReport":
    """Raises CommandError: they have written no event files."""
    from tuimon.cli.shared.targets import EventLogs, LogTarget
    from tuimon.present.printout import printout_of
    from tuimon.present.run_lines import RunCommands, sources_of
    from tuimon.present.run_report import comparison_of

    commands = RunCommands()
    lines = commands.lines(found, {})
    both = EventLogs(LogTarget(tuple(sources_of(lines, commands)), None), None).store()
    look = project_look(Path(found[0].record.cwd))
    return comparison_of(read_runs(found), printout_of(both, None, look), _options(look))


def _options(look: "Look") -> "ChartOptions":
    """As in a look, in colours that a page has."""
    from tuimon.tui.themes.page_inks import COLOURS

    return replace(look.options("braille", COLOURS), superseded=False)


def _write(path: Path, report: "RunReport") -> None:
    """Write the file, and those of its charts. Raises OSError."""
    from tuimon.present.page_variables import PageVariables
    from tuimon.present.report_html import report_html
    from tuimon.present.report_markdown import report_markdown
    from tuimon.tui.themes.page_inks import page_style
    from tuimon.vectors.svg_document import svg_document

    light, dark = page_style("light"), page_style("dark")
    ground = str(light.ground), str(dark.ground)
    if path.suffix.startswith(".h"):
        page = report_html(report, PageVariables(light.inks, dark.inks), ground)
        path.write_text(page, "utf-8")
        return
    beside = path.with_name(f"{path.stem}-charts")
    names = []
    for number, drawing in enumerate(report.charts, 1):
        beside.mkdir(exist_ok=True)
        names.append(f"{number}.svg")
        (beside / names[-1]).write_text(svg_document(drawing, light.inks, light.ground), "utf-8")
    from urllib.parse import quote

    links = [f"{quote(beside.name)}/{name}" for name in names]
    path.write_text(report_markdown(report, links), "utf-8")
