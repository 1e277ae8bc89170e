"""Bytes that a file system shows late: whatever comes when, in the end all points are there."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from support.event_files import points, read, scalar, start, tensor, version
from tuimon.events.points import EventBatch
from tuimon.events.tail import EventFileTail
from tuimon.store.run_log import FileStatus, RunLog

PAGE = 256
records = st.lists(st.sampled_from(["a", "loss", "start", "text"]), min_size=12, max_size=60)
orders = st.lists(st.integers(0, 2**30), max_size=12)


def build(kinds: list[str]) -> bytes:
    """A file of scalars, summaries of several pages, and restarts."""
    data = version()
    for step, kind in enumerate(kinds):
        if kind == "start":
            data += start(step - 3)
        elif kind == "text":
            data += tensor("text", step, b"x" * (3 * PAGE), "text", 1.7e9 + step)
        else:
            data += scalar(kind, step, step / 3)
    return data


def late_pages(data: bytes, order: list[int]) -> tuple[bytes, list[slice]]:
    """The file while some pages are zeros, and the pages in the order in which they come."""
    count = -(-len(data) // PAGE)
    numbers = list(dict.fromkeys(number % count for number in order))
    pages = [slice(number * PAGE, min((number + 1) * PAGE, len(data))) for number in numbers]
    early = bytearray(data)
    for page in pages:
        early[page] = bytes(len(data[page]))
    return bytes(early), pages


def content(run: RunLog) -> tuple[object, ...]:
    """All that a run has, but which stretch brought it."""
    return (
        {tag: [c.tobytes() for c in series.all_points()] for tag, series in run.series.items()},
        {tag: [c.tobytes() for c in refs.snapshot()] for tag, refs in run.refs.items()},
        run.start_time,
        [(file.damaged_records, file.skipped_bytes) for file in run.files.values()],
    )


def run_of(path: Path, batches: list[EventBatch], tail: EventFileTail) -> RunLog:
    run = RunLog("run", path.parent)
    for batch in batches:
        run.apply(path, batch)
    run.update_file(FileStatus.of(tail))
    return run


def look(tail: EventFileTail, max_bytes: int) -> list[EventBatch]:
    """Poll until nothing comes, as a viewer does."""
    batches = read(tail, max_bytes)
    while more := tail.poll(max_bytes):
        batches += more
    return batches


@settings(max_examples=80, deadline=None)
@given(records, orders, st.sampled_from([300, 1 << 20]), st.booleans())
@example(["loss"] * 40, [0], 1 << 20, True)  # the first page
@example(["loss"] * 40, [3, 1, 2, 6, 5], 1 << 20, True)
@example(["text"] * 12, [5, 2], 1 << 20, True)  # within records
def test_in_the_end_everything_is_there(
    kinds: list[str], order: list[int], max_bytes: int, growing: bool
) -> None:
    data = build(kinds)
    early, pages = late_pages(data, order)
    with TemporaryDirectory() as directory:
        path = Path(directory, "events.tfevents")
        plugins = {"text": "text"}
        tail = EventFileTail(path, plugins)
        path.write_bytes(early[: len(early) // 2] if growing else early)
        batches = look(tail, max_bytes)
        path.write_bytes(early)
        batches += look(tail, max_bytes)
        for page in pages:
            with path.open("r+b") as file:
                file.seek(page.start)
                file.write(data[page])
            batches += look(tail, max_bytes)
        assert not any(batch.reset for batch in batches)
        assert (tail.gaps.spans, tail.damaged_records, tail.skipped_bytes) == ([], 0, 0)
        whole = EventFileTail(path, plugins)
        expected = run_of(path, read(whole), whole)
        found = run_of(path, batches, tail)
        assert points(batches).keys() == points(read(EventFileTail(path))).keys()
        assert content(found) == content(expected)


@settings(max_examples=40, deadline=None)
@given(records, orders, st.integers(0, 2**30))
def test_what_never_comes_hides_nothing_else(
    kinds: list[str], order: list[int], never: int
) -> None:
    """Pages come in any order, and one never: all records on others are read."""
    data = build([kind for kind in kinds if kind != "start"] * 2)
    early, pages = late_pages(data, [*order, never])
    missing = pages[-1]
    with TemporaryDirectory() as directory:
        path = Path(directory, "events.tfevents")
        path.write_bytes(early)
        tail = EventFileTail(path, {"text": "text"})
        batches = look(tail, 1 << 20)
        for page in pages[:-1]:
            with path.open("r+b") as file:
                file.seek(page.start)
                file.write(data[page])
            batches += look(tail, 1 << 20)
        once = read(EventFileTail(path, {"text": "text"}))
        found, expected = points(batches), points(once)
        assert {tag: sorted(new) for tag, new in found.items()} == {
            tag: sorted(new) for tag, new in expected.items()
        }
        assert sum(map(len, found.values())) >= np.sum([kind != "text" for kind in kinds]) - (
            (missing.stop - missing.start) // 20 + 2
        )
