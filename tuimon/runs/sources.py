"""Where the event files of a run are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSource:
    """A log directory of a run; `found_by` is ``option``, ``hook``, ``name`` or ``open file``."""

    path: str
    recursive: bool = True
    found_by: str = "option"
