from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event

from support.event_files import append, frame, read, scalar, start, tensor, version, write
from tuimon.events.frames import read_payload
from tuimon.events.points import EventBatch
from tuimon.events.tail import EventFileTail
from tuimon.store.run_log import FileStatus
from tuimon.store.store import Store


@pytest.fixture
def store() -> Store:
    return Store()


def load(store: Store, run: str, tail: EventFileTail) -> None:
    for batch in read(tail):
        store.apply(run, tail.path, batch)


def steps(store: Store, run: str, tag: str) -> list[int]:
    return store.runs[run].series[tag].snapshot().steps.tolist()


def test_runs_are_sorted_and_hold_series(store: Store, tmp_path: Path) -> None:
    for run in ("b", "a"):
        path = write(tmp_path / run, [version(7.0), scalar("x", 1, 2.0), scalar("y", 2, 3.0)])
        load(store, run, EventFileTail(path))
    assert list(store.runs) == ["a", "b"]
    run = store.runs["a"]
    assert (run.name, run.path, run.start_time) == ("a", tmp_path / "a", 7.0)
    assert {tag: series.last.value for tag, series in run.series.items()} == {"x": 2.0, "y": 3.0}
    assert (run.series["x"].run, run.series["x"].tag) == ("a", "x")


def test_numbers_in_names_are_sorted_by_value(store: Store, tmp_path: Path) -> None:
    names = ["lr10", "lr2", "b/9", "b/10", "lr", "٣", "9" * 50, "10/a", "9/a"]
    for name in names:
        store.apply(name, tmp_path / name / "events", EventBatch())
    ordered = ["9/a", "10/a", "9" * 50, "b/9", "b/10", "lr", "lr2", "lr10"]
    assert [name for name in store.runs if name != "٣"] == ordered


def test_versions_move_with_every_change(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path, [scalar("x", 1, 2.0), scalar("y", 1, 2.0)])
    tail = EventFileTail(path)
    load(store, ".", tail)
    run = store.runs["."]
    before = store.version, run.version, run.series["x"].version, run.series["y"].version
    append(path, scalar("x", 2, 3.0))
    load(store, ".", tail)
    after = store.version, run.version, run.series["x"].version, run.series["y"].version
    assert [new > old for new, old in zip(after, before, strict=True)] == [True, True, True, False]


def test_what_tells_of_the_whole_run_stays_where_it_starts(store: Store, tmp_path: Path) -> None:
    graph = frame(Event(wall_time=1.7e9, graph_def=b"\x22\x00").SerializeToString())
    first = [tensor(name, 0, 1.0, plugin=name) for name in ("hparams", "images")]
    path = write(tmp_path, [version(), graph, *first, start(0), scalar("x", 0, 1.0)])
    load(store, ".", EventFileTail(path))
    later = write(tmp_path / "z.tfevents", [version(), start(0), scalar("x", 0, 2.0)])
    load(store, ".", EventFileTail(later))
    refs = store.runs["."].refs
    assert {tag: len(series) for tag, series in refs.items()} == {
        "__run_graph__": 1,
        "hparams": 1,
        "images": 0,
    }
    store.runs["."].forget(path)
    assert not store.runs["."].refs


def test_restart_purges_all_kinds_over_files(store: Store, tmp_path: Path) -> None:
    old = [scalar("x", step, 0.0) for step in range(5)]
    old += [tensor("text", step, b"hello", "text") for step in range(5)]
    new = [version(), start(3), scalar("y", 3, 1.0)]
    first = write(tmp_path / "1.tfevents", old)
    second = write(tmp_path / "2.tfevents", new)
    for path in (second, first):
        load(store, ".", EventFileTail(path))
    assert steps(store, ".", "x") == [0, 1, 2]
    assert store.runs["."].refs["text"].snapshot().steps.tolist() == [0, 1, 2]
    assert store.runs["."].series["x"].all_points().superseded.tolist() == [False] * 3 + [True] * 2


def test_resume_without_purge_never_zig_zags(store: Store, tmp_path: Path) -> None:
    for name, first in (("1", 0), ("2", 5)):
        records = [scalar("x", step, float(name)) for step in range(first, first + 10)]
        load(store, ".", EventFileTail(write(tmp_path / f"{name}.tfevents", records)))
    points = store.runs["."].series["x"].snapshot()
    assert points.steps.tolist() == list(range(15))
    assert points.values.tolist() == [1.0] * 5 + [2.0] * 10


def test_names_of_files_tell_when_they_were_begun(store: Store, tmp_path: Path) -> None:
    for name, run in (("1700000000.a.1", "x"), ("1700000000.b.1", "x"), ("1700009000.a.2", "x")):
        path = tmp_path / f"events.out.tfevents.{name}.0"
        wall = 1.7e9 if "00000" in name else 1.700009e9
        records = [scalar("x", step, 0.0, wall + step) for step in range(50)]
        path.write_bytes(b"".join([version(), *records]))
        load(store, run, EventFileTail(path))
    series = store.runs["x"].series["x"]
    assert (len(series), series.superseded) == (50, 100)
    store.forget("x", tmp_path / "events.out.tfevents.1700009000.a.2.0")
    assert (len(series), series.superseded) == (100, 0)


def test_references_lead_to_their_records(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path, [version(), tensor("t", 4, b"hello", "text")])
    load(store, ".", EventFileTail(path))
    run = store.runs["."]
    ref = run.refs["t"].last
    assert (run.refs["t"].plugin, ref.step) == ("text", 4)
    payload = read_payload(run.paths[ref.file], ref.offset, ref.length)
    assert Event.FromString(payload).summary.value[0].tensor.string_val == [b"hello"]


def test_replaced_file_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path, [version(1.0), start(3), scalar("x", 1, 2.0), scalar("gone", 1, 2.0)])
    tail = EventFileTail(path)
    load(store, ".", tail)
    write(tmp_path, [version(2.0), scalar("x", 9, 9.0)])
    load(store, ".", tail)
    run = store.runs["."]
    assert list(run.series) == ["x"]
    assert steps(store, ".", "x") == [9]
    assert run.start_time == 2.0


def test_status_of_files_and_forgetting_them(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path, [scalar("x", 1, 2.0)])
    status = FileStatus(path=path, damaged_records=2, skipped_bytes=70)
    assert not store.update_file(".", status)  # a run without records is not shown
    load(store, ".", EventFileTail(path))
    assert store.update_file(".", status)
    version_then = store.version
    assert not store.update_file(".", status)
    assert store.version == version_then
    run = store.runs["."]
    assert (run.damaged_records, run.skipped_bytes, run.files) == (2, 70, {path: status})
    store.forget(".", path)
    assert store.runs == {}


def test_unknown_kinds_are_summed(store: Store, tmp_path: Path) -> None:
    for name in ("1", "2"):
        path = write(tmp_path / f"{name}.tfevents", [frame(b"\x62\x00")] * 2)
        load(store, ".", EventFileTail(path))
    assert store.runs["."].unknown == {"field 12": 4}
