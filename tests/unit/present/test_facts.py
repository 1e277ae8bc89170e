"""What the `i` page tells of a run."""

from pathlib import Path

from tuimon.present.facts import header_facts, run_rows, search_lines
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RecorderRecord, RunRecord, RunState, write_record
from tuimon.runs.sources import LogSource
from tuimon.session.session import LogSearch, Session


def test_log_directories_with_their_origin_and_warnings_are_told(tmp_path: Path):
    paths = RunPaths(tmp_path)
    record = RunRecord(
        id=paths.id, name="r", host="h", machine_id="m", boot_id="b", argv=("t.py",),
        command=("t.py",), cwd="/", state=RunState.FINISHED, started_at=1.0, ended_at=2.0,
        warnings=("this host kills: do that",),
    )  # fmt: skip
    write_record(paths.run_json, record)
    logs = LogSource(path="/logs", found_by="name")
    console = LogSource(path=str(paths.console_metrics), recursive=False, found_by="console")
    write_record(paths.recorder_json, RecorderRecord(logdirs=(logs, console)))
    rows = run_rows(Session(paths))
    assert ("warning", "this host kills: do that") in rows
    assert ("log directory", "/logs") in rows
    assert ("from console", str(paths.console_metrics)) in rows


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
