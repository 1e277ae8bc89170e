"""``progress.json``: how far a run is and when it will be done, written by its recorder."""

import json
from contextlib import suppress
from typing import NamedTuple

from tuimon.decoding import checked
from tuimon.regular_file import read_regular
from tuimon.runs.paths import RunPaths
from tuimon.runs.replacement import replace_file

_MOST_BYTES = 1 << 16
_NOT_ALL = 0.999


class ProgressRecord(NamedTuple):
    """So much of all is done. Times are Unix seconds, None while they cannot be told."""

    scale: str
    """What is counted: epochs or steps."""
    done: float
    total: float
    pace: float | None = None
    """Of these in a second."""
    ends_at: float | None = None
    earliest: float | None = None
    latest: float | None = None
    gpu: float | None = None
    """Utilization of its GPUs in percent, their mean."""
    updated_at: float = 0.0
    schema: int = 1

    @property
    def share(self) -> float:
        """Of all that is done, from 0 to below 1: when all is counted it still saves or evaluates,
        and when that is over there is no record."""
        return min(_NOT_ALL, max(0.0, self.done / self.total)) if self.total > 0 else 0.0


def read_progress(paths: RunPaths) -> ProgressRecord | None:
    """What the recorder noted last; None where it has noted nothing."""
    with suppress(OSError, ValueError, RecursionError):
        found: ProgressRecord = checked(
            json.loads(read_regular(paths.progress, _MOST_BYTES)), ProgressRecord
        )
        return found if found.schema == 1 else None
    return None


def write_progress(paths: RunPaths, record: ProgressRecord) -> None:
    """Note it; what is lost when the machine stops is told again soon.

    Raises:
        OSError: it cannot be written.
    """
    replace_file(paths.progress, json.dumps(record._asdict()).encode("ascii"))
