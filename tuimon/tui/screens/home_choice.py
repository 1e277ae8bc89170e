"""What the home screen is left for."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tuimon.runs.registry import RunStatus
from tuimon.runs.sources import LogSource


class Again(NamedTuple):
    """A run that is to be started once more."""

    run: RunStatus


class Together(NamedTuple):
    """Event files of several runs, to be watched side by side."""

    sources: Sequence[LogSource]


class Attach(NamedTuple):
    """A process that tuimon did not launch, to be watched."""

    pid: int


Choice = RunStatus | Path | Again | Together | Attach
"""What the home screen is left for."""
