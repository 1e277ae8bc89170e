"""The list of runs, laid out without a screen, and what it knows of each."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.event_files import scalar, version, write
from tuimon.present.glance import LeadMetric, glance, log_bytes
from tuimon.runs.alerts import Alert, AlertLevel
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RunRecord, RunState
from tuimon.runs.registry import RunStatus
from tuimon.text import width
from tuimon.tui.panes.run_list import RunList


def status(name: str, state: RunState, logdir: Path | None = None) -> RunStatus:
    record = RunRecord(
        id=name,
        name=name,
        argv=("train.py",),
        cwd="/",
        host="here",
        machine_id="m",
        boot_id="b",
        command=("python", "train.py"),
        started_at=time.time() - 90,
        ended_at=time.time() - 60 if state.ended else None,
        cause="exit code 1" if state is RunState.FAILED else None,
        logdir=None if logdir is None else str(logdir),
    )
    return RunStatus(
        paths=RunPaths(Path("/nowhere")), record=record, state=state, ended_at=record.ended_at
    )


RUNS = [
    status("going", RunState.RUNNING),
    status("failed early", RunState.FAILED),
    status("evil\x1b[31m[red]\u202e" + "long" * 30, RunState.LOST),
    *(status(f"run{number}", RunState.FINISHED) for number in range(30)),
]
GLANCES = {
    "going": LeadMetric("Loss/\x1b]0;train", 10, np.geomspace(1, 0.01, 50)),
    "run3": LeadMetric("nan", 10, np.full(5, np.nan)),
}


@pytest.mark.parametrize("columns", [*range(1, 60, 7), 80, 120, 200])
@pytest.mark.parametrize("height", [1, 2, 10, 40])
def test_rows_fit_any_size(columns: int, height: int):
    runs = RunList()
    runs.set_runs(RUNS, GLANCES)
    for _ in range(3):
        rows = runs.rows(columns, height)
        assert len(rows) <= max(height, 2)
        for row in rows:
            text = "".join(span.text for span in row)
            assert width(text) <= columns
            assert text.isprintable()
        runs.move_cursor(20)


def test_paused_and_flawed_runs_stand_out() -> None:
    paused = status("held", RunState.RUNNING)
    paused = replace(paused, record=paused.record._replace(paused_at=time.time() - 9))
    nan = Alert(
        key="k", level=AlertLevel.ERROR, title="loss is NaN", text="", wall_time=0.0, step=443
    )
    flawed = replace(status("done", RunState.FINISHED), alerts=[nan])
    runs = RunList()
    runs.set_runs([paused, flawed], {})
    _, first, second, *_ = ("".join(span.text for span in row) for row in runs.rows(100, 10))
    assert first.split()[:3] == ["⏸", "held", "paused"]
    assert second.split()[:3] == ["⚠", "done", "finished"]
    assert second.rstrip().endswith("loss is NaN at step 443")


def test_the_cursor_stays_on_its_run_when_another_one_starts():
    runs = RunList()
    runs.set_runs(RUNS[:3], {})
    runs.move_cursor(1)
    runs.set_runs([status("new", RunState.STARTING), *RUNS[:3]], {})
    assert runs.chosen is not None
    assert runs.chosen.record.name == "failed early"
    runs.set_runs([], {})
    assert runs.chosen is None


def test_more_is_told_of_the_chosen_run():
    runs = RunList()
    runs.set_runs(RUNS[:3], {})
    runs.move_cursor(1)
    shown = ["".join(span.text for span in row).strip() for row in runs.rows(80, 24)]
    assert len(shown) == 24
    assert shown[-4:] == [
        "run      failed early",
        "command  train.py",
        "in       /",
        "why      exit code 1",
    ]
    runs.move_cursor(-1)
    assert not "".join(span.text for span in runs.rows(80, 24)[-1]).strip(), "nothing went wrong"
    assert "command" not in "".join(span.text for row in runs.rows(80, 11) for span in row)


def test_a_glance_is_the_course_of_the_loss(tmp_path: Path):
    points = [(tag, step) for step in range(9) for tag in ("lr", "Loss/train")]
    write(tmp_path / "a", [version(), *(scalar(tag, step, step / 2) for tag, step in points)])
    run = status("run", RunState.RUNNING, tmp_path)
    found = glance(run)
    assert found is not None
    assert (found.title, found.step) == ("Loss/train", 8)
    assert found.values.tolist() == [step / 2 for step in range(9)]
    assert log_bytes(run) == sum(file.stat().st_size for file in (tmp_path / "a").iterdir())


def test_a_run_without_scalars_has_no_glance(tmp_path: Path):
    assert glance(status("run", RunState.RUNNING, tmp_path)) is None
    assert glance(status("run", RunState.RUNNING)) is None
