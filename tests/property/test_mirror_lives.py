"""Whenever a mirror dies and whatever W&B has by then: each point arrives once, in order."""

import itertools
import math
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.event_files import scalar, version
from tuimon.mirror import core as module
from tuimon.mirror import event_source as sources
from tuimon.mirror.context import MirrorContext
from tuimon.mirror.core import Mirror
from tuimon.mirror.entered_files import FileCoverage, read_coverage
from tuimon.mirror.journal import Journal, RunEntry
from tuimon.mirror.keys import GLOBAL_STEP, ROW, RUNTIME, TIMESTAMP
from tuimon.mirror.logdir_owner import LogdirOwner
from tuimon.mirror.opening import OpenRun
from tuimon.mirror.status import MirrorStatus
from tuimon.mirror.upload import UploadRequests
from tuimon.mirror.upload_watch import IncompleteError
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import LogdirRecord

TAGS = st.sampled_from(["loss", "_step", "tag/_step"])
"""W&B has a key `_step` of its own; the key that the tag gets instead is another tag's."""
FILES = st.lists(st.lists(st.tuples(TAGS, st.integers(0, 3)), max_size=20), min_size=1, max_size=2)

OF_THE_ROW = (GLOBAL_STEP, TIMESTAMP, RUNTIME, ROW)


class KilledError(Exception):
    """The mirror dies."""


@dataclass
class Life:
    """How much of each file is written by then, and how the mirror of the time ends."""

    written: float
    """Share of the bytes: the end of a file may be in the middle of a record."""
    rows: int
    """So many are handed over before the mirror is killed."""
    arrived: float
    """Share of these that W&B has got."""


LIVES = st.lists(
    st.builds(Life, written=st.floats(0, 1), rows=st.integers(0, 25), arrived=st.floats(0, 1)),
    max_size=4,
)


@dataclass
class Server:
    """The rows that W&B has, and those that are on their way; the first ones had been there."""

    journal: Path
    first_row: int
    rows: list[Mapping[str, Any]] = field(default_factory=list)
    under_way: list[Mapping[str, Any]] = field(default_factory=list)
    left: float = math.inf
    """Rows until the mirror is killed."""

    @property
    def next_row(self) -> int:
        return self.first_row + len(self.rows) + len(self.under_way)

    def write(self, rows: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            if self.left < 1:
                raise KilledError
            self.left -= 1
            assert row[ROW] == self.next_row
            with Journal(self.journal) as told:
                assert row[ROW] < told.next_row, "handed over before it was written down"
            self.under_way.append(row)

    def restart(self, arrived: float) -> None:
        """The mirror has died, and of what was under way only a part has arrived."""
        self.rows += self.under_way[: round(arrived * len(self.under_way))]
        self.under_way = []


class FakeRun:
    """A W&B run that hands what it gets to `Server`; what else it is told, it forgets."""

    url = project = entity = None
    masked: tuple[str, ...] = ()
    directory = Path("/nowhere")

    def __init__(self, server: Server) -> None:
        self.write = server.write

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_args, **_options: None


def opening_to(server: Server, **opened: Any) -> type:
    """In the place of `Opening`: the run is opened at the row that the server expects next."""

    class Opening:
        def __init__(
            self, _context: object, _home: object, journal: Journal, *, wants_online: bool
        ) -> None:
            self.journal = journal

        def attempt(self) -> OpenRun:
            if self.journal.run is None:
                entry = RunEntry(run_id="r", online=True, first_row=server.first_row)
                self.journal.append(entry)
            run: Any = FakeRun(server)
            return OpenRun(run, "r", server.next_row, **opened)

    return Opening


@contextmanager
def no_limit(_what: str, _seconds: float) -> Iterator[None]:
    yield


def mirror(logdir: Path, paths: RunPaths) -> None:
    """One life of a mirror."""
    record = LogdirRecord(
        name="r", root=str(logdir), directories=(str(logdir),), namespaces=("",), cwd="/",
        created_at=0.0,
    )  # fmt: skip
    context = MirrorContext(
        subject=LogdirOwner(record, paths),
        paths=paths,
        environ={},
        status=MirrorStatus(paths.mirror_json),
        stop=threading.Event(),
        guard=no_limit,
        uploads=UploadRequests(paths, whenever_possible=False),
    )
    with Journal(paths.mirror / "journal.jsonl") as journal:
        Mirror(context, paths, journal, wants_online=False).mirror(context.subject.look())


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """Stretches of a few records, and no waiting for more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "STRETCH_BYTES", 250)
        patch.setattr(module, "_QUIET_SECONDS", 0.0)
        patch.setattr(module, "_TICK", 0.0)
        patch.setattr(module, "teardown", lambda: None)
        yield


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, RunPaths]:
    """A log directory, and the directory of its mirror."""
    logdir = tmp_path / "logs"
    logdir.mkdir()
    (tmp_path / "run" / "mirror").mkdir(parents=True)
    return logdir, RunPaths(tmp_path / "run")


@settings(max_examples=150)
@given(FILES, LIVES, st.integers(0, 3))
def test_every_point_arrives_once_and_in_order(
    files: list[list[tuple[str, int]]], lives: list[Life], first_row: int
) -> None:
    numbers = itertools.count()
    points = [[(tag, step, float(next(numbers))) for tag, step in file] for file in files]
    contents = [
        version() + b"".join(scalar(tag, step, value) for tag, step, value in file)
        for file in points
    ]
    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        logdir, paths = Path(directory, "logs"), RunPaths(Path(directory, "run"))
        logdir.mkdir()
        paths.mirror.mkdir(parents=True)
        server = Server(paths.mirror / "journal.jsonl", first_row)
        patch.setattr(module, "RunOpener", opening_to(server))
        written = 0.0
        for life in [*lives, Life(1.0, 1000, 1.0)]:
            written = max(written, life.written)
            for number, content in enumerate(contents):
                path = logdir / f"events.out.tfevents.{number}.h"
                path.write_bytes(content[: round(written * len(content))])
            server.left = life.rows
            try:
                mirror(logdir, paths)
            except KilledError:
                server.restart(life.arrived)
            else:
                server.restart(1.0)
    arrived = [
        (value, row[GLOBAL_STEP], key)
        for row in server.rows
        for key, value in row.items()
        if key not in OF_THE_ROW
    ]
    expected = {value: (tag, step) for file in points for tag, step, value in file}
    assert sorted((value, step) for value, step, _ in arrived) == sorted(
        (value, step) for value, (_, step) in expected.items()
    )
    keys = {(expected[value][0], key) for value, _, key in arrived}
    assert len(keys) == len({tag for tag, _ in keys}) == len({key for _, key in keys})
    for file in points:
        for tag in {tag for tag, _, _ in file}:
            own = [value for one, _, value in file if one == tag]
            assert [value for value, _, _ in arrived if value in own] == own


PAGE = 96
PAGES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 6)), max_size=8)
"""Pages that are zeros for a while, and the lives of the mirror by which they have come."""


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TAGS, st.integers(0, 3)), min_size=10, max_size=40), LIVES, PAGES)
def test_bytes_that_come_late_arrive_once(
    file: list[tuple[str, int]], lives: list[Life], pages: list[tuple[int, int]]
) -> None:
    records = [scalar(tag, step, float(number)) for number, (tag, step) in enumerate(file)]
    content = version() + b"".join(records)
    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        logdir, paths = Path(directory, "logs"), RunPaths(Path(directory, "run"))
        path = logdir / "events.out.tfevents.0.h"
        logdir.mkdir()
        paths.mirror.mkdir(parents=True)
        server = Server(paths.mirror / "journal.jsonl", 0)
        patch.setattr(module, "RunOpener", opening_to(server))
        written = 0.0
        for number, life in enumerate([*lives, Life(1.0, 1000, 1.0)]):
            written = max(written, life.written)
            data = bytearray(content[: round(written * len(content))])
            for page, comes in pages:
                if comes > number and number < len(lives):
                    part = slice(page * PAGE, (page + 1) * PAGE)
                    data[part] = bytes(len(data[part]))
            path.write_bytes(data)
            server.left = life.rows
            try:
                mirror(logdir, paths)
            except KilledError:
                server.restart(life.arrived)
            else:
                server.restart(1.0)
        covered = read_coverage(paths.mirror / "journal.jsonl")[str(path)]
    assert covered == FileCoverage(len(content))
    arrived = sorted(
        value for row in server.rows for key, value in row.items() if key not in OF_THE_ROW
    )
    assert arrived == [float(number) for number in range(len(file))]


def test_rows_that_are_not_in_the_file_are_noticed(
    places: tuple[Path, RunPaths], monkeypatch: pytest.MonkeyPatch
) -> None:
    logdir, paths = places
    (logdir / "events.out.tfevents.0.h").write_bytes(version() + scalar("loss", 1, 1.0))

    class LossyFragments:
        def next_row(self, first_row: int) -> int:
            return first_row

    server = Server(paths.mirror / "journal.jsonl", 0)
    monkeypatch.setattr(module, "RunOpener", opening_to(server, fragments=LossyFragments()))
    with pytest.raises(IncompleteError, match="1 rows are not in the W&B file"):
        mirror(logdir, paths)
