"""A console's bytes as the texts that were once visible: lines, and each state of a progress bar.

Unlike `tuimon.console.folding`, which keeps what is left standing, this keeps what was overwritten:
the states of a bar are the curve.
"""

import codecs
import re
from collections.abc import Iterator

from tuimon.console.escapes import SEQUENCE, split_begun

LONGEST = 8192
"""Characters of a segment; a longer one is left out."""

_MOVES = frozenset("ABEFGHdf")  # final characters of what moves the cursor elsewhere
_BREAK = re.compile(r"[\r\n\b\v\f]")
_BAR = re.compile(r"(?:/\d+|\dit) \[\d+:\d\d(?::\d\d)?(?:<|, )[^\]]{0,500}\]")


class SegmentReader:
    """Cuts a stream of terminal output; the chunks it comes in make no difference."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._unread = ""
        self._open = ""
        self._overlong = False

    def feed(self, data: bytes) -> Iterator[str]:
        """The segments that `data` completes: at a line break, a carriage return, a cursor
        movement, or the closing bracket of tqdm's bar, which no return follows until the next."""
        text, self._unread = split_begun(self._unread + self._decoder.decode(data))
        text = SEQUENCE.sub(_as_break, text)
        *whole, rest = _BREAK.split(text)
        for part in whole:
            yield from self._add(part)
            yield from self._close()
        yield from self._add(rest)

    def finish(self) -> Iterator[str]:
        """What is left at the end of the stream."""
        yield from self._close()

    def _add(self, text: str) -> Iterator[str]:
        if self._overlong:
            return
        self._open += text
        begin = 0
        for bar in _BAR.finditer(self._open):
            if bar.end() - begin <= LONGEST:
                yield self._open[begin : bar.end()]
            begin = bar.end()
        self._open = self._open[begin:]
        if len(self._open) > LONGEST:
            self._overlong, self._open = True, ""

    def _close(self) -> Iterator[str]:
        text, self._open, self._overlong = self._open, "", False
        if text and not text.isspace():
            yield text


def _as_break(match: re.Match[str]) -> str:
    return "\r" if match["final"] and match["final"] in _MOVES else ""
