"""What a training has printed, in a file: by the grammar that reads the console of a launch."""

import time
from pathlib import Path

from tuimon.events.batches import BatchBuilder
from tuimon.events.points import EventBatch
from tuimon.recorder.console_metrics.feed import SegmentReader
from tuimon.recorder.console_metrics.parser import MetricParser
from tuimon.recorder.console_metrics.trainings import PrintedPoint
from tuimon.sources.log_file import LineFile, Scalars, head_of

_FIRST_PATIENCE = 3.0
_IMPATIENCE = 4.0


class TextLog(LineFile):
    """Printed lines, whoever has printed them; other ranks and folds have tags of their own.

    What the grammar holds back until it has seen the next line comes when the file rests. If it
    goes on after that it is read anew, and then for longer waited.
    """

    origin = "printed lines"

    @classmethod
    def fits(cls, path: Path) -> bool:
        """Whether it is text, and there is some: else it may become anything."""
        head = head_of(path)
        return bool(head) and b"\0" not in head

    _patience = _FIRST_PATIENCE

    def begin(self) -> None:
        """Forget what was printed."""
        self._segments = SegmentReader()
        self._parser = MetricParser()
        self._has_rested = False

    def take(self, lines: bytes, first: int, wall_time: float) -> Scalars:
        """The points of lines, and of states of progress bars."""
        texts = self._segments.feed(lines)
        return _scalars([point for text in texts for point in self._parser.feed(text)], wall_time)

    def _look(self, max_bytes: int) -> list[EventBatch]:
        status = self.path.stat()
        if self._has_rested and status.st_size != self.size:
            self._patience *= _IMPATIENCE
            self._restart()
        batches = super()._look(max_bytes)
        rests = time.time() - status.st_mtime > self._patience
        if rests and not self.backlog and not self._has_rested:
            self._has_rested = True
            if scalars := self._rest(status.st_mtime):
                batches.append(EventBatch(scalars=scalars))
        return batches

    def _rest(self, wall_time: float) -> Scalars:
        """What was held back."""
        points = [point for text in self._segments.finish() for point in self._parser.feed(text)]
        return _scalars(points + self._parser.finish(), wall_time)


def _scalars(points: list[PrintedPoint], wall_time: float) -> Scalars:
    builder = BatchBuilder()
    for point in points:
        tag = f"{point.part}/{point.tag}" if point.part else point.tag
        builder.add_scalar(tag, point.step, wall_time, point.value)
    return builder.finish(0)[0].scalars
