"""`tuimon` alone: the home screen, and the viewers that are opened from it."""

from pathlib import Path

from tuimon.cli.common import settings_or_refuse
from tuimon.cli.viewer import watch_logdirs, watch_run


def run_home() -> None:
    """Show the runs of this host; come back to them when a viewer is left."""
    from tuimon.tui.home import choose

    settings = settings_or_refuse()
    while (chosen := choose(settings)) is not None:
        if isinstance(chosen, Path):
            watch_logdirs([chosen], plain=False)
        else:
            watch_run(chosen.paths, plain=False, launched=False)
