"""Parts of an event file that hold zeros where records will be.

A network file system shows how long a file is before it has all of its pages, and pages come in any
order: what lies behind a gap is read at once, and the gap when it is filled.
"""

import os
from collections.abc import Iterable, Iterator, Sequence

from tuimon.events.fields import Buffer, Span
from tuimon.events.frames import FRAME_BYTES, header_positions, is_valid_frame, payload_length
from tuimon.regular_file import regular_file

MOST_BYTES = 16 << 20
"""A longer part is not looked at again."""
_ZEROS = bytes(64)
"""So many in a row that are no record may still become one."""
_MOST_GAPS = 256
_MOST_WASTED_BYTES = 1 << 28


def may_be_filled(content: Buffer) -> bool:
    """Whether what was passed over holds zeros that may still become records."""
    return len(content) <= MOST_BYTES and _ZEROS in bytes(content)


def first_frame(window: Buffer) -> int | None:
    """Where the first valid frame of a part begins; None where it holds none."""
    wasted = 0
    for at in header_positions(window).tolist():
        if is_valid_frame(window, at):
            return int(at)
        wasted += FRAME_BYTES + payload_length(window, at)
        if wasted > _MOST_WASTED_BYTES:
            break
    return None


def cut_out(parts: Iterable[Span], spans: Sequence[Span]) -> Iterator[Span]:
    """What is left of parts without some spans."""
    for part in parts:
        left = [part]
        for begin, end in spans:
            left = [
                rest
                for first, last in left
                for rest in ((first, min(last, begin)), (max(first, end), last))
                if rest[0] < rest[1]
            ]
        yield from left


def is_filled(path: str, gap: Span) -> bool:
    """Whether a gap of a file holds records by now. Raises OSError."""
    begin, end = gap
    with regular_file(path, buffering=0) as file:
        return first_frame(os.pread(file.fileno(), end - begin, begin)) is not None


class Gaps:
    """The gaps of a file that are still open, ascending."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self._seen: dict[Span, int | None] = {}

    def add(self, spans: Iterable[Span]) -> None:
        """Note gaps, as many as can be looked at again and again."""
        for span in spans:
            kept = sum(end - begin for begin, end in self.spans)
            if len(self.spans) < _MOST_GAPS and kept + span[1] - span[0] <= MOST_BYTES:
                self.spans = sorted({*self.spans, span})

    def fill(self, span: Span) -> int:
        """Note that a span is filled; how many gaps there are more than before."""
        before = len(self.spans)
        self.spans = [*cut_out(self.spans, [span])]
        return len(self.spans) - before

    def unseen(self, stamp: int | None) -> Iterator[Span]:
        """Gaps that were not looked at since the file had another stamp, or has none."""
        for span in self.spans:
            if stamp is None or self._seen.get(span) != stamp:
                self._seen[span] = stamp
                yield span
