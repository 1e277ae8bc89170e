import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from torch.utils.tensorboard import SummaryWriter

import tuimon
from support.event_files import frame, scalar, start, tensor, version, write
from support.stored_runs import made
from tuimon.runs.annotation import Annotation, write_annotation
from tuimon.summaries.texts import Text


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """Two runs; the second one resumed."""
    with SummaryWriter(str(tmp_path / "a")) as writer:
        for step in range(5):
            writer.add_scalar("loss", 1 / (step + 1), step)
        writer.add_scalar("lr", float("nan"), 0)
        writer.add_text("note", "hello", 3)
    points = [scalar("loss", step, step / 2) for step in (1, 2, 3, 2, 3, 4)]
    write(tmp_path / "b", [version(), *points])
    return tmp_path


def test_runs_tags_and_points(logdir: Path) -> None:
    logs = tuimon.load(logdir)
    assert list(logs) == ["a", "b"]
    assert list(logs["a"]) == ["loss", "lr"]
    loss = logs["a"]["loss"]
    assert loss.steps.tolist() == [0, 1, 2, 3, 4]
    assert loss.values.tolist() == [float(np.float32(1 / (step + 1))) for step in range(5)]
    assert np.isnan(logs["a"]["lr"].values).all()
    assert logs.damaged == {}


def test_what_a_resume_superseded_is_told_apart(logdir: Path) -> None:
    loss = tuimon.load(logdir)["b"]["loss"]
    assert loss.steps.tolist() == [1, 2, 3, 4]
    every = loss.all_points()
    assert every.steps.tolist() == [1, 2, 3, 2, 3, 4]
    assert every.superseded.tolist() == [False, True, True, False, False, False]
    assert not every.purged.any()


def test_arrays_cannot_be_written(logdir: Path) -> None:
    loss = tuimon.load(logdir)["a"]["loss"]
    for array in (loss.steps, loss.wall_times, loss.values):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_other_kinds_are_read_when_asked_for(logdir: Path) -> None:
    (note,) = tuimon.load(logdir)["a"].others["note/text_summary"]
    assert (note.plugin, note.step) == ("text", 3)
    (value,) = Event.FromString(note.read()).summary.value
    assert value.tensor.string_val == [b"hello"]


def test_other_kinds_are_decoded(logdir: Path) -> None:
    (note,) = tuimon.load(logdir)["a"].others["note/text_summary"]
    assert note.value() == Text((1,), (("hello",),))
    assert note.value() is note.value()
    write(logdir / "bad", [version(), tensor("note", 3, [1.0, 2.0], "text")])
    (bad,) = tuimon.load(logdir)["bad"].others["note"]
    with pytest.raises(tuimon.api.SummaryError):
        bad.value()
    note.path.write_bytes(b"")
    with pytest.raises(tuimon.api.FrameError):
        note.value()
    note.path.unlink()
    with pytest.raises(FileNotFoundError):
        note.value()


def test_damaged_records_are_counted_by_file(tmp_path: Path) -> None:
    broken = bytearray(scalar("loss", 2, 1.0))
    broken[-6] ^= 1
    path = write(tmp_path, [version(), scalar("loss", 1, 1.0), bytes(broken)])
    path.write_bytes(path.read_bytes() + scalar("loss", 3, 1.0))
    logs = tuimon.load(tmp_path)
    assert logs.damaged == {path: 1}
    assert logs["."].damaged == {path: 1}
    assert logs["."]["loss"].steps.tolist() == [1, 3]


def test_one_event_file(logdir: Path) -> None:
    (path,) = (logdir / "b").iterdir()
    assert tuimon.load(path)["."]["loss"].steps.tolist() == [1, 2, 3, 4]


def test_pandas(logdir: Path) -> None:
    frame = tuimon.load(logdir).to_pandas()
    assert list(frame.columns) == ["run", "tag", "step", "wall_time", "value"]
    assert frame.groupby(["run", "tag"], observed=True).size().to_dict() == {
        ("a", "loss"): 5,
        ("a", "lr"): 1,
        ("b", "loss"): 4,
    }
    every = tuimon.load(logdir)["b"].to_pandas(all_points=True)
    assert every["superseded"].sum() == 2
    assert isinstance(tuimon.load(logdir)["a"]["loss"].to_pandas(), pd.DataFrame)


def plotted(figure: Any) -> list[str]:
    return [line.rstrip() for line in figure.build().string(colorless=True).splitlines()]


def test_what_differs_is_what_pandas_makes_of_the_points(logdir: Path) -> None:
    logs = tuimon.load(logdir)
    told = logs.diff("a", "b")
    losses = logs.to_pandas().query("tag == 'loss'").groupby("run", observed=True).value
    for name, values in (("best", losses.min()), ("last", losses.last())):
        row = told.loc["values", f"{name} loss"]
        assert (row["a"], row["b"]) == (values["a"], values["b"])
        assert row["change"] == pytest.approx(values["b"] / values["a"] - 1)
    assert told.loc[("values", "last lr"), "b"] is None
    assert logs.diff("a", "a").empty
    with pytest.raises(KeyError):
        logs.diff("a", "none")


def test_what_was_launched_has_its_notes_and_tags(logdir: Path) -> None:
    first = made("first", argv=("train.py", "--lr", "0.1"), logdir=str(logdir / "a"))
    made("second", argv=("train.py", "--lr", "0.2"))
    write_annotation(first.annotation, Annotation(note="ok", tags=("paper",)))
    table = tuimon.list_runs("lr<0.15")
    assert table.index.tolist() == [first.id]
    row = table.loc[first.id]
    assert (row["name"], row["note"], row["tags"]) == ("first", "ok", ("paper",))
    assert row["best"] == tuimon.load(row["logdirs"][0])["."]["loss"].values.min()
    assert tuimon.list_runs("#paper").index.tolist() == [first.id]
    assert len(tuimon.list_runs()) == 2


def test_a_series_is_plotted_by_itself(logdir: Path) -> None:
    lines = plotted(tuimon.load(logdir)["b"]["loss"].plot(width=60, height=14))
    assert len(lines) == 14
    assert max(map(len, lines)) == 60
    assert lines[0].split() == ["loss", "2", "overwritten"]
    assert any("⢕ b" in line for line in lines)
    assert lines[-2].split() == ["0", "1", "2", "3", "4"]
    assert lines[-1].split() == ["step"]


def test_series_of_all_runs_that_match_are_plotted_together(logdir: Path) -> None:
    logs = tuimon.load(logdir)
    lines = plotted(logs.plot("LOSS", log_y=True, width=60, height=14))
    assert lines[0].split() == ["loss", "2", "overwritten", "log", "y"]
    assert [name for name in "ab" if any(f"⢕ {name} " in line for line in lines)] == ["a", "b"]
    seen = "\n".join(plotted(logs.plot("run:a", width=60, height=14)))
    assert "a loss" in seen
    assert "1 NaN" in seen
    assert "⢕" not in "\n".join(plotted(logs.plot("nothing")))
    with pytest.raises(ValueError, match="bracket"):
        logs.plot("(loss")


def test_a_figure_leaves_plotexts_own_alone(logdir: Path) -> None:
    import plotext

    before = plotext.figure.size(), plotext.terminal._limit
    tuimon.load(logdir).plot(width=300, height=200)
    assert (plotext.figure.size(), plotext.terminal._limit) == before


def test_an_empty_directory_has_no_runs(tmp_path: Path) -> None:
    logs = tuimon.load(tmp_path)
    assert len(logs) == 0
    assert logs.to_pandas().empty


def test_bad_paths(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        tuimon.load(tmp_path / "nothing")
    (tmp_path / "notes.txt").write_bytes(b"\0")
    with pytest.raises(NotADirectoryError):
        tuimon.load(tmp_path / "notes.txt")


def test_loading_imports_no_screen_and_no_wandb(logdir: Path) -> None:
    code = (
        "import sys, tuimon; tuimon.load(sys.argv[1]);"
        "print({'textual', 'wandb', 'pandas', 'torch', 'plotext'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, str(logdir)]
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout == "set()\n"
    command[2] = "import sys, tuimon; print('numpy' in sys.modules)"
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout == "False\n"


def test_restarts_and_tensors(tmp_path: Path) -> None:
    write(
        tmp_path,
        [version(), tensor("loss", 5, np.float64(1.5)), start(5), tensor("loss", 5, np.float64(2))],
    )
    loss = tuimon.load(tmp_path)["."]["loss"]
    assert loss.values.tolist() == [2.0]
    assert loss.all_points().purged.tolist() == [True, False]


def test_a_summary_that_is_gone(tmp_path: Path) -> None:
    value = Summary.Value(tag="x", image=Summary.Image(encoded_image_string=b"png"))
    event = Event(wall_time=1.7e9, step=1, summary=Summary(value=[value]))
    path = write(tmp_path, [version(), frame(event.SerializeToString())])
    (image,) = tuimon.load(tmp_path)["."].others["x"]
    path.write_bytes(b"")
    with pytest.raises(tuimon.api.FrameError):
        image.read()


def test_groups_are_those_of_numpy(tmp_path: Path) -> None:
    """Two settings of three seeds, one of which logs at every second step and ends early."""
    chance = np.random.default_rng(11)
    given: dict[str, list[np.ndarray]] = {}
    for lr in (0.1, 0.5):
        for seed in range(3):
            steps = np.arange(0, 20 if seed else 14, 1 if seed else 2)
            values = chance.normal(size=len(steps)).astype(np.float32)
            hparams = hparams_pb({"lr": lr, "seed": seed})
            event = frame(Event(wall_time=1.7e9, summary=hparams).SerializeToString())
            points = (scalar("loss", int(n), one) for n, one in zip(steps, values, strict=True))
            write(tmp_path / f"lr{10 * lr:.0f}-{seed}", [version(), event, *points])
            at = np.interp(np.arange(20), steps, values, right=np.nan)
            given.setdefault(f"lr={lr}", []).append(at)
    logs = tuimon.load(tmp_path)
    found = logs.groups("lr", "loss")
    pd.testing.assert_frame_equal(found, logs.groups())  # all that differ but the seed
    assert list(found.columns) == ["group", "tag", "step", "middle", "low", "high", "runs"]
    for name, rows in found.groupby("group"):
        values = np.array(given[str(name)])
        assert list(rows["step"]) == [*range(20)]
        np.testing.assert_array_equal(rows["runs"], np.isfinite(values).sum(axis=0))
        np.testing.assert_allclose(rows["middle"], np.nanmean(values, axis=0))
        half = np.nanstd(values, axis=0, ddof=1)
        np.testing.assert_allclose(rows["high"] - rows["middle"], half)
    assert set(logs.groups("/(.)$/")["group"]) == {"0", "1", "2"}
    assert logs.groups("lr", "nothing").empty
    with pytest.raises(ValueError, match="rate is no setting; there are lr, seed"):
        logs.groups("rate")
