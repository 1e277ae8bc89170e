"""The user's clipboard, which is at the other end of SSH, tmux and screen.

A terminal takes text for the clipboard from OSC 52 (xterm, ctlseqs: "Manipulate Selection Data").
Textual sends that. Inside tmux it is lost: by default (``set-clipboard external``,
``allow-passthrough off``) tmux takes it from no program, but hands it on itself when it is told
to (``load-buffer -w``, since tmux 3.2). GNU screen passes on what is wrapped in DCS strings of
768 bytes at most.
"""

import base64
import subprocess
from collections.abc import Mapping

MOST_BYTES = 74_000
"""Of text; terminals ignore longer sequences (100,000 bytes of base64 in hterm and xterm)."""

_SCREEN_CHUNK = 700
_TMUX_SECONDS = 2.0


def fitting(text: str) -> str:
    """The beginning of a text that a terminal takes; all of it, as a rule."""
    data = text.encode(errors="replace")
    return text if len(data) <= MOST_BYTES else data[:MOST_BYTES].decode(errors="ignore")


def for_screen(text: str) -> str:
    """The sequence that GNU screen passes on as OSC 52."""
    encoded = base64.b64encode(text.encode(errors="replace")).decode()
    sequence = f"\x1b]52;c;{encoded}\a"
    parts = [
        sequence[start : start + _SCREEN_CHUNK] for start in range(0, len(sequence), _SCREEN_CHUNK)
    ]
    return "".join(f"\x1bP{part}\x1b\\" for part in parts)


def tell_tmux(text: str, env: Mapping[str, str]) -> bool:
    """Give a text to the tmux around, for its buffer and the clipboard; whether it took it."""
    try:
        done = subprocess.run(
            ["tmux", "load-buffer", "-w", "-"],
            input=text.encode(errors="replace"),
            env=dict(env),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_TMUX_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
