"""A mirror without W&B: what it would hand over of event files, over any number of lives."""

from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.summary.writer.record_writer import RecordWriter

from tuimon.mirror.event_files import JournalFiles
from tuimon.mirror.event_source import EventSource
from tuimon.mirror.journal import Journal, StretchEntry
from tuimon.mirror.namespaces import Namespaces
from tuimon.mirror.owner import NewFile
from tuimon.mirror.rows import rows_of
from tuimon.runs.paths import RunPaths

NAME = "events.out.tfevents.1.h"


def records(steps: range, base: float) -> bytes:
    """The bytes of points whose value is `base` plus their step, a version record before step 0."""

    class Bytes(bytearray):
        write = bytearray.extend

    file = Bytes()
    writer = RecordWriter(file)
    if steps.start == 0:
        event = Event(wall_time=base, file_version="brain.Event:2")
        writer.write(event.SerializeToString())
    for step in steps:
        event = Event(wall_time=base + step, step=step)
        event.summary.value.add(tag="loss", simple_value=base + step)
        writer.write(event.SerializeToString())
    return bytes(file)


class Mirrored:
    """What a mirror without W&B has handed over; `again` is another life of it."""

    def __init__(self, paths: RunPaths) -> None:
        paths.mirror.mkdir()
        self.paths = paths
        self.values: list[float] = []
        self._begin()

    def again(self) -> None:
        self.journal.close()
        self._begin()

    def _begin(self) -> None:
        self.journal = Journal(self.paths.mirror / "journal.jsonl")
        names = Namespaces({})
        self.files = JournalFiles(self.journal, self.paths, self.paths, names, lambda *_: None)
        for _ in self.files.replay(self.journal.next_row):
            raise AssertionError("nothing is missing")

    def look(self, *paths: Path) -> list[float]:
        """Read all that is new; returns its values."""
        found = [NewFile(str(path), ".", "") for path in paths]
        self.files.add(found, ended=False, waits=False)
        before = len(self.values)
        for source in self.files:
            while self._read(source):
                pass
        return self.values[before:]

    def _read(self, source: EventSource) -> bool:
        reading = source.read()
        entry = self.files.reenter(source) if reading.replaced else source.entry
        rows = list(rows_of(reading.batches))
        self.values += [row.values["loss"] for row in rows]
        if rows:
            self.journal.append(
                StretchEntry(
                    file=entry.id,
                    begin=reading.begin,
                    end=reading.end,
                    row=self.journal.next_row,
                    rows=len(rows),
                    points=len(rows),
                    seam=reading.mark[1:] if reading.mark else (),
                    head=reading.head[1:] if reading.head else (),
                )
            )
        return bool(reading.batches)
