"""`tuimon diff`: what is not the same in some runs."""

import json
import math
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from tuimon.cli.shared.colours import lines, wants_colour
from tuimon.cli.shared.common import CommandError, color_option, complete_run, run_or_refuse
from tuimon.present.difference_sheet import difference_rows
from tuimon.present.run_differences import Difference, code_differences, differences
from tuimon.present.whole_runs import read_runs
from tuimon.runs.baselines import baseline_of
from tuimon.runs.code_states import CodeDifference
from tuimon.runs.registry import read_status
from tuimon.text import safe


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
@color_option
@click.argument("runs", nargs=-1, metavar="RUN...", shell_complete=complete_run)
def command(runs: tuple[str, ...], as_json: bool, color: str) -> int:
    """Show what is not the same in two RUNs or more: command, configuration, environment, packages,
    commit, time, pace and memory, the best and the last value of each metric with its change from
    the first RUN, and a diff of the code. One RUN alone is compared with its baseline.
    """
    found = [run_or_refuse(run) for run in runs]
    if len(found) == 1 and (pinned := baseline_of(found[0].record.cwd)) and not pinned.is_gone:
        found = [read_status(Path(pinned.directory)), *found]
    if len(found) < 2:
        raise CommandError("name two runs or more (tuimon ls), or one beside a pinned baseline")
    if len({status.record.id for status in found}) < len(found):
        raise CommandError("a run does not differ from itself")
    subjects = read_runs(found)
    told, codes = differences(subjects), code_differences(subjects)
    if as_json:
        ids = [status.record.id for status in found]
        documents = [_document(one, ids) for one in told]
        documents += [
            _code_document(one, (ids[0], run)) for one, run in zip(codes, ids[1:], strict=True)
        ]
        click.echo(json.dumps([one for one in documents if one], indent=1))
        return 0
    cells = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    rows = difference_rows(told, [safe(subject.label) for subject in subjects], codes, cells)
    for line in lines(rows, coloured=wants_colour(color)):
        click.echo(line, color=True)
    return 0


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


def _code_document(one: CodeDifference, runs: tuple[str, str]) -> dict[str, object]:
    """A diff that leads from one run to another; empty where there is nothing to tell."""
    if one == CodeDifference():
        return {}
    return {
        "section": "code",
        "name": "diff",
        "runs": runs,
        "patch": one.patch,
        "unknown": one.gaps,
    }
