"""Options that tell how logs are to be looked at, as keys of the screen do."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tuimon.cli.shared.common import CommandError, settings_or_refuse
from tuimon.cli.shared.targets import tell
from tuimon.text import safe

if TYPE_CHECKING:
    from tuimon.present.look import Look

C = TypeVar("C", bound=Callable[..., Any])


def look_options(command: C) -> C:
    """Options of a command; it gets what was typed as keywords, for `asked_look`."""
    options = (
        click.option("--filter", metavar="TEXT", help="Show these runs and tags, as / does."),
        click.option("--smooth", type=click.FloatRange(0, 1, max_open=True), help="As + - do."),
        click.option("--pin", metavar="CHART|TAG", multiple=True, help="Let a chart come first."),
        click.option(
            "--x", metavar="AXIS|FORMULA", help="step, relative, wall, or what was logged."
        ),
        click.option(
            "--chart",
            metavar="'NAME = FORMULA, ...'",
            multiple=True,
            help="Add a chart: 'gap = val/loss - train/loss'.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def asked_look(
    filter: str | None,
    smooth: float | None,
    pin: Sequence[str],
    x: str | None,
    chart: Sequence[str],
) -> Mapping[str, Any]:
    """Fields of a look, see `Look.with_asked`. Raises CommandError: something makes no sense."""
    from tuimon.charts.model import X_AXES
    from tuimon.present.own_charts import ChartText
    from tuimon.store.filters import filter_fault
    from tuimon.store.formulas import FormulaError, parse_formula

    if why := filter_fault(filter or ""):
        raise CommandError(safe(f"--filter {filter}: {why}"))
    charts, option = {}, ""
    try:
        for text in chart:
            option = f"--chart {text}"
            made = ChartText.parse(text)
            charts[made.title] = made.formulas
        if x and x not in X_AXES:
            option = f"--x {x}"
            parse_formula(x)
    except FormulaError as error:
        raise CommandError(safe(f"{option}: {error}")) from None
    return {"filter": filter, "smoothing": smooth, "pins": tuple(pin), "x": x, "charts": charts}


def project_look(directory: Path) -> "Look":
    """How the project that a directory belongs to is looked at for the first time; what is wrong
    in its file is told on standard error, and nothing of it counts.

    Raises:
        CommandError: something in the settings makes no sense.
    """
    from tuimon.config.reading import ConfigError
    from tuimon.present.look import first_look
    from tuimon.present.project_view import file_for, read_project

    look = first_look(settings_or_refuse(screen=False))
    try:
        return read_project(file_for(directory)).first_look(look)
    except (ConfigError, OSError) as error:
        tell(safe(str(error)))
        return look
