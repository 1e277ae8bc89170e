"""`tuimon` alone: the home screen, and the viewers that are opened from it."""

from tuimon.cli.common import settings_or_refuse
from tuimon.cli.viewer import watch_run


def run_home() -> None:
    """Show the runs of this host; come back to them when a viewer is left."""
    from tuimon.tui.home import choose_run

    settings = settings_or_refuse()
    while (run := choose_run(settings)) is not None:
        watch_run(run.paths, plain=False, launched=False)
