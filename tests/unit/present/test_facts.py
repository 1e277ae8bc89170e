"""What header, titles and notices tell of a run."""

from dataclasses import replace
from pathlib import Path

from tuimon.present.facts import HeaderFacts, header_facts, search_lines, window_title
from tuimon.runs.alerts import Alert, AlertLevel
from tuimon.runs.paths import RunPaths
from tuimon.runs.progress_record import ProgressRecord
from tuimon.runs.record import RunRecord, RunState, write_record
from tuimon.session.session import LogSearch, Session


def test_a_clock_that_was_set_back_makes_nothing_negative(tmp_path: Path):
    record = RunRecord(
        id=tmp_path.name, name="r", host="h", machine_id="m", boot_id="b", argv=("t.py",),
        command=("t.py",), cwd="/", state=RunState.FINISHED, started_at=5000.0, ended_at=1400.0,
    )  # fmt: skip
    write_record(RunPaths(tmp_path).run_json, record)
    assert header_facts(Session(RunPaths(tmp_path))).elapsed == 0.0


def test_where_curves_are_looked_for_is_told_by_what_was_asked():
    first = "Curves appear with its first scalar (SummaryWriter, wandb.log)"
    assert search_lines(LogSearch("/work\x1b", console_metrics="auto")) == [
        f"{first},",
        "or, after ten seconds, with metrics that it prints.",
        "Looking below /work␛",
        "--logdir names another place",
    ]
    named = LogSearch("/runs", named=True, console_metrics="off")
    assert search_lines(named) == [f"{first}.", "Looking below /runs"]
    assert "Looking at its open files and below /here" in search_lines(LogSearch("/here"))


def test_the_title_of_a_window_has_the_state_and_the_worst_alert() -> None:
    alert = Alert(
        key="k", level=AlertLevel.ERROR, title="loss is NaN", text="", wall_time=0.0, step=4
    )
    going = HeaderFacts(name="train", state=RunState.RUNNING, step=7, elapsed=3.0)
    assert window_title(going) == "● train running"
    assert window_title(replace(going, paused=True)) == "⏸ train paused"
    flawed = replace(going, state=RunState.FINISHED, flawed=True, alert=alert)
    assert window_title(flawed) == "⚠ train finished ! loss is NaN"
    assert window_title(HeaderFacts(name="runs")) == "tuimon runs"
    far = replace(going, progress=ProgressRecord("steps", 43, 100), left="1h 04m")
    assert window_title(far) == "● train running 43% 1h left"
