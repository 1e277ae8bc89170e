"""The list of runs, laid out without a screen."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from tuimon.present.glance import BestPoint, Glance
from tuimon.present.run_lines import DirectoryHeading, RunCommands, RunLine, by_directory
from tuimon.runs.alerts import Alert, AlertLevel
from tuimon.runs.annotation import Annotation
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RunRecord, RunState
from tuimon.runs.registry import RunStatus
from tuimon.text import width
from tuimon.tui.panes.run_list import RunList

NAN = Alert(key="k", level=AlertLevel.ERROR, title="loss is NaN", text="", wall_time=0.0, step=443)


def status(name: str, state: RunState, *argv: str) -> RunStatus:
    record = RunRecord(
        id=name,
        name=name,
        argv=("train.py", *argv),
        cwd="/",
        host="here",
        machine_id="m",
        boot_id="b",
        command=("python", "train.py"),
        started_at=time.time() - 5400,
        ended_at=time.time() - 60 if state.ended else None,
        cause="exit code 1" if state is RunState.FAILED else None,
    )
    return RunStatus(
        paths=RunPaths(Path("/nowhere")), record=record, state=state, ended_at=record.ended_at
    )


RUNS = [
    status("going", RunState.RUNNING, "--lr", "0.1"),
    status("failed early", RunState.FAILED),
    status("evil\x1b[31m[red]\u202e" + "long" * 30, RunState.LOST, "--x\x1b=\x1b]0;y" * 9),
    *(status(f"run{number}", RunState.FINISHED, "--lr", str(number)) for number in range(30)),
]
GLANCES = {
    "going": Glance("Loss/\x1b]0;train", 10, 0.01, (1.0, 0.1, 0.01), BestPoint(0.01, 10)),
    "run3": Glance("nan", 10, float("nan"), (float("nan"),) * 5),
}
LINES = RunCommands().lines(RUNS, GLANCES)


def listed(*lines: RunLine, cells: int = 100, height: int = 10, **looks: object) -> list[str]:
    runs = RunList()
    runs.set_runs(lines, **looks)  # type: ignore[arg-type]
    return ["".join(span.text for span in row).rstrip() for row in runs.rows(cells, height)]


@pytest.mark.parametrize("columns", [*range(1, 60, 7), 80, 120, 200])
@pytest.mark.parametrize("height", [1, 2, 10, 40])
def test_rows_fit_any_size(columns: int, height: int):
    runs = RunList()
    runs.set_runs([*by_directory(LINES)], marked={"run3"}, sort="best")
    for _ in range(3):
        rows = runs.rows(columns, height)
        assert len(rows) <= max(height, 2)
        for row in rows:
            text = "".join(span.text for span in row)
            assert width(text) <= columns
            assert text.isprintable()
        runs.move_cursor(20)


def test_a_row_tells_what_there_is_to_know():
    said = Annotation(name="base", note="warm start", tags=("paper",), starred=True)
    run = replace(RUNS[0], annotation=said, alerts=[NAN])
    (line,) = RunCommands().lines([run], GLANCES)
    head, row = listed(line, cells=150, marked={"going"})
    titles = ["run", "arguments", "state", "started", "▾", "took", "best", "last"]
    assert head.split() == [*titles, "Loss/␛]0;train"]
    assert row.split()[:5] == ["▌●!", "★", "base", "lr=0.1", "running"]
    assert row.endswith(
        " 0.01      0.01 ⠉⠉⠉⠒⠒⠒⠒⠒⠤⠤⠤⠤⠤⣀⣀⣀  loss is NaN · warm start · #paper · on here"
    )
    _, small = listed(line, cells=66)
    assert small.split()[:6] == ["●!", "★", "base", "lr=0.1", "running", "1"]


def test_paused_and_flawed_runs_stand_out() -> None:
    paused = replace(RUNS[0], record=RUNS[0].record._replace(paused_at=time.time() - 9))
    flawed = replace(RUNS[3], alerts=[NAN])
    _, first, second = listed(*RunCommands().lines([paused, flawed], {}))
    assert first.split()[:4] == ["⏸", "going", "lr=0.1", "paused"]
    assert second.split()[:4] == ["⚠!", "run0", "lr=0", "finished"]
    assert second.endswith("loss is NaN at step 443 · on here")


def test_the_cursor_stays_on_its_run_when_another_one_starts():
    runs = RunList()
    runs.set_runs(LINES[:3])
    runs.move_cursor(1)
    runs.set_runs([LINES[9], *LINES[:3]])
    assert runs.line is not None
    assert runs.line.run.record.name == "failed early"
    runs.move_to("run6")
    assert runs.line == LINES[9]
    runs.set_runs([])
    assert runs.line is None


def test_more_is_told_of_the_chosen_run():
    runs = RunList()
    runs.set_runs(LINES[:3])
    runs.move_cursor(1)
    shown = ["".join(span.text for span in row).strip() for row in runs.rows(80, 24)]
    assert len(shown) == 24
    assert shown[-5:] == [
        "run      failed early",
        "command  train.py",
        "in       /",
        "",
        "exit code 1 · on here",
    ]
    runs.move_cursor(-1)
    assert "".join(span.text for span in runs.rows(80, 24)[-2]).strip() == (
        "metric   Loss/␛]0;train best 0.01 at step 10, last 0.01 at step 10"
    )
    assert "command" not in "".join(span.text for row in runs.rows(80, 11) for span in row)


def test_runs_stand_below_their_directories():
    elsewhere = LINES[0]._replace(
        run=replace(RUNS[0], record=RUNS[0].record._replace(cwd=f"{Path.home()}/b"))
    )
    entries = by_directory([LINES[4], elsewhere, LINES[5]])
    assert entries == [
        DirectoryHeading("/", 2),
        LINES[4],
        LINES[5],
        DirectoryHeading(f"{Path.home()}/b", 1),
        elsewhere,
    ]
    rows = listed(*entries)
    assert [rows[1], rows[4]] == ["▾ /  2", "▾ ~/b  1"]


def test_a_bar_tells_which_part_is_in_view():
    runs = RunList()
    runs.set_runs(LINES)
    bars = []
    for _ in range(2):
        rows = runs.rows(60, 11)[1:]
        bars.append("".join(row[-1].text for row in rows))
        assert {width("".join(span.text for span in row)) for row in rows} == {60}
        runs.move_cursor(100)
    assert bars == ["▐▐▐│││││││", "│││││││▐▐▐"]
    assert not any("│" in row for row in listed(*LINES[:5], cells=60, height=11))
