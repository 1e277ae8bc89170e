"""demo/train.py: what it leaves in its log directory when it ends, crashes, stops, resumes."""

import math
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event, SessionLog

TIMEOUT = 60.0  # importing torch alone takes seconds on a busy machine
OPTIONS = ("--epochs", "2", "--seed", "5")
PER_STEP = {"Loss/train", "Accuracy/train", "LearningRate"}
PER_EPOCH = {"Loss/test", "Accuracy/test"}


class Outcome(NamedTuple):
    """A training that has ended."""

    logdir: Path
    exit_code: int
    output: str
    errors: str

    def events(self) -> EventAccumulator:
        """Read all of its points, as TensorBoard does."""
        guidance = {"scalars": 0, "tensors": 0, "images": 0, "histograms": 0}
        events = EventAccumulator(str(self.logdir), size_guidance=guidance)
        events.Reload()
        return events

    def curve(self, tag: str) -> list[tuple[int, float]]:
        """Return the (step, value) pairs of a tag."""
        return [(point.step, point.value) for point in self.events().Scalars(tag)]


def outcome(cwd: Path, exit_code: int, output: str, errors: str) -> Outcome:
    [logdir] = (cwd / "runs").iterdir()
    return Outcome(logdir, exit_code, output, errors)


def events_in(path: Path) -> list[Event]:
    return list(LegacyEventFileLoader(str(path)).Load())


@pytest.fixture(scope="module")
def whole(tmp_path_factory, run_demo):
    """A training without incident."""
    cwd = tmp_path_factory.mktemp("whole")
    return outcome(cwd, *run_demo(cwd, "train.py", *OPTIONS))


@pytest.fixture(scope="module")
def crashed(tmp_path_factory, run_demo):
    """The same, crashed at step 7 of 10, and its curve of the loss (it is then resumed)."""
    cwd = tmp_path_factory.mktemp("crashed")
    training = outcome(cwd, *run_demo(cwd, "train.py", *OPTIONS, "--crash-at", "7"))
    return training, training.curve("Loss/train")


@pytest.fixture(scope="module")
def resumed(crashed, run_demo):
    cwd = crashed[0].logdir.parents[1]
    return outcome(cwd, *run_demo(cwd, "train.py", "--resume"))


def test_a_line_an_epoch_and_no_bar_in_a_pipe(whole):
    assert whole.exit_code == 0, whole.errors
    lines = whole.output.splitlines()
    assert [line[:10] for line in lines] == ["epoch  1/2", "epoch  2/2"]
    assert "it/s" not in whole.output + whole.errors


def test_scalars_have_their_tags_and_steps(whole):
    events = whole.events()
    tags = set(events.Tags()["scalars"])
    assert tags == PER_STEP | PER_EPOCH | {"hparam/accuracy", "hparam/loss"}
    for tag in PER_STEP:
        assert [point.step for point in events.Scalars(tag)] == list(range(1, 11))
    for tag in PER_EPOCH:
        assert [point.step for point in events.Scalars(tag)] == [5, 10]
    assert events.Scalars("hparam/loss")[0].value == events.Scalars("Loss/test")[-1].value


def test_training_learns_at_a_rate_that_moves(whole):
    loss = [value for _, value in whole.curve("Loss/test")]
    assert loss == sorted(loss, reverse=True)
    rates = [value for _, value in whole.curve("LearningRate")]
    assert max(rates) == pytest.approx(1e-3, rel=0.05)
    assert rates[-1] < 0.1 * max(rates)


def test_every_kind_of_summary_is_there(whole):
    events = whole.events()
    tags = events.Tags()
    assert tags["graph"]
    assert tags["images"] == ["Predictions/worst"]
    assert {"Weights/features.0.weight", "Weights/classifier.bias"} <= set(tags["histograms"])
    assert [summary.step for summary in events.Images("Predictions/worst")] == [5, 10]

    metadata = events.summary_metadata
    plugins = {tag: metadata[tag].plugin_data.plugin_name for tag in tags["tensors"]}
    assert plugins == {
        "Config/text_summary": "text",
        "Predictions/worst/text_summary": "text",
        "Features_VERTEX": "mesh",
        "Features_COLOR": "mesh",
        **{f"Digit/{digit}": "pr_curves" for digit in range(10)},
    }
    shape = events.Tensors("Features_VERTEX")[0].tensor_proto.tensor_shape
    assert [dim.size for dim in shape.dim] == [1, 450, 3]
    [config] = events.Tensors("Config/text_summary")
    assert b"| seed | 5 |" in config.tensor_proto.string_val[0]
    assert "_hparams_/session_start_info" in metadata


def test_hparams_make_no_run_of_their_own(whole):
    assert [path for path in whole.logdir.iterdir() if path.is_dir()] == []


def test_crash_shows_its_traceback_and_keeps_each_point(crashed):
    outcome, loss = crashed
    assert outcome.exit_code == 1
    assert outcome.errors.endswith("RuntimeError: crashed on purpose at step 7\n")
    assert [step for step, _ in loss] == list(range(1, 8))


def test_resume_purges_what_follows_the_checkpoint(resumed):
    assert resumed.exit_code == 0, resumed.errors
    assert resumed.output.startswith("resuming after step 5\n")
    second = sorted(resumed.logdir.glob("events.*"))[1]
    starts = [event for event in events_in(second) if event.HasField("session_log")]
    assert [(start.session_log.status, start.step) for start in starts] == [(SessionLog.START, 6)]


def test_resumed_curves_are_those_of_the_whole_training(whole, resumed):
    for tag in PER_STEP | PER_EPOCH:
        assert resumed.curve(tag) == whole.curve(tag)


def test_divergence_is_a_real_nan(tmp_path, run_demo):
    options = ("--epochs", "1", "--lr", "1e6", "--diverge")
    diverged = outcome(tmp_path, *run_demo(tmp_path, "train.py", *options))
    assert diverged.exit_code == 0, diverged.errors
    loss = [value for _, value in diverged.curve("Loss/train")]
    assert math.isfinite(loss[0])
    assert math.isnan(loss[-1])
    assert math.isnan(diverged.curve("Loss/test")[-1][1])


def test_resume_without_a_checkpoint_is_one_clear_line(tmp_path, run_demo):
    exit_code, _, errors = run_demo(tmp_path, "train.py", "--resume", "gone/checkpoint.pt")
    assert exit_code == 2
    assert errors.splitlines()[-1].endswith("error: no checkpoint to resume: gone/checkpoint.pt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
def test_ctrl_c_at_a_terminal_saves_a_checkpoint_to_resume(tmp_path, start_demo, run_demo):
    process = start_demo(tmp_path, "train.py", "--epochs", "1000", terminal=True)
    screen = ""
    while "epoch  1/1000" not in screen:
        line = process.stdout.readline()
        assert line, f"ended early: {screen}"
        screen += line
    assert "it/s" in screen
    process.stdin.write("\x03")
    process.stdin.flush()
    output, errors = process.communicate(timeout=TIMEOUT)
    stopped = outcome(tmp_path, process.returncode, output, errors)
    assert stopped.exit_code == 130
    assert "Traceback" not in stopped.output
    [message] = re.findall(r"stopped at step (\d+), saved runs/\S+/checkpoint.pt\n", stopped.output)
    step = int(message)
    assert step >= 5

    epochs = step // 5 + 1
    options = ("--resume", "--epochs", str(epochs))
    resumed = outcome(tmp_path, *run_demo(tmp_path, "train.py", *options))
    assert resumed.exit_code == 0, resumed.errors
    assert resumed.output.startswith(f"resuming after step {step}\n")
    steps = [step for step, _ in resumed.curve("Loss/train")]
    assert steps == sorted(set(steps))
    # An interrupt may fall between a step and its logging.
    assert set(range(1, 5 * epochs + 1)) - set(steps) <= {step}
