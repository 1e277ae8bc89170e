"""A training's output on its way to standard output: bytes of the log, made safe for a terminal."""

import re

from tuimon.console.escapes import SEQUENCE, OutputDecoder

# Text, and what progress bars and colours need: SGR, erasing, moves of the cursor (ECMA-48 §8.3).
_PASSING = re.compile(
    r"(?P<passing>[^\x00-\x07\x0b-\x0c\x0e-\x1f\x7f-\x9f]+|\x1b\[[0-9;:]{0,32}[mKJABCDEFG])"
    rf"|{SEQUENCE.pattern}"
)


class HarmlessStream:
    """Lets a script draw its progress bars on this terminal, and do nothing else to it.

    Text, colours, erasing and cursor moves pass; titles, clipboard writes, mode switches and
    queries do not. Chunks may end anywhere.
    """

    def __init__(self) -> None:
        self._decoder = OutputDecoder()

    def feed(self, data: bytes) -> str:
        """The harmless part of `data`."""
        return _passing(self._decoder.feed(data))

    def finish(self) -> str:
        """The stream has ended: the harmless part of what is left."""
        return _passing(self._decoder.finish())


def _passing(text: str) -> str:
    return "".join(match["passing"] or "" for match in _PASSING.finditer(text))
