"""Windows of an event file → batches of scalar columns and references.

Three ways lead to the same result, whatever mixture of them decodes a file:

* `single` reads any record, one by one, some ten microseconds each;
* `grouped` decodes stretches of scalar records at once, in any order of tags;
* `cycles` decodes logs whose tags come round in a fixed order, without looking for frames.

All verify both checksums of every frame.
"""

from typing import NamedTuple

import numpy as np

from tuimon.events.batches import BatchBuilder
from tuimon.events.bulk.cycles import Cycle, find_period
from tuimon.events.bulk.grouped import DAMAGED, FramePoints, GroupedDecoder
from tuimon.events.bulk.known import KnownRecords
from tuimon.events.bulk.templates import NO_TEMPLATE
from tuimon.events.fields import Buffer, WireError
from tuimon.events.frames import (
    HEADER_BYTES,
    TRAILER_BYTES,
    Chain,
    Scan,
    ScanStop,
    frame_chain,
    is_valid_frame,
    scan_frames,
)
from tuimon.events.gaps import may_be_filled
from tuimon.events.points import EventBatch
from tuimon.events.single import SingleDecoder
from tuimon.events.wire import parse_event

BULK_BYTES = 8 << 10
"""Less than this is read faster record by record."""
_LEAST_STRETCH, _MOST_STRETCH = 16 << 10, 1 << 22
_FEW_FRAMES = 64
"""Fewer are read faster one by one; so many are, where the other ways came to nothing."""
_MOST_NEW_SCALARS = 64
"""A stretch ends with so many scalars that match no template: the next may know their tags."""
_WORTHWHILE_CYCLE = 32 << 10
"""A cycle that ends after fewer bytes was not worth its making."""
_MOST_STRETCHES_SKIPPED, _MOST_SCANS_SKIPPED = 64, 16


class WindowResult(NamedTuple):
    """What came of a window."""

    batches: list[EventBatch]
    """At least one."""
    end: int
    """Everything before it is accounted for; counted from the start of the window."""
    stop: ScanStop
    wanted: int
    """Bytes from `end` that are needed to go on, when cut."""


class _Backoff:
    """When to try again what may come to nothing: after each failure twice as late."""

    def __init__(self, most_skipped: int) -> None:
        self._most_skipped = most_skipped
        self._skip = 0
        self._next = 1

    def due(self) -> bool:
        """Whether to try now. Every call that says no brings the next try nearer."""
        if self._skip:
            self._skip -= 1
            return False
        return True

    def note(self, *, success: bool) -> None:
        """Say what came of a try."""
        self._skip = 0 if success else self._next
        self._next = 1 if success else min(2 * self._next, self._most_skipped)


class EventDecoder:
    """Decodes one file, window by window. `plugins` and `known` as in `SingleDecoder`."""

    def __init__(self, plugins: dict[str, str], known: KnownRecords) -> None:
        self._single = SingleDecoder(plugins, known)
        self._grouped = GroupedDecoder(plugins)
        self._stretch = _LEAST_STRETCH
        self._cycle: Cycle | None = None  # what the next bytes begin, as far as is known
        self._cycle_bytes = 0
        self._cycle_tries = _Backoff(_MOST_STRETCHES_SKIPPED)
        self._stretch_tries = _Backoff(_MOST_SCANS_SKIPPED)

    def decode(self, window: Buffer, base: int, *, more: bool = False) -> WindowResult:
        """Decode `window`, which begins with a frame at offset `base` of the file. Never raises.

        With `more`, the next window follows at once, and this one may stop early where it suits. A
        record that is no well-formed ``Event`` counts as damaged and leaves nothing behind.
        """
        builder = BatchBuilder()
        size = len(window)
        at = 0
        while True:
            if more and at and size - at < self._least_bytes():
                return WindowResult(builder.finish(base + at), at, ScanStop.LIMIT, 0)
            bulk = self._single.started and size - at >= BULK_BYTES
            if bulk:
                before = at
                at = self._run_cycle(window, at, builder)
                if at == before and self._stretch_tries.due():
                    at = self._decode_stretch(window, at, base, builder)
                    self._stretch_tries.note(success=at > before)
                if at > before:
                    continue
            scan = self._decode_few(window, at, base, builder)
            at = scan.end
            if scan.stop is not ScanStop.LIMIT:
                return WindowResult(builder.finish(base + at), at, scan.stop, scan.wanted)

    def _decode_few(self, window: Buffer, at: int, base: int, builder: BatchBuilder) -> Scan:
        """Decode some frames one by one; the scan of the last of them."""
        left = _FEW_FRAMES
        while True:
            if self._single.started:
                at, known = self._single.known.enter(window, at, left, builder)
                left -= known
            scan = scan_frames(window, at, limit=min(left, 1))
            for start, end in scan.damaged:
                if may_be_filled(window[start:end]):
                    builder.pass_over(base + start, base + end)
                builder.add_damage(1, end - start)
            for span in scan.payloads:
                self._single.decode(window, span, base, builder)
            at = scan.end
            left -= 1
            if scan.stop is not ScanStop.LIMIT or left <= 0:
                return scan

    def _least_bytes(self) -> int:
        """With less, it is better to wait for the next window."""
        return max(BULK_BYTES, self._cycle.row_bytes if self._cycle else 0)

    def _run_cycle(self, window: Buffer, at: int, builder: BatchBuilder) -> int:
        """Go on with the cycle, if there is one; the position behind it."""
        cycle = self._cycle
        if cycle is None:
            return at
        end = cycle.decode(window, at, builder)
        self._cycle_bytes += end - at
        if end == at or len(window) - end >= cycle.row_bytes:
            success = self._cycle_bytes >= _WORTHWHILE_CYCLE
            self._cycle_tries.note(success=success)
            if success:
                self._stretch = _LEAST_STRETCH  # enough to find the next cycle
            self._cycle, self._cycle_bytes = None, 0
        return end

    def _decode_stretch(self, window: Buffer, at: int, base: int, builder: BatchBuilder) -> int:
        """Decode many frames at once; the position behind them, `at` when there are none."""
        chain = frame_chain(window, at, min(at + self._stretch, len(window)))
        if len(chain.starts) < _FEW_FRAMES:
            return at
        decoded = self._grouped.decode(window, chain)
        count = self._finish_stretch(window, chain, decoded, base, builder)
        end = int(chain.ends[count - 1]) if count else at
        self._stretch = min(max(4 * (end - at), _LEAST_STRETCH), _MOST_STRETCH)
        if not count:
            return at
        if self._cycle_tries.due() and (period := find_period(decoded.templates[:count])):
            numbers = decoded.templates[count - period : count].tolist()
            self._cycle = Cycle([self._grouped.templates[number] for number in numbers])
        return end

    def _finish_stretch(
        self, window: Buffer, chain: Chain, decoded: FramePoints, base: int, builder: BatchBuilder
    ) -> int:
        """Enter what was decoded, and read the frames without a template; how many were entered."""
        templates = decoded.templates
        # Only what follows tells damaged content from lost bytes: leave the last frame undecided.
        count = len(templates) - (1 if templates[-1] == DAMAGED else 0)
        rows = self._grouped.rows_by_tag(decoded)
        new_scalars = 0
        for place in np.flatnonzero(templates[:count] == NO_TEMPLATE).tolist():
            start, end = int(chain.starts[place]), int(chain.ends[place])
            if not is_valid_frame(window, start):
                if place == count - 1 or may_be_filled(window[start:end]):
                    count = place  # the same, and what precedes a gap is a batch of its own
                    break
                builder.add_damage(1, end - start)
                continue
            first, last = start + HEADER_BYTES, end - TRAILER_BYTES
            try:
                event = parse_event(window, first, last)
            except WireError:
                builder.add_damage(1)
                continue
            if event.starts:
                count = place  # what precedes it has to be entered before
                break
            for value in event.values:
                rows.enter_tag(value.tag, place, builder)
            self._single.enter(event, base + start, last - first, builder)
            new_scalars += any(value.scalar is not None for value in event.values)
            if new_scalars == _MOST_NEW_SCALARS:
                count = place + 1
                break
        rows.enter_all(count, builder)
        damaged = np.flatnonzero(templates[:count] == DAMAGED)
        if len(damaged):
            lost = int((chain.ends[damaged] - chain.starts[damaged]).sum())
            builder.add_damage(len(damaged), lost)
        return count
