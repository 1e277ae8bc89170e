"""Where the event files of a run are."""

from typing import NamedTuple

CONSOLE = "console"
"""`LogSource.found_by` of the directory that the recorder writes itself, from what is printed."""

WANDB = "wandb"
"""The same, of what the training logs to a W&B run of its own."""

PLACE = "place"
"""The same, of the copy of a directory on another machine."""


class LogSource(NamedTuple):
    """A log directory of a run.

    `found_by` is ``option``, ``hook``, ``name``, ``open file``, or ``console`` or ``wandb`` where
    the recorder writes the metrics that the training prints, or logs to W&B itself.
    """

    path: str
    recursive: bool = True
    found_by: str = "option"
    label: str = ""
    """What its runs are called by beside those of other sources, in place of the path."""
