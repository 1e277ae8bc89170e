"""What can be watched without a run, laid out without a screen."""

import time
from pathlib import Path

import pytest

from tuimon.events.nearby import NearbyLogdir
from tuimon.present.whereabouts import Whereabouts
from tuimon.runs.strays import StrayTraining
from tuimon.text import width
from tuimon.tui.panes.nearby_list import NearbyList
from tuimon.tui.panes.welcome import Welcome

PLACE = Path("/work\x1b[31m")


def nearby() -> NearbyList:
    now = time.time()
    found = NearbyList()
    command = ("/venv/bin/python", "train.py", "--api-key", "abcdefgh1234", "\x1b]0;x")
    strays = [
        StrayTraining(42, command, "/", now - 90, "/logs/run1", on_gpu=True),
        StrayTraining(7, ("python3",), "/", now - 9),
    ]
    logdirs = [
        NearbyLogdir(PLACE, 1, now - 5, True),
        NearbyLogdir(PLACE / "runs" / "a\n", 20, now - 3700, False),
    ]
    found.set_nearby(Whereabouts(PLACE, strays, logdirs))
    return found


def test_processes_and_directories_stand_under_headings():
    shown = ["".join(span.text for span in row).split() for row in nearby().rows(110, 8)]
    assert [" ".join(row) for row in shown] == [
        "running here without tuimon (2)",
        "● 42 python train.py --api-key '(hidden)' '␛]0;x' writes run1, on a G… 1 min ago",
        "● 7 python3 has torch loaded 9 s ago",
        "log directories here (2)",
        "▪ . 1 run 5 s ago",
        "▪ runs/a 20+ runs 1 h ago",
    ]


@pytest.mark.parametrize("columns", [1, 20, 50, 200])
def test_rows_fit_any_size(columns: int):
    for widget in (nearby(), Welcome()):
        for row in widget.rows(columns, 3):
            text = "".join(span.text for span in row)
            assert width(text) <= columns
            assert text.isprintable()


def test_the_welcome_tells_what_was_found():
    welcome = Welcome()
    welcome.tell("bad", "state: /x\x1b is full → make room " + "or more " * 20)
    rows = ["".join(span.text for span in row) for row in welcome.rows(60, 20)]
    assert rows[2].startswith("tuimon run train.py   start a training")
    assert rows[6].startswith("✗ state: /x␛ is full")
    assert rows[7].startswith("  ")
    assert all(width(row) <= 60 for row in rows)
