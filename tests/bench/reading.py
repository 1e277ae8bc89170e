"""Reading event files, beside TensorBoard's readers: `python tests/bench/reading.py [--quick]`.

Prints a Markdown table. `--quick` leaves out the logs of ten million points and 2 GB; `--full` has
TensorBoard's EventAccumulator read the whole million (half a minute) instead of a twentieth.
`--only TEXT` measures the rows with TEXT in their names, and `--only other` what is no load.

Loads are timed from the start of the process until it says that all points are there, files in the
page cache, medians of nine (of three above a second, of one where that takes long). A ratio is the
median of those of the rounds, each of which loads with both, one after the other. As with a package
that is installed, Python may write bytecode, and numpy chooses its own kernels. tuimon follows the
directory as its viewer does, keeps every point and checks every CRC, those of long records behind
that: where this takes longer, it is told until when. The data server keeps every point and checks
no CRC of a payload (its default).
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

sys.path[:0] = [str(Path(__file__).parents[1])]

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary

from support.data_server import data_server
from support.event_files import append, scalar
from support.event_logs import Scalars, cycle, encode, irregular, record, tf2, tf2_first, write_log
from tuimon.events.tail import EventFileTail
from tuimon.store.lod import LevelOfDetail

ROUNDS = 3
FEW_SECONDS_ROUNDS = 9
"""Of loads that take less than a second in all."""
ENVIRONMENT = ("PYTHONDONTWRITEBYTECODE", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Variables of development machines that slow what is measured, on both sides."""
LONG_SECONDS = 20.0
"""A load that takes longer is measured once."""
MILLION = 1_000_000
IDLE_SECONDS = 150
IDLE_RUNS = 5000
SMALL_RUNS, SMALL_FILES = 460, 40
SEVERAL_RUNS, SMALL_VALUES = 5000, 5
COLUMNS = 320
ONE_RUN = "1 M scalars, one run, 10 tags in turn"
OTHER = "other"

HELPERS = str(Path(__file__).parents[1])

FOLLOW = f"""
import sys, time
from tuimon.cli.shared.viewer import quick_imports
with quick_imports():
    from tuimon.runs.sources import LogSource
    from tuimon.store.follower import Follower
    from tuimon.store.store import Store
store = Store()
follower = Follower(store, [LogSource(path=sys.argv[1])])
follower.start()
first = True
while follower.loading:
    time.sleep(0.002)
    if first and any(run.series for run in store.runs.values()):
        first = False
        print("first", flush=True)
runs = store.runs.values()
points = sum(len(series.all_points().steps) for run in runs for series in run.series.values())
print("all", points, sum(run.damaged_records for run in runs), flush=True)
while follower.verified is not None:
    time.sleep(0.002)
print("verified", flush=True)
sys.path.insert(0, {HELPERS!r})
from support.data_server import peak_bytes
print(peak_bytes(), flush=True)
"""

IDLE = """
import sys, time
from tuimon.runs.sources import LogSource
from tuimon.store.follower import Follower
from tuimon.store.store import Store
follower = Follower(Store(), [LogSource(path=sys.argv[1])])
follower.start()
while follower.loading:
    time.sleep(0.01)
print(time.process_time(), flush=True)
time.sleep(30)
cpu, began = time.process_time(), time.perf_counter()
time.sleep(float(sys.argv[2]))
print((time.process_time() - cpu) / (time.perf_counter() - began))
"""


ACCUMULATE = """
import sys, time
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
began = time.perf_counter()
EventAccumulator(sys.argv[1], {"scalars": 0, "tensors": 0}).Reload()
print(time.perf_counter() - began, flush=True)
"""


class Load(NamedTuple):
    seconds: float
    peak_bytes: int
    first_seconds: float = 0.0
    """Until the first points were there."""
    verified_seconds: float = 0.0
    """Until all content was verified."""


def follow(logdir: Path, points: int) -> Load:
    """Load a directory by tuimon in a process of its own."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", FOLLOW, logdir], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        first = time.perf_counter() - began
        result = process.stdout.readline().split()
        seconds = time.perf_counter() - began
        process.stdout.readline()
        verified = time.perf_counter() - began
        peak = int(process.stdout.readline())
    if result != [b"all", b"%d" % points, b"0"]:
        raise AssertionError(f"tuimon read {result}, not {points} points")
    return Load(seconds, peak, first, verified)


def serve(logdir: Path, points: int) -> Load:
    """Load a directory by the data server."""
    with data_server(logdir) as server:
        if points <= MILLION:
            found = sum(len(tag) for run in server.scalars().values() for tag in run.values())
            if found != points:
                raise AssertionError(f"the data server read {found}, not {points} points")
        return Load(server.seconds, server.peak_bytes)


def accumulate(logdir: Path, scale: float) -> float:
    """Seconds from the start of a process until TensorBoard's EventAccumulator has read a log that
    is `scale` times as long."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", ACCUMULATE, logdir], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        reading = float(process.stdout.readline())
        seconds = time.perf_counter() - began
    return seconds - reading + scale * reading


def median(loads: Sequence[Load]) -> Load:
    return Load(*(statistics.median(figures) for figures in zip(*loads, strict=True)))


def compare(name: str, logdir: Path, points: int) -> Load:
    """Load by both in turn, print a row of medians, return what tuimon took."""
    rounds: list[tuple[Load, Load]] = []
    wanted = ROUNDS
    while len(rounds) < wanted:
        rounds.append((follow(logdir, points), serve(logdir, points)))
        longest = max(load.seconds for load in rounds[-1])
        wanted = 1 if longest > LONG_SECONDS else FEW_SECONDS_ROUNDS if longest < 1 else wanted
    ours, theirs = (median(by_one) for by_one in zip(*rounds, strict=True))
    ratio = statistics.median(theirs.seconds / ours.seconds for ours, theirs in rounds)
    size = sum(path.stat().st_size for path in logdir.rglob("*tfevents*"))
    behind = ours.verified_seconds > 2 * ours.seconds
    verified = f"; verified {ours.verified_seconds:.1f} s" if behind else ""
    print(
        f"| {name} ({size / 1e6:.0f} MB) | {ours.seconds:.2f} s{verified} | {theirs.seconds:.2f} s "
        f"| {ratio:.2f}× "
        f"| {ours.peak_bytes / 1e6:.0f} MB | {theirs.peak_bytes / 1e6:.0f} MB |",
        flush=True,
    )
    return ours


def tensor_parts(scalars: Scalars) -> list[bytes]:
    return [*map(tf2_first, scalars.tags), *encode(scalars, tf2)]


def mixed(points: int, heavy: int, payload_bytes: int) -> Iterator[bytes]:
    """`points` scalars and, evenly among them, `heavy` histograms and images in turn."""
    scalars = cycle(points)
    each = points // heavy
    for number in range(heavy):
        part = slice(number * each, (number + 1) * each)
        yield from encode(Scalars(scalars.tags, scalars.which[part], scalars.steps[part]))
        if number % 2:
            limits = np.linspace(-1, 1, payload_bytes // 16)
            histogram = HistogramProto(bucket=np.ones(len(limits)), bucket_limit=limits)
            value = Summary.Value(tag="weights", histo=histogram)
        else:
            picture = os.urandom(payload_bytes)
            image = Summary.Image(width=640, height=480, encoded_image_string=picture)
            value = Summary.Value(tag="image", image=image)
        event = Event(wall_time=1.7e9 + number, step=number, summary=Summary(value=[value]))
        yield record(event.SerializeToString())


def poll_times(logdir: Path) -> tuple[float, float]:
    """Seconds to pick up one new point, and of a poll that brings nothing; medians."""
    path = next(logdir.rglob("*tfevents*"))
    tail = EventFileTail(path)
    while not tail.offset or tail.backlog:
        tail.poll(4 << 20)
    new, idle = [], []
    for number in range(500):
        append(path, scalar("loss/train", 10**6 + number, 0.5))
        began = time.perf_counter()
        batches = tail.poll()
        middle = time.perf_counter()
        tail.poll()
        idle.append(time.perf_counter() - middle)
        new.append(middle - began)
        assert len(batches) == 1
    return statistics.median(new), statistics.median(idle)


def followed(logdir: Path, seconds: float) -> tuple[float, float]:
    """CPU seconds of a process that follows a directory to be loaded, and its share when idle."""
    command = [sys.executable, "-c", IDLE, str(logdir), str(seconds)]
    loaded, share = subprocess.run(command, capture_output=True, check=True).stdout.split()
    return float(loaded), float(share)


def extremes_time(points: int) -> tuple[float, bool]:
    """Seconds for the extremes of a chart's columns over all points, and whether they are exact."""
    rng = np.random.default_rng(2)
    values = np.cumsum(rng.standard_normal(points))
    steps = np.cumsum(rng.integers(1, 4, points))
    detail = LevelOfDetail()
    detail.extend(values)
    times = []
    for start in range(51):
        bounds = np.linspace(start, steps[-1] - start, COLUMNS + 1)
        began = time.perf_counter()
        edges = np.searchsorted(steps, np.ceil(bounds).astype(np.int64))
        found = detail.column_extremes(values, edges)
        times.append(time.perf_counter() - began)
    columns = [values[a:b] for a, b in pairwise(edges.tolist())]
    exact = found.low.tolist() == [column.min() for column in columns]
    exact &= found.high.tolist() == [column.max() for column in columns]
    return statistics.median(times), exact


def load_average() -> str:
    return "/".join(f"{load:.1f}" for load in os.getloadavg())


class Row(NamedTuple):
    """A log to load."""

    name: str
    points: int
    write: Callable[[Path], object]
    is_big: bool = False


def five_runs(logdir: Path) -> None:
    for run in range(5):
        write_log(logdir / f"run{run}", encode(cycle(MILLION // 5)))


def several(points: int, values: int) -> list[bytes]:
    """Records of so many values each, as one of all that a step has is written."""
    tags = [f"{'train' if at % 2 else 'val'}/metric_{at:02d}" for at in range(values)]
    walk = np.cumsum(np.random.default_rng(1).standard_normal((points // values, values)), axis=0)
    parts = []
    for step, found in enumerate(walk.tolist()):
        made = [
            Summary.Value(tag=tag, simple_value=one) for tag, one in zip(tags, found, strict=True)
        ]
        event = Event(wall_time=1.7e9 + step, step=step, summary=Summary(value=made))
        parts.append(record(event.SerializeToString()))
    return parts


def small_runs(logdir: Path) -> None:
    parts = several(MILLION // SEVERAL_RUNS, SMALL_VALUES)
    for run in range(SEVERAL_RUNS):
        write_log(logdir / f"run{run}", parts)


def rows() -> list[Row]:
    def of(parts: Callable[[], Iterable[bytes]]) -> Callable[[Path], object]:
        return lambda logdir: write_log(logdir, parts())

    ten = 10 * MILLION
    return [
        Row(ONE_RUN, MILLION, of(lambda: encode(cycle(MILLION)))),
        Row("same as TF2 tensors", MILLION + 10, of(lambda: tensor_parts(cycle(MILLION)))),
        Row("1 M scalars, 5 runs", MILLION, five_runs),
        Row("1 M scalars, 10 irregular tags", MILLION, of(lambda: encode(irregular(MILLION)))),
        Row("1 M scalars, 50 in a record", MILLION, of(lambda: several(MILLION, 50))),
        Row(f"1 M scalars, {SMALL_VALUES} in a record, {SEVERAL_RUNS:,} runs", MILLION, small_runs),
        Row(
            "1 M scalars, 300 irregular tags", MILLION, of(lambda: encode(irregular(MILLION, 300)))
        ),
        Row(
            "0.2 M scalars, 400 histograms and images",
            200_000,
            of(lambda: mixed(200_000, 400, 12_500)),
        ),
        Row("10 M scalars, one run, simple_value", ten, of(lambda: encode(cycle(ten))), True),
        Row("10 M scalars, one run, TF2", ten + 10, of(lambda: tensor_parts(cycle(ten))), True),
        Row(
            "0.1 M scalars, 2,000 histograms and images",
            100_000,
            of(lambda: mixed(100_000, 2000, 1_000_000)),
            True,
        ),
    ]


def measure_loads(root: Path, options: argparse.Namespace) -> dict[int, Load]:
    """The rows beside the data server; what tuimon took for one run of so many million points."""
    print("| cold load of | tuimon | data server | ratio | peak memory | data server |")
    print("|---|---|---|---|---|---|")
    loads: dict[int, Load] = {}
    for row in rows():
        if options.only not in row.name or (row.is_big and options.quick):
            continue
        logdir = root / "log"
        row.write(logdir)
        load = compare(row.name, logdir, row.points)
        if row.name == ONE_RUN or row.points == 10 * MILLION:
            loads[row.points // MILLION] = load
        shutil.rmtree(logdir)
    return loads


def measure(root: Path, options: argparse.Namespace) -> None:
    loads = {} if options.only == OTHER else measure_loads(root, options)
    if options.only not in ("", OTHER):
        return
    print("\n| | |\n|---|---|")
    write_log(root / "one", encode(cycle(MILLION)))
    loads[1] = median([follow(root / "one", MILLION) for _ in range(FEW_SECONDS_ROUNDS)])
    sample = MILLION if options.full else MILLION // 20
    write_log(root / "sample", encode(cycle(sample)))
    for millions, load in sorted(loads.items()):
        seconds = accumulate(root / "sample", millions * MILLION / sample)
        print(
            f"| {millions} M scalars by EventAccumulator (scaled from {sample / MILLION:g} M) "
            f"| {seconds:.0f} s, {seconds / load.seconds:.0f}× tuimon's |"
        )
    print(f"| first points of 1 M, from the start | {loads[1].first_seconds:.2f} s |")
    for name, logdir in (("1 M", root / "one"), ("50 k", root / "sample")):
        new, idle = poll_times(logdir)
        print(
            f"| {name} points: one new point; idle poll | {new * 1e6:.0f} µs; {idle * 1e6:.1f} µs |"
        )
    for run in range(IDLE_RUNS):
        write_log(root / "idle" / f"run{run}", encode(cycle(500)))
    _, share = followed(root / "idle", IDLE_SECONDS)
    print(f"| idle watching of {IDLE_RUNS:,} runs | {share:.2%} of a core |")
    small = write_log(root / "one small", encode(cycle(3))).read_bytes()
    for run in range(SMALL_RUNS):
        (directory := root / "small" / f"run{run}").mkdir(parents=True)
        for file in range(SMALL_FILES):
            (directory / f"{file}.tfevents").write_bytes(small)
    cpu, _ = followed(root / "small", 0.0)
    print(f"| {SMALL_RUNS * SMALL_FILES:,} files of three points: CPU | {cpu:.1f} s |")
    points = MILLION if options.quick else 10 * MILLION
    seconds, exact = extremes_time(points)
    print(
        f"| extremes of {COLUMNS} columns over {points // MILLION} M points "
        f"| {seconds * 1e3:.2f} ms, {'exact' if exact else 'WRONG'} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    for name in ENVIRONMENT:
        os.environ.pop(name, None)
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {os.cpu_count()} cores")
    print(f"load average before: {load_average()}\n", flush=True)
    with tempfile.TemporaryDirectory() as directory:
        measure(Path(directory), options)
    print(f"\nload average after: {load_average()}")


if __name__ == "__main__":
    main()
