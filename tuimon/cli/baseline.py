"""`tuimon baseline`: the run that the others of a directory are compared with."""

from pathlib import Path

import click

from tuimon.cli.shared.common import CommandError, complete_run, run_or_refuse
from tuimon.runs.baselines import Baseline, baseline_of, pin_baseline
from tuimon.runs.record import RecordError
from tuimon.runs.registry import read_status
from tuimon.text import safe


@click.command()
@click.option("--none", "unpin", is_flag=True, help="Compare with none any more.")
@click.argument("run", required=False, shell_complete=complete_run)
def command(run: str | None, unpin: bool) -> int:
    """Compare the runs of a directory with RUN, which was started there, from now on.

    Charts have its curves below the others and tell how far values are from its values at the
    same step; tables and `tuimon board` tell it of best values. Without RUN the baseline of this
    directory is printed.
    """
    status = None if run is None else run_or_refuse(run)
    project = "." if status is None else status.record.cwd
    where = safe(str(Path(project).absolute()))
    pinned = baseline_of(project)
    if status is None and not unpin:
        if pinned is None:
            raise CommandError(f"{where} has no baseline: tuimon baseline RUN")
        try:
            found = read_status(Path(pinned.directory))
        except RecordError:
            gone = f"the baseline {safe(pinned.name)} of {where} is gone"
            raise CommandError(f"{gone}: tuimon baseline RUN, or --none") from None
        click.echo(f"{safe(found.name)}: {found.record.id}")
        return 0
    chosen = None if status is None else Baseline(str(status.paths.directory), status.name)
    try:
        pin_baseline(project, None if unpin else chosen)
    except OSError as error:
        raise CommandError(f"it cannot be kept: {error.strerror}") from None
    named = "nothing" if unpin or chosen is None else safe(chosen.name)
    click.echo(f"runs of {where} are compared with {named}")
    return 0
