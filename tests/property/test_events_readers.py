"""Log directories of any history: the data server and EventAccumulator read the same points."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.util.tensor_util import make_ndarray

from support.data_server import binary, data_server
from support.event_files import frame, scalar, start, tensor, version
from tuimon.api import LogDirectory, Run, load
from tuimon.export.orphans import find_orphans
from tuimon.export.tables import chunks
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load as read_log

Points = list[tuple[int, float, str]]

steps = st.one_of(st.integers(0, 12), st.sampled_from([-(2**63), -1, 127, 128, 2**31, 2**63 - 1]))
values = st.one_of(
    st.floats(width=32), st.sampled_from([float("nan"), -0.0, 1e-45, float("inf"), -float("inf")])
)
wall_times = st.floats(allow_nan=False, allow_infinity=False)
simple = st.tuples(st.just("simple"), st.sampled_from("ab"), steps, values, wall_times)
tensors = st.tuples(st.just("tensor"), st.sampled_from("tu"), steps, values, wall_times)
several = st.tuples(st.just("several"), st.just("abc"), steps, values, wall_times)
text = st.tuples(st.just("text"), st.just("note"), steps, st.just(0.0), wall_times)
starts = st.tuples(st.just("start"), st.just(""), steps, st.just(0.0), st.just(0.0))


def runs(*kinds: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Runs as lists of files; a file is a list of records and how much its end is cut."""
    ascending = st.builds(
        lambda first, count, tag: [
            ("simple", tag, first + n, n / 3, 1e9 + n) for n in range(count)
        ],
        st.integers(0, 200),
        st.integers(1, 300),
        st.sampled_from("ab"),
    )
    records = st.lists(st.one_of(*kinds), max_size=25)
    content = st.lists(st.one_of(records, ascending), max_size=3).map(
        lambda parts: [record for part in parts for record in part]
    )
    return st.lists(st.tuples(content, st.integers(0, 20)), min_size=1, max_size=4)


def record(kind: str, tag: str, step: int, value: float, wall_time: float) -> bytes:
    if kind == "simple":
        return scalar(tag, step, value, wall_time)
    if kind == "tensor":
        return tensor(tag, step, np.float32(value), wall_time=wall_time)
    if kind == "text":
        return tensor(tag, step, b"text", "text", wall_time)
    if kind == "start":
        return start(step)
    summary = Summary(value=[Summary.Value(tag=one, simple_value=value) for one in tag])
    return frame(Event(wall_time=wall_time, step=step, summary=summary).SerializeToString())


def write(logdir: Path, runs: Iterable[object], versions: str = "++++") -> None:
    for number, files in enumerate(runs):
        directory = logdir / f"run{number:02}"
        directory.mkdir()
        for place, (content, cut) in enumerate(files):
            data = b"".join(record(*what) for what in content)
            data = (version() if versions[place] == "+" else b"") + data[: max(len(data) - cut, 0)]
            (directory / f"events.out.tfevents.170000000{place}.host").write_bytes(data)


def exact(points: Iterable[Iterable[object]]) -> Points:
    """NaN is equal to NaN, and -0 is not 0."""
    return [(int(step), float(wall), repr(float(value))) for step, wall, value in points]


def by_the_data_server(logs: LogDirectory) -> dict[str, dict[str, Points]]:
    """All points, less what its rule drops: those before a point that have its step or a later."""
    found: dict[str, dict[str, Points]] = {}
    for name, run in logs.items():
        for tag, series in run.items():
            points: list[tuple[np.generic, ...]] = []
            for point in zip(*series.all_points()[:3], strict=True):
                while points and points[-1][0] >= point[0]:
                    points.pop()
                points.append(point)
            found.setdefault(name, {})[tag] = exact(points)
    return found


def kept(run: Run) -> dict[str, Points]:
    """All points but those that START purges; of tensors, which the accumulator keeps, all."""
    found = {}
    for tag, series in run.items():
        points = series.all_points()
        keep = ~points.purged if tag in "abc" else slice(None)
        found[tag] = exact(zip(*(column[keep] for column in points[:3]), strict=True))
    return {tag: points for tag, points in found.items() if points}


def accumulated(directory: Path) -> dict[str, Points]:
    accumulator = EventAccumulator(str(directory), {"scalars": 0, "tensors": 0})
    accumulator.Reload()
    found = {
        tag: exact((event.step, event.wall_time, event.value) for event in accumulator.Scalars(tag))
        for tag in accumulator.Tags()["scalars"]
    }
    for tag in set(accumulator.Tags()["tensors"]) - {"note"}:
        found[tag] = exact(
            (event.step, event.wall_time, make_ndarray(event.tensor_proto).item())
            for event in accumulator.Tensors(tag)
        )
    return {tag: points for tag, points in found.items() if points}


@pytest.mark.skipif(binary() is None, reason="the data server does not run here")
@settings(max_examples=10, suppress_health_check=[*HealthCheck])
@given(st.lists(runs(simple, tensors, several, text), min_size=8, max_size=30))
def test_points_are_the_data_servers(runs: list[object]) -> None:
    """START is left out: the data server ignores it. Many runs share one start of the server."""
    with TemporaryDirectory() as directory:
        logdir = Path(directory)
        write(logdir, runs)
        with data_server(logdir, timeout=60) as server:
            theirs = server.scalars()
        assert by_the_data_server(load(logdir)) == {
            run: {tag: exact(points) for tag, points in tags.items()}
            for run, tags in theirs.items()
        }


@settings(max_examples=60, suppress_health_check=[*HealthCheck])
@given(runs(simple, tensors, several, text, starts))
def test_all_points_are_the_accumulators(files: object) -> None:
    with TemporaryDirectory() as directory:
        logdir = Path(directory)
        write(logdir, [files])
        ours = {tag: points for run in load(logdir).values() for tag, points in kept(run).items()}
        assert ours == accumulated(logdir / "run00")


@settings(max_examples=80, suppress_health_check=[*HealthCheck])
@given(runs(simple, tensors, several, text), st.text("+-", min_size=4, max_size=4))
def test_files_without_a_version_are_read_as_the_accumulator_does(
    files: object, versions: str
) -> None:
    with TemporaryDirectory() as directory:
        logdir = Path(directory)
        write(logdir, [files], versions)
        store = read_log([LogSource(path=directory)]).store
        ours: dict[str, Points] = {}
        for run in store.runs.values():
            orphans = find_orphans(run.files)
            for tag, series in run.series.items():
                for chunk in chunks(series, every=True, orphans=orphans.get(tag)):
                    points = zip(chunk.steps, chunk.wall_times, chunk.values, strict=True)
                    ours.setdefault(tag, []).extend(exact(points))
        assert ours == accumulated(logdir / "run00")
