"""The title of the terminal's window, from what is watched to its own again."""

import re

from tuimon.text import fit

_UNTITLED = re.compile(r"(linux|vt\d|dumb|ansi|cons|sun|eterm)")
"""How the names of terminals begin that have no title, and may print one."""
_MOST_CELLS = 80
_KEEP, _RESTORE = "\x1b[22;0t", "\x1b[23;0t"


class WindowTitle:
    """Says what to send for a title; tmux and xterm keep the one of before meanwhile."""

    def __init__(self, term: str) -> None:
        """`term` is what the terminal is called (``$TERM``)."""
        self._text = ""
        self._works = _UNTITLED.match(term) is None

    def change(self, text: str) -> str:
        """What makes any text the title; nothing where it is that."""
        text = fit(text, _MOST_CELLS).rstrip()
        if text == self._text or not self._works:
            return ""
        first, self._text = not self._text, text
        return f"{_KEEP * first}{_set(text)}"

    def begin(self) -> str:
        """What makes the title known so far that of the window, which has its own."""
        return f"{_KEEP}{_set(self._text)}" if self._text else ""

    def end(self) -> str:
        """What gives the window its own title back; where none was kept, none."""
        return f"{_set('')}{_RESTORE}" if self._text else ""


def _set(text: str) -> str:
    return f"\x1b]0;{text}\x07"
