"""What is known of the copy of a place: told by the process that keeps it, read by viewers."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from tuimon.decoding import checked
from tuimon.regular_file import read_regular
from tuimon.runs.replacement import replace_file

_MOST_BYTES = 1 << 20
WANTED = "wanted"
"""A file beside the state: all is looked at again that was looked at before its time."""
LinkStanding = Literal["connecting", "up", "lost", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceState:
    """Times are Unix s of this machine."""

    link: LinkStanding = "connecting"
    """``refused``: somebody has to do something."""
    detail: str = ""
    """What is wrong, where, and what to do; one line, not yet safe."""
    is_full: bool = False
    """Whether the disk here has no room."""
    told_at: float = 0.0
    began_at: float = 0.0
    """When this process began."""
    looked_at: float = 0.0
    """All that was due was asked for after this time, and came; 0: never."""
    whole_at: float = 0.0
    """All there is was listed after this time, and is here; 0: not yet."""
    retry_at: float = 0.0
    """When the next connection is tried."""
    received: int = 0
    """Bytes of this process."""
    requests: int = 0
    missing: int = 0
    """Bytes that are to come."""
    objects: bool = False
    """Whether requests cost money."""
    problems: tuple[str, ...] = ()
    """Files and directories that could not be had, a line each, not yet safe."""


def write_state(path: Path, state: PlaceState) -> None:
    """Let others know; on a full disk they do not."""
    with suppress(OSError):
        replace_file(path, json.dumps(asdict(state)).encode(errors="surrogateescape"))


def read_state(path: Path) -> PlaceState | None:
    """What was told last; None where nothing was."""
    try:
        state: PlaceState = checked(json.loads(read_regular(path, _MOST_BYTES)), PlaceState)
    except (OSError, ValueError):
        return None
    return state
