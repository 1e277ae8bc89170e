"""What is read of the records of W&B's transaction log."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wandb.proto.wandb_internal_pb2 import Record

from tuimon.events.event_file import TagPoint
from tuimon.recorder.wandb_rows import RowReader, WandbRow


def logged(step: int, **values: object) -> bytes:
    """The record of a row; ``__`` in a name stands for a slash."""
    record = Record(num=7)
    record.history.step.num = step
    for name, value in values.items():
        record.history.item.add(key=name.replace("__", "/"), value_json=json.dumps(value))
    return record.SerializeToString()


def defined(step_metric: str, *, name: str = "", glob: str = "") -> bytes:
    record = Record()
    record.metric.name, record.metric.glob_name = name, glob
    record.metric.step_metric = step_metric
    return record.SerializeToString()


def test_numbers_of_a_row_at_its_step_and_time() -> None:
    row = RowReader().read(logged(300, loss=0.5, acc=1, _timestamp=17.25, _runtime=3.0))
    assert row == WandbRow(17.25, [TagPoint("loss", 300, 0.5), TagPoint("acc", 300, 1.0)])


def test_what_the_script_configures_is_read() -> None:
    reader = RowReader()
    begun, changed = Record(), Record()
    for key, value in (("lr", 0.1), ("model", {"dim": 8, "act": "gelu"}), ("_wandb", {"t": 1})):
        begun.run.config.update.add(key=key, value_json=json.dumps(value))
    for names, value in ((["model", "dim"], 16), (["sizes"], [1, 2]), (["amp"], True)):
        changed.config.update.add(nested_key=names, value_json=json.dumps(value))
    for record in (begun, changed):
        assert reader.read(record.SerializeToString()) is None
    assert reader.config == {
        "lr": 0.1,
        "model.dim": 16,
        "model.act": "gelu",
        "sizes": "[1, 2]",
        "amp": True,
    }


def test_what_is_no_number_is_left_out() -> None:
    media = {"_type": "histogram", "bins": [1, 2]}
    row = RowReader().read(logged(0, name="x", flag=True, h=media, several=[1, 2], none=None))
    assert row == WandbRow(None, [])


def test_dictionaries_are_named_as_wandb_names_them() -> None:
    row = RowReader().read(logged(0, train={"loss": 1.5, "top": {"1": 2}}))
    assert row is not None
    assert row.points == [TagPoint("train.loss", 0, 1.5), TagPoint("train.top.1", 0, 2.0)]
    record = Record()
    record.history.item.add(nested_key=["train", "loss"], value_json="0.5")
    row = RowReader().read(record.SerializeToString())
    assert row is not None
    assert row.points == [TagPoint("train.loss", 0, 0.5)]


def test_what_describes_media_is_left_out() -> None:
    record = Record()
    for names, value in (
        (["img", "_type"], '"image-file"'),
        (["img", "height"], "24"),
        (["a", "img", "_type"], '"image-file"'),
        (["a", "img", "format", "bits"], "8"),
        (["a", "loss"], "0.5"),
    ):
        record.history.item.add(nested_key=names, value_json=value)
    row = RowReader().read(record.SerializeToString())
    assert row is not None
    assert row.points == [TagPoint("a.loss", 0, 0.5)]


@pytest.mark.parametrize("written", ["NaN", '"NaN"'])
def test_values_that_are_not_finite(written: str) -> None:
    record = Record()
    record.history.item.add(key="loss", value_json=written)
    record.history.item.add(key="up", value_json='"-Infinity"')
    row = RowReader().read(record.SerializeToString())
    assert row is not None
    (_, _, nan), (_, _, down) = row.points
    assert math.isnan(nan)
    assert down == -math.inf


def test_steps_are_those_that_the_script_defines() -> None:
    reader = RowReader()
    assert reader.read(defined("epoch", glob="val/*")) is None
    assert reader.read(defined("batch", name="val/loss")) is None
    row = reader.read(logged(41, val__loss=1.0, val__acc=2.0, loss=3.0, epoch=2, batch=90))
    assert row is not None
    assert row.points == [
        TagPoint("val/loss", 90, 1.0),
        TagPoint("val/acc", 2, 2.0),
        TagPoint("loss", 41, 3.0),
    ]
    row = reader.read(logged(42, val__acc=2.5))  # the row before has told its epoch
    assert row is not None
    assert row.points == [TagPoint("val/acc", 2, 2.5)]


def test_the_name_of_the_run() -> None:
    reader = RowReader()
    record = Record()
    record.run.display_name, record.run.run_id = "größe 3", "abc"
    assert reader.read(record.SerializeToString()) is None
    assert reader.name == "größe 3"


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    RowReader().read(data)
    RowReader().read(b"\x12" + bytes([len(data) & 0x7F]) + data)


@given(st.integers(0, 60), st.binary(max_size=3))
def test_damaged_records(at: int, noise: bytes) -> None:
    record = logged(3, loss=0.5, train={"acc": 1.0})
    RowReader().read(record[:at] + noise + record[at:])
