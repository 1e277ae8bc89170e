"""Points in force, against TensorBoard's data server, where trainings restart or do not."""

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import tensorboardX
from tensorboard.compat.proto.summary_pb2 import Summary
from torch.utils.tensorboard import SummaryWriter

from support.data_server import binary, data_server
from support.event_files import append, read, scalar, start, tensor, version, write
from tuimon.events.logdir import LogdirScan
from tuimon.events.tail import EventFileTail
from tuimon.runs.sources import LogSource
from tuimon.store.store import Store

pytestmark = pytest.mark.skipif(binary() is None, reason="the data server does not run here")

Scalars = dict[str, dict[str, list[tuple[int, float, str]]]]


def theirs(logdir: Path) -> Scalars:
    """Points of every run and tag as the data server has them."""
    with data_server(logdir, timeout=30) as server:
        return {run: exact(tags) for run, tags in server.scalars().items()}


def ours(logdir: Path) -> Scalars:
    """Points in force of every run and tag in a store."""
    store = Store()
    plugins: dict[str, dict[str, str]] = {}
    for run, path in LogdirScan([LogSource(path=str(logdir))]).scan():
        for batch in read(EventFileTail(path, plugins.setdefault(run, {}))):
            store.apply(run, path, batch)
    return {
        name: exact(
            {
                tag: zip(*(column.tolist() for column in series.snapshot()), strict=True)
                for tag, series in run.series.items()
            }
        )
        for name, run in store.runs.items()
        if run.series
    }


def exact(
    tags: dict[str, Iterable[tuple[int, float, float]]],
) -> dict[str, list[tuple[int, float, str]]]:
    """NaN is equal to NaN, and -0 is not 0; the data server holds values in single precision."""
    return {
        tag: [(step, wall, repr(single(value))) for step, wall, value in points]
        for tag, points in tags.items()
    }


def single(value: float) -> float:
    with np.errstate(over="ignore"):
        return float(np.float32(value))


def log(*steps: int, tag: str = "loss", begun: float = 1.7e9) -> list[bytes]:
    """Records of one tag whose values tell their place in the file."""
    return [
        scalar(tag, step, place + step / 1000, begun + place) for place, step in enumerate(steps)
    ]


@pytest.mark.parametrize(
    "steps",
    [
        range(300),
        [*range(20), *range(10, 40)],
        [*range(50)] * 2,
        [*range(100), *range(9)],
        [-(2**63), -5, 0, 127, 128, 2**31, 2**32, 2**63 - 1],
    ],
    ids=str,
)
def test_a_training_that_restarts_in_its_file(tmp_path: Path, steps: Iterable[int]) -> None:
    write(tmp_path, [version(), *log(*steps), scalar("other", 2, 1.0)])
    assert ours(tmp_path) == theirs(tmp_path)


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        ([0] * 100, 1),
        ([5, 5, 5, 6], 2),
        ([0, 2, 1, 4, 3, 6, 5, 7], 5),
        ([1000, 10, 1001, 11, 1002, 12], 3),
        ([*range(50)] * 3, 50),
        ([2**31 - 2, 2**31 - 1, -(2**31), 1 - 2**31], 2),
    ],
    ids=["no step", "several at a step", "out of order", "in turn", "batches", "overflow"],
)
def test_what_goes_back_without_a_restart(tmp_path: Path, steps: list[int], left: int) -> None:
    """The data server takes all of it for restarts; here nothing is superseded, on purpose."""
    write(tmp_path, [version(), *log(*steps)])
    assert [len(theirs(tmp_path)["."]["loss"]), len(ours(tmp_path)["."]["loss"])] == [
        left,
        len(steps),
    ]


def test_restarts_of_any_history(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    for number in range(20):
        for part in range(4):
            steps = int(rng.integers(0, 60)) + np.cumsum(rng.integers(1, 4, 50))
            records = [
                scalar(str(tag), int(step), place, 1.7e9 + 100 * part + place)
                for place, (tag, step) in enumerate(zip(rng.integers(0, 3, 50), steps, strict=True))
            ]
            file = tmp_path / f"run{number}" / f"events.out.tfevents.170000000{part}.host"
            file.parent.mkdir(exist_ok=True)
            write(file, [version(), *records])
    assert ours(tmp_path) == theirs(tmp_path)


def test_resumed_without_purge_step(tmp_path: Path) -> None:
    for first in (0, 6, 3):
        with SummaryWriter(str(tmp_path), filename_suffix=f".{10 - first}") as writer:
            for step in range(first, first + 10):
                writer.add_scalar("loss", first + step, step)
                writer.add_scalars("group", {"train": step, "test": -step}, step)
    assert set(ours(tmp_path)) == {".", "group_train", "group_test"}
    assert ours(tmp_path) == theirs(tmp_path)


@pytest.mark.parametrize("purge_step", [0, 4, 10, 50])
def test_purge_step_of_a_resume(tmp_path: Path, purge_step: int) -> None:
    """Where the new session logs what it purges, START changes nothing."""
    for number, first in enumerate((0, purge_step)):
        options = {"purge_step": first} if number else {}
        with SummaryWriter(str(tmp_path), filename_suffix=f".{number}", **options) as writer:
            for step in range(first, first + 10):
                writer.add_scalar("loss", number + step / 100, step)
                writer.add_scalar("new", number + step / 100, step, new_style=True)
    assert ours(tmp_path) == theirs(tmp_path)


def test_start_purges_what_the_new_session_does_not_log(tmp_path: Path) -> None:
    """The data server ignores START; here the rule is stricter than its rule, on purpose."""
    records = [version(), *log(1, 2, 3, 4), *log(1, 2, 3, 4, tag="old"), start(3), *log(4)]
    write(tmp_path, records)
    theirs_, ours_ = theirs(tmp_path)["."], ours(tmp_path)["."]
    assert {tag: [step for step, _, _ in points] for tag, points in theirs_.items()} == {
        "loss": [1, 2, 3, 4],
        "old": [1, 2, 3, 4],
    }
    assert {tag: [step for step, _, _ in points] for tag, points in ours_.items()} == {
        "loss": [1, 2, 4],
        "old": [1, 2],
    }


def test_several_files_of_a_run(tmp_path: Path) -> None:
    for number, steps in enumerate(([1, 2, 3, 4, 5, 6], [4, 5, 6, 7], [6, 8, 9], [8])):
        file = tmp_path / "run" / f"events.out.tfevents.170000000{number}.host"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(version())
        begun = 1.7e9 + 100 * number
        append(file, *log(*steps, begun=begun), *log(number, tag="once", begun=begun))
    assert ours(tmp_path) == theirs(tmp_path)


def test_values_that_are_no_numbers(tmp_path: Path) -> None:
    values = [math.nan, math.inf, -math.inf, -0.0, 0.0, 1e-45, 3.4e38, 0.1]
    write(tmp_path, [version(), *(scalar("a", step, value) for step, value in enumerate(values))])
    assert ours(tmp_path) == theirs(tmp_path)


@pytest.mark.parametrize("always", [False, True], ids=["first metadata", "all metadata"])
def test_tensor_scalars(tmp_path: Path, always: bool) -> None:
    values = np.array([0.0, 1 / 3, math.nan, math.inf, -0.0, 1e38, 5.0], np.float32)
    records = [
        tensor("a", step, value, "scalars" if always or not step else None, 1.7e9 + step)
        for step, value in enumerate(values)
    ]
    write(tmp_path, [version(), *records])
    assert ours(tmp_path) == theirs(tmp_path)


@pytest.mark.parametrize("dtype", ["f8", "f2", "i4", "i8", "u1", "?"])
def test_numbers_that_the_data_server_does_not_read(tmp_path: Path, dtype: str) -> None:
    """It lists such a tag without points; TensorBoard's Python readers have them."""
    write(tmp_path, [version(), tensor("a", 1, np.ones((), dtype), wall_time=2.0)])
    assert theirs(tmp_path) == {".": {"a": []}}
    assert ours(tmp_path) == {".": {"a": [(1, 2.0, "1.0")]}}


def test_every_writer(tmp_path: Path) -> None:
    with SummaryWriter(str(tmp_path / "torch")) as writer:
        for step in range(50):
            writer.add_scalar("loss", step / 3, step)
            writer.add_scalar("new", step / 3, step, new_style=True)
        writer.add_histogram("weights", np.arange(100.0), 1)
        writer.add_text("text", "hello", 1)
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.5}, run_name="trial")
    with tensorboardX.SummaryWriter(str(tmp_path / "x")) as writer:
        for step in range(50):
            writer.add_scalar("loss", step / 3, step)
            writer.add_scalar("named", step / 3, step, display_name="N", summary_description="D")
        writer.add_image("image", np.zeros((3, 8, 8)), 1)
    assert ours(tmp_path) == theirs(tmp_path)


def test_hostile_tags(tmp_path: Path) -> None:
    tags = ["", "\x1b[2J\x07", "a/b c/ü/漢", "[@click=app.quit]x[/]", "\u202e\0", "x" * 100_000]
    with SummaryWriter(str(tmp_path)) as writer:
        for tag in tags:
            summary = Summary(value=[Summary.Value(tag=tag, simple_value=1)])
            writer.file_writer.add_summary(summary, 1)
    assert set(ours(tmp_path)["."]) == set(tags)
    assert ours(tmp_path) == theirs(tmp_path)
