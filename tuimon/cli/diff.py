"""`tuimon diff`: what is not the same in some runs."""

import json
import math
import shutil
import sys
from collections.abc import Iterator, Sequence

import click

from tuimon.cli.shared.common import CommandError, complete_run, run_or_refuse
from tuimon.cli.shared.text_table import TextColumn, fitted, lines_of
from tuimon.present.whole_runs import read_runs
from tuimon.present.run_differences import Difference, differences
from tuimon.text import safe, shorten

_LEAST = 14
_LONGEST = 400
"""Characters of a value, where there is no terminal to fit."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
@click.argument("runs", nargs=-1, metavar="RUN RUN...", shell_complete=complete_run)
def command(runs: tuple[str, ...], as_json: bool) -> int:
    """Show what is not the same in two RUNs or more: command, configuration, environment, code,
    time and memory, and the best of each metric, with its change from the first RUN.
    """
    if len(runs) < 2:
        raise CommandError("name two runs or more (tuimon ls)")
    found = [run_or_refuse(run) for run in runs]
    if len({status.record.id for status in found}) < len(found):
        raise CommandError("a run does not differ from itself")
    subjects = read_runs(found)
    told = differences(subjects)
    if as_json:
        ids = [status.record.id for status in found]
        click.echo(json.dumps([_document(one, ids) for one in told], indent=1))
        return 0
    cells = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in _lines(told, [safe(subject.label) for subject in subjects], cells):
        click.echo(line.rstrip())
    return 0


def _lines(told: Sequence[Difference], names: Sequence[str], cells: int | None) -> Iterator[str]:
    """A table, section by section."""
    if not told:
        yield "nothing differs"
        return
    values = [[_value(one, index) for one in told] for index in range(len(names))]
    columns = [TextColumn("", [one.name for one in told], least=_LEAST)]
    columns += [
        TextColumn(shorten(name, 40), texts, least=_LEAST)
        for name, texts in zip(names, values, strict=True)
    ]
    head, *rows = lines_of(fitted(columns, cells, ()))
    yield head
    section = ""
    for one, row in zip(told, rows, strict=True):
        if one.section != section:
            section = one.section
            yield f"─ {section}"
        yield row


def _value(one: Difference, index: int) -> str:
    change = one.change(index) if index else None
    told = "" if change is None or not round(change, 3) else f" ({change:+.1%})"
    return f"{shorten(one.values[index], _LONGEST) or '–'}{told}"


def _document(one: Difference, ids: Sequence[str]) -> dict[str, object]:
    """JSON has no NaN."""
    numbers = [number if math.isfinite(number) else None for number in one.numbers]
    changes = [one.change(index) for index in range(len(numbers))]
    return {
        "section": one.section,
        "name": one.name,
        "values": dict(zip(ids, one.values, strict=True)),
        "numbers": dict(zip(ids, numbers, strict=True)) if numbers else None,
        "changes": dict(zip(ids, changes, strict=True)) if numbers else None,
    }
