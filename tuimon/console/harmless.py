"""A training's output on its way to standard output: bytes of the log, made safe for a terminal."""

import codecs
import re

_LONGEST_SEQUENCE = 4096

# What progress bars and colours need: SGR, erasing, and moves of the cursor (ECMA-48 §8.3).
_HARMLESS = re.compile(r"\x1b\[[0-9;:]{0,32}[mKJABCDEFG]")
# Every other sequence that is whole: CSI, command strings (OSC, DCS …), and the short ones.
_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x9c|\x1b\\)|[ -/]*[0-OQ-WYZ`-~])"
)
_CONTROLS = re.compile(r"[\x00-\x07\x0b-\x0c\x0e-\x1f\x7f-\x9f]")


class HarmlessStream:
    """Lets a script draw its progress bars on this terminal, and do nothing else to it.

    Text, colours, erasing and cursor moves pass; titles, clipboard writes, mode switches and
    queries do not. Chunks may end anywhere.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""

    def feed(self, data: bytes) -> str:
        """The harmless part of `data`."""
        text = self._held + self._decoder.decode(data)
        self._held = ""
        shown = []
        position = 0
        while (escape := text.find("\x1b", position)) >= 0:
            shown.append(_CONTROLS.sub("", text[position:escape]))
            if harmless := _HARMLESS.match(text, escape):
                shown.append(harmless[0])
                position = harmless.end()
            elif sequence := _SEQUENCE.match(text, escape):
                position = sequence.end()
            elif len(text) - escape <= _LONGEST_SEQUENCE and "\n" not in text[escape:]:
                self._held = text[escape:]
                return "".join(shown)
            else:
                position = escape + 1
        shown.append(_CONTROLS.sub("", text[position:]))
        return "".join(shown)
