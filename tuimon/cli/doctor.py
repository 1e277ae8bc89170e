"""`tuimon doctor`: what works here, and what to do about the rest."""

import json

import click

from tuimon.cli.checks import CHECKS, Finding
from tuimon.runs.registry import list_runs
from tuimon.text import safe

_MARKS = {"ok": "ok  ", "warn": "note", "bad": "BAD "}
_MOST_RUNS = 50
_AT_WORK = ("starting", "live", "offline")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
def command(as_json: bool) -> int:
    """Check terminal, locale, GPU library, W&B, logout rules, disk and uploads.

    Exit code 1 when something does not work at all.
    """
    findings: list[Finding] = []
    for look in (*CHECKS, _uploads):
        for finding in look():
            findings.append(finding)
            if not as_json:
                _print(finding)
    if as_json:
        click.echo(json.dumps([finding._asdict() for finding in findings], indent=1))
    return int(any(finding.verdict == "bad" for finding in findings))


def _uploads() -> list[Finding]:
    """The mirrors of the newest runs that are not at W&B as they should be."""
    found = []
    offline = 0
    for run in list_runs()[:_MOST_RUNS]:
        mirror = run.mirror
        if mirror is None:
            continue
        offline += mirror.sync_command is not None
        says = f"{run.paths.id}: {mirror.detail or mirror.state}"
        if mirror.state == "failed":
            found.append(Finding("mirror", "warn", says, f"tuimon sync {run.paths.id}"))
        elif mirror.detail and mirror.state in _AT_WORK and not run.state.ended:
            found.append(Finding("mirror", "warn", says))
    if offline:
        count = f"{offline} run{'s are' if offline > 1 else ' is'} offline"
        found.append(Finding("mirror", "warn", count, "tuimon sync --all"))
    return found


def _print(finding: Finding) -> None:
    line = f"{_MARKS[finding.verdict]} {finding.what:<10} {safe(finding.says)}"
    click.echo(f"{line}  -> {finding.do}" if finding.do else line)
