"""Summaries for tests: what real writers leave in an event file, as protos."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import tensorboardX
import torch.utils.tensorboard
from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

WRITERS: dict[str, Callable[[str], Any]] = {
    "torch": torch.utils.tensorboard.SummaryWriter,
    "tensorboardX": tensorboardX.SummaryWriter,
}


def written(logdir: Path, write: Callable[[Any], object], writer: str = "torch") -> list[Event]:
    """All events of the event files below `logdir` after `write(SummaryWriter)`, in file order."""
    with WRITERS[writer](str(logdir)) as summary_writer:
        write(summary_writer)
    return events(logdir)


def tf2_style(logdir: Path, *summaries: Summary, step: int = 0) -> list[Event]:
    """The events of a file that TensorBoard's own writer made of `summaries`, one event each."""
    writer = EventFileWriter(str(logdir))
    for summary in summaries:
        writer.add_event(Event(wall_time=1.7e9, step=step, summary=summary))
    writer.close()
    return events(logdir)


def events(logdir: Path) -> list[Event]:
    """All events of the event files below `logdir`, as TensorBoard reads them."""
    return [
        event
        for path in sorted(logdir.rglob("*tfevents*"))
        for event in LegacyEventFileLoader(str(path)).Load()
    ]


def values(found: list[Event]) -> dict[str, Summary.Value]:
    """The last value of each tag."""
    return {value.tag: value for event in found for value in event.summary.value}
