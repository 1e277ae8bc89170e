"""Whether the terminal was light the last time, which is what the first frame is drawn for."""

import json
import os
from contextlib import suppress

from tuimon.regular_file import read_regular
from tuimon.runs.paths import state_home
from tuimon.runs.replacement import replace_file
from tuimon.terminal.terminal_background import background_hint

_FILE = "background.json"
_MOST_BYTES = 1 << 12
_TERMINAL = ("TERM_PROGRAM", "TERM", "COLORTERM")


def last_background() -> bool | None:
    """Whether a terminal of this sort is light; None where nobody knows."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(read_regular(state_home() / _FILE, _MOST_BYTES))
        if kept["terminal"] == _terminal() and isinstance(kept["light"], bool):
            return bool(kept["light"])
    return background_hint()


def keep_background(is_light: bool) -> None:
    """Keep what this terminal has told; a disk that is full costs nothing but that."""
    kept = {"terminal": _terminal(), "light": is_light}
    with suppress(OSError):
        state_home().mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(state_home() / _FILE, json.dumps(kept).encode())


def _terminal() -> list[str]:
    return [os.environ.get(name, "") for name in _TERMINAL]
