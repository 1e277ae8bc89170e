"""Where the event files of a run are."""

from dataclasses import dataclass

CONSOLE = "console"
"""`LogSource.found_by` of the directory that the recorder writes itself, from what is printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSource:
    """A log directory of a run.

    `found_by` is ``option``, ``hook``, ``name``, ``open file``, or ``console`` where the recorder
    writes the metrics that the training prints.
    """

    path: str
    recursive: bool = True
    found_by: str = "option"
