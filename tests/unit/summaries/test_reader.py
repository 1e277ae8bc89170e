import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from torch.utils.tensorboard import SummaryWriter

from support.event_files import frame, tensor, write
from tuimon.events.frames import FrameError
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.summaries import SummaryError
from tuimon.summaries import reader as reader_module
from tuimon.summaries.audio_clips import Audio
from tuimon.summaries.decoders import decode_payload
from tuimon.summaries.graphs import Graph, RunMetadata
from tuimon.summaries.histograms import Histogram
from tuimon.summaries.hparams import HParamExperiment, SessionEnd, SessionStart
from tuimon.summaries.images import Images
from tuimon.summaries.layouts import DashboardLayout
from tuimon.summaries.meshes import MeshPart, join_mesh
from tuimon.summaries.pr_curves import PrCurve
from tuimon.summaries.raw import RawSummary
from tuimon.summaries.reader import SummaryReader
from tuimon.summaries.texts import Text


class Record(NamedTuple):
    path: Path
    tag: str
    plugin: str
    offset: int
    length: int


def records(logdir: Path) -> dict[str, Record]:
    """The last record of each tag that the store refers to."""
    found = {}
    for run in load([LogSource(path=str(logdir))]).store.runs.values():
        for tag, refs in run.refs.items():
            assert refs.last is not None
            place = run.paths[refs.last.file]
            found[tag] = Record(place, tag, refs.plugin, refs.last.offset, refs.last.length)
    return found


def texts(logdir: Path, *lengths: int) -> list[Record]:
    """A file of texts of these lengths, each under a tag of its own."""
    write(logdir, [tensor(f"t{n}", 1, "x" * length, "text") for n, length in enumerate(lengths)])
    return list(records(logdir).values())


def test_all_that_torch_writes(tmp_path) -> None:
    with SummaryWriter(str(tmp_path)) as writer:
        writer.add_histogram("histogram", np.arange(9.0))
        writer.add_image("image", np.zeros((3, 2, 2)))
        writer.add_audio("audio", np.zeros(9))
        writer.add_text("text", "hello")
        writer.add_mesh("mesh", torch.zeros(1, 3, 3), faces=torch.tensor([[[0, 1, 2]]]))
        writer.add_pr_curve("curve", np.array([0, 1]), np.array([0.2, 0.7]))
        writer.add_hparams({"lr": 1.0}, {"loss": 1.0}, run_name=".")
        writer.add_custom_scalars({"a": {"b": ["Multiline", ["loss"]]}})
        writer.add_graph(torch.nn.Linear(2, 2), torch.zeros(1, 2))
        writer.add_tensor("tensor", torch.zeros(2, 2))
    reader = SummaryReader()
    decoded = {tag: reader.read(*record) for tag, record in records(tmp_path).items()}
    kinds = {
        "histogram": Histogram,
        "image": Images,
        "audio": Audio,
        "text/text_summary": Text,
        "mesh_VERTEX": MeshPart,
        "mesh_FACE": MeshPart,
        "curve": PrCurve,
        "_hparams_/experiment": HParamExperiment,
        "_hparams_/session_start_info": SessionStart,
        "_hparams_/session_end_info": SessionEnd,
        "custom_scalars__config__": DashboardLayout,
        "__run_graph__": Graph,
        "step1": RunMetadata,
        "tensor": RawSummary,
    }
    assert {tag: type(summary) for tag, summary in decoded.items()} == kinds
    parts = [part for part in decoded.values() if isinstance(part, MeshPart)]
    assert join_mesh(parts).name == "mesh"


def test_metadata_with_the_first_value_only(tmp_path) -> None:
    write(tmp_path, [tensor("t", 0, ["first"], "text"), tensor("t", 1, ["second"], None)])
    (record,) = records(tmp_path).values()
    assert SummaryReader().read(*record) == Text((1,), (("second",),))


def test_the_last_value_of_the_tag_counts() -> None:
    event = Event()
    for tag, text in [("t", b"first"), ("t", b"last"), ("other", b"")]:
        event.summary.value.add(tag=tag, tensor={"dtype": 7, "string_val": [text]})
    event.summary.value.add(tag="t", simple_value=1)
    assert decode_payload(event.SerializeToString(), "t", "text") == Text((), (("last",),))


def test_an_unknown_plugin_is_the_values_own() -> None:
    value = Summary.Value(tag="t", tensor={"dtype": 7, "string_val": [b"a"]})
    value.metadata.plugin_data.plugin_name = "text"
    payload = Event(summary=Summary(value=[value])).SerializeToString()
    assert isinstance(decode_payload(payload, "t", ""), Text)
    assert isinstance(decode_payload(payload, "t", "new"), RawSummary)


@pytest.mark.parametrize("payload", [b"\xff", b"", Event(file_version="x").SerializeToString()])
def test_events_without_the_tag(payload: bytes) -> None:
    with pytest.raises(SummaryError, match=r"^[ -~]+$"):
        decode_payload(payload, "t", "text")


def test_what_is_kept_is_not_read_again(tmp_path) -> None:
    (record,) = texts(tmp_path, 10)
    reader = SummaryReader()
    first = reader.read(*record)
    assert reader.read(*record) is first
    assert reader.kept_bytes == record.length


def test_what_was_not_used_longest_makes_room(tmp_path) -> None:
    one, two, three = texts(tmp_path, 100, 100, 100)
    reader = SummaryReader(max_bytes=2 * one.length)
    first, second = reader.read(*one), reader.read(*two)
    assert reader.read(*one) is first
    reader.read(*three)
    assert reader.kept_bytes == 2 * one.length
    assert reader.read(*one) is first
    assert reader.read(*two) is not second


def test_what_is_larger_than_the_bound_is_not_kept(tmp_path) -> None:
    small, large = texts(tmp_path, 10, 1000)
    reader = SummaryReader(max_bytes=500)
    kept = reader.read(*small)
    assert reader.read(*large) == Text((), (("x" * 1000,),))
    assert reader.kept_bytes == small.length
    assert reader.read(*small) is kept


def test_a_file_that_was_replaced_is_read_again(tmp_path) -> None:
    (record,) = texts(tmp_path, 10)
    reader = SummaryReader()
    reader.read(*record)
    other = tmp_path / "other"
    other.write_bytes(tensor("t0", 1, "y" * 10, "text"))
    other.rename(record.path)
    assert reader.read(*record) == Text((), (("y" * 10,),))
    record.path.write_bytes(b"")
    other.write_bytes(b"damaged")
    other.rename(record.path)
    with pytest.raises(FrameError):
        reader.read(*record)
    record.path.unlink()
    with pytest.raises(FileNotFoundError):
        reader.read(*record)


def test_records_without_end(tmp_path, monkeypatch) -> None:
    (record,) = texts(tmp_path, 10)
    monkeypatch.setattr(reader_module, "MAX_RECORD_BYTES", record.length - 1)
    with pytest.raises(SummaryError, match="more than"):
        SummaryReader().read(*record)


def test_a_malformed_summary_is_an_error_each_time(tmp_path) -> None:
    write(tmp_path, [tensor("t", 0, [1.0, 2.0], "text")])
    (record,) = records(tmp_path).values()
    reader = SummaryReader()
    for _ in range(2):
        with pytest.raises(SummaryError):
            reader.read(*record)
    assert reader.kept_bytes == 0


def test_many_threads_read_the_same(tmp_path) -> None:
    everything = texts(tmp_path, *range(1, 40))
    reader = SummaryReader(max_bytes=10 * everything[-1].length)

    def read(number: int) -> bool:
        place = number % len(everything)
        return reader.read(*everything[place]) == Text((), (("x" * (place + 1),),))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(2000)))
    assert 0 < reader.kept_bytes <= reader.max_bytes


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    program = "import sys, tuimon.summaries.reader; print('tensorboard' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def test_an_event_of_several_values_of_which_one_is_damaged(tmp_path) -> None:
    event = Event()
    event.summary.value.add(tag="good", tensor={"dtype": 7, "string_val": [b"a"]})
    event.summary.value.add(tag="bad", tensor={"dtype": 7})
    for value in event.summary.value:
        value.metadata.plugin_data.plugin_name = "text"
    write(tmp_path, [frame(event.SerializeToString())])
    found = records(tmp_path)
    assert SummaryReader().read(*found["good"]) == Text((), (("a",),))
    with pytest.raises(SummaryError):
        SummaryReader().read(*found["bad"])
