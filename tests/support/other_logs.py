"""Reading logs that are no event files."""

from collections.abc import Mapping
from pathlib import Path

from tuimon.events.points import EventBatch
from tuimon.events.tails import Tail
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.store.run_log import RunLog


def runs_of(path: Path) -> Mapping[str, RunLog]:
    """All that a log directory or a log holds."""
    return load([LogSource(path=str(path))]).store.runs


def read_on(tail: Tail, max_bytes: int = 1 << 20) -> list[EventBatch]:
    """What is new, to the end."""
    batches = tail.poll(max_bytes)
    while tail.backlog:
        batches += tail.poll(max_bytes)
    return batches


def points(tail: Tail) -> dict[str, tuple[list[int], list[float]]]:
    """Steps and values of what is new, by tag."""
    found: dict[str, tuple[list[int], list[float]]] = {}
    for batch in read_on(tail):
        for tag, columns in batch.scalars.items():
            steps, values = found.setdefault(tag, ([], []))
            steps += columns.steps.tolist()
            values += columns.values.tolist()
    return found
