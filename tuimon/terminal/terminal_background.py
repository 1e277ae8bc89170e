"""Whether the terminal is light or dark: what it is asked, and its answer among the keys.

The question is xterm's OSC 11, which multiplexers answer for the terminal around them. Terminals
that know mode 2031 tell by themselves when it changes
(https://contour-terminal.org/vt-extensions/color-palette-update-notifications/). Nobody waits for
an answer.
"""

import os
import re
from collections.abc import Mapping

QUESTION = "\x1b]11;?\x1b\\"
WATCH, UNWATCH = "\x1b[?2031h", "\x1b[?2031l"
_SILENT = re.compile(r"(?:dumb|linux|ansi|cons25|vt\d.*)?")
"""Terminals that may print what they do not know."""
# An escape that ends one read may have been taken for a key: what follows is still an answer.
_ANSWER = re.compile(
    r"\x1b?\]11;(?P<colour>[^\x1b\x07]{,40})(?:\x1b\\|\x07)|\x1b?\[\?997;(?P<scheme>[12])n"
)
_BEGUN_ANSWER = re.compile(r"\x1b?\](?:1(?:1(?:;[^\x1b\x07]{,40}\x1b?)?)?)?\Z|\x1b\Z")
_BEGUN_REPORT = re.compile(r"\x1b\[\?9(?:9(?:7(?:;[12]?)?)?)?\Z")
_RGB = re.compile(r"rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})(?:/[0-9a-f]{1,4})?", re.I)
_LIGHT_FROM = 0.5
_LIGHT_OF_16 = ("7", "15")


def background_hint(environ: Mapping[str, str] = os.environ) -> bool | None:
    """Whether the environment says that the terminal is light; None where it says nothing."""
    colour = environ.get("COLORFGBG", "").rpartition(";")[2]
    return colour in _LIGHT_OF_16 if colour.isdigit() else None


class TerminalBackground:
    """What the terminal has told of it."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._asks = _SILENT.fullmatch(environ.get("TERM", "")) is None
        self._waits = False
        self._held = ""
        self.is_light: bool | None = None
        """None until it has answered."""

    @property
    def holds(self) -> bool:
        """Whether an answer seems to have begun."""
        return bool(self._held)

    def ask(self) -> str:
        """What to send to the terminal; its next answer, whatever it is of, comes after this."""
        self._waits = self._asks
        return QUESTION + WATCH if self._asks else ""

    def leave(self) -> str:
        """What to send before the terminal is left."""
        return UNWATCH if self._asks else ""

    def answered(self) -> None:
        """The terminal has answered something that it was asked later."""
        self._waits = False

    def feed(self, text: str) -> str:
        """Input without the answers in it. One that has begun is held until it ends."""
        if not self._asks:
            return text
        text, self._held = self._held + text, ""
        text = _ANSWER.sub(self._take, text)
        begun = _BEGUN_REPORT.search(text) or (self._waits and _BEGUN_ANSWER.search(text))
        if begun:
            self._held, text = text[begun.start() :], text[: begun.start()]
        return text

    def release(self) -> str:
        """What was held, and is no answer: the rest of it did not come."""
        held, self._held = self._held, ""
        return held

    def _take(self, answer: re.Match[str]) -> str:
        if answer["scheme"] is not None:
            self.is_light = answer["scheme"] == "2"
            return ""
        self._waits = False
        if colour := _RGB.fullmatch(answer["colour"]):
            red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in colour.groups())
            self.is_light = 0.2126 * red + 0.7152 * green + 0.0722 * blue > _LIGHT_FROM
        return ""
