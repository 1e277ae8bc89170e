"""The rows that widgets show: laid out without a screen."""

from dataclasses import replace

import pytest

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.present.facts import HeaderFacts
from tuimon.runs.alerts import Alert, AlertLevel
from tuimon.runs.progress_record import ProgressRecord
from tuimon.runs.record import MirrorRecord, RunState
from tuimon.text import width
from tuimon.tui.keys.key_hints import fitting, key_at, key_row
from tuimon.tui.keys.keymap import TABLES
from tuimon.tui.panes.run_header import header_row


def text(row: Row) -> str:
    return "".join(span.text for span in row)


FACTS = HeaderFacts(
    name="train",
    state=RunState.RUNNING,
    step=1250,
    rate=34.2,
    elapsed=192,
    age=3.2,
    mirror=MirrorRecord(state="offline", points=12_500),
    damaged=2,
)


def test_the_header_tells_how_far_it_is_and_when_it_is_done():
    progress = ProgressRecord("epochs", 4.3, 10, gpu=95.0)
    facts = replace(FACTS, progress=progress, left="1h 04m")
    assert "━━━━──────  43% 1h 04m left  GPU 95%" in text(header_row(facts, 160))
    assert "43% 1h 04m left" in text(header_row(facts, 80))


def test_a_wide_header_tells_everything():
    shown = text(header_row(FACTS, 120))
    for part in ("● train", "running", "step 1250", "34/s", "3m 12s", "3 s ago", "W&B offline"):
        assert part in shown
    assert "12.5k pts" in shown
    assert "2 damaged records" in shown


def alert(title: str, step: int | None = None) -> Alert:
    return Alert(key=title, level=AlertLevel.ERROR, title=title, text="", wall_time=0.0, step=step)


def test_one_that_is_paused_does_not_run() -> None:
    facts = replace(FACTS, paused=True, rate=None, reason="paused 9s")
    shown = text(header_row(facts, 120))
    assert shown.startswith(" ⏸ train  paused 9s  step 1250 ")
    assert "running" not in shown


def test_one_that_ended_with_nan_is_not_all_well() -> None:
    facts = HeaderFacts(
        name="train", state=RunState.FINISHED, reason="loss is NaN at step 443",
        flawed=True, alert=alert("loss is NaN", 443), alerts=2,
    )  # fmt: skip
    row = header_row(facts, 100)
    assert text(row).strip() == "⚠ train  finished  loss is NaN at step 443"
    assert {span.role for span in row if span.text.strip()} == {roles.WARN}
    going = replace(facts, state=RunState.RUNNING, flawed=False, reason=None)
    assert "● train  running" in text(header_row(going, 100))
    assert "! loss is NaN +1" in text(header_row(going, 100))


def test_what_had_nothing_to_mirror_is_not_called_finished_at_wandb() -> None:
    facts = replace(FACTS, mirror=MirrorRecord(state="finished", detail="nothing to mirror"))
    assert "W&B" not in text(header_row(facts, 140))


@pytest.mark.parametrize("columns", range(1, 140, 7))
def test_a_header_is_as_wide_as_its_room_and_keeps_what_matters(columns):
    shown = header_row(FACTS, columns)
    if columns >= 20:
        assert width(text(shown)) == columns
        assert "train" in text(shown)
    if columns >= 30:
        assert "running" in text(shown)


def test_a_header_tells_how_far_loading_is_and_what_is_wrong_even_with_a_long_name():
    path = "/data/experiments/2026/november/transformer-large/seed-17/runs"
    facts = HeaderFacts(name=path, step=5000, loading=0.43, damaged=1, unreadable=2)
    shown = text(header_row(facts, 80))
    assert "━━━━──────  43%" in shown
    assert "seed-17/runs" in shown
    assert "2 unreadable files" in text(header_row(replace(facts, loading=None), 80))
    facts = replace(facts, name="runs", loading=None)
    assert "verified" not in text(header_row(facts, 160))
    assert "verified 99%" in text(header_row(replace(facts, verified=0.9999), 160))
    assert "1 damaged record  2 unreadable files  i: where" in text(header_row(facts, 160))


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.2, ""), (0.49, "link 0.3 s"), (1.2, "link 1 s"), (70, "link 60 s")]
)
def test_a_header_tells_of_a_slow_link(seconds, shown):
    told = text(header_row(replace(FACTS, link=seconds), 140))
    assert shown in told
    assert ("link" in told) == bool(shown)


@pytest.mark.parametrize(
    ("detail", "role"), [("waiting for files", roles.DIM), ("trying again: 500", roles.WARN)]
)
def test_a_mirror_that_waits_is_quiet(detail: str, role: str) -> None:
    mirror = MirrorRecord(state="starting", detail=detail)
    row = header_row(HeaderFacts(name="t", state=RunState.RUNNING, mirror=mirror), 100)
    assert [span.role for span in row if detail in span.text] == [role]
    assert ("i: why" in text(row)) == (role == roles.WARN)


def test_a_failed_mirror_says_why():
    facts = HeaderFacts(
        name="t", state=RunState.RUNNING, mirror=MirrorRecord(state="failed", detail="disk full")
    )
    assert "W&B failed  disk full" in text(header_row(facts, 100))
    narrow = text(header_row(facts, 40))
    assert "disk full" not in narrow
    assert "W&B failed  i: why" in narrow


@pytest.mark.parametrize(
    ("mirror", "shown"),
    [
        (MirrorRecord(state="live", rows=200, confirmed=50, total=200), "W&B uploading 25%"),
        (MirrorRecord(state="failed", rows=50, total=200, detail="why"), "W&B failed  why"),
        (MirrorRecord(state="live", rows=9000, confirmed=1000), "W&B live  8000 rows behind"),
        (MirrorRecord(state="live", rows=9000, confirmed=8999, url="http://w/r"), "live  http://w"),
        (MirrorRecord(state="live", detail="the key is refused"), "live  the key is refused"),
        (MirrorRecord(state="finished", sync_command="tuimon sync x"), "W&B offline  U: upload"),
        (MirrorRecord(state="finished", url="http://w/r", detail="unseen"), "finished  unseen"),
        (MirrorRecord(state="finished", url="http://w/r", arrived=True), "finished  http://w"),
        (MirrorRecord(state="own", detail="the script's own run"), "W&B by the script"),
    ],
)
def test_where_an_upload_stands(mirror, shown):
    facts = HeaderFacts(name="t", state=RunState.RUNNING, mirror=mirror)
    assert shown in text(header_row(facts, 140))


@pytest.mark.parametrize(
    ("state", "mark", "role"),
    [
        (RunState.RUNNING, "●", "ok"),
        (RunState.FINISHED, "✓", "ok"),
        (RunState.STOPPED, "■", "text"),
        (RunState.FAILED, "✗", "error"),
        (RunState.LOST, "?", "error"),
    ],
)
def test_only_what_went_wrong_alarms(state, mark, role):
    row = header_row(HeaderFacts(name="t", state=state, reason="why"), 60)
    assert text(row).split() == [mark, "t", str(state), "why"]
    roles = {span.role for span in row if span.text.strip()}
    assert roles == ({"ok", "warn"} if state is RunState.RUNNING else {role})


def test_a_long_reason_is_shortened_rather_than_left_out():
    reason = "exit code 1: ModuleNotFoundError: No module named 'nosuchmodule'"
    facts = HeaderFacts(name="train", state=RunState.FAILED, reason=reason, elapsed=3.0)
    assert text(header_row(facts, 60)).rstrip() == (
        " ✗ train  failed  ModuleNotFoundError: No module named 'no…"
    )
    assert text(header_row(facts, 80)).strip().endswith("'nosuchmodule'  3s")
    for cells in range(1, 100):
        assert width(text(header_row(facts, cells))) <= max(cells, 8)


def test_a_hostile_name_is_shown_harmless():
    shown = text(header_row(HeaderFacts(name="\x1b[2J[red]x", state=RunState.FAILED), 60))
    assert "\x1b" not in shown
    assert "[red]x" in shown


@pytest.mark.parametrize("columns", range(10, 200, 5))
def test_the_footer_fits_and_never_loses_the_way_out(columns):
    shown = text(key_row(TABLES["main screen"], columns))
    assert width(shown) <= columns
    assert "q leave" in shown


def test_a_key_of_the_footer_is_where_its_hint_stands():
    keys = [key._replace(label="") if key.id == "help" else key for key in TABLES["main screen"]]
    for columns in (20, 61, 120):
        shown = text(key_row(keys, columns))
        for key in (key for key in fitting(keys, columns) if key.label):
            at = shown.index(f" {key.shown} {key.label}")
            assert {key_at(keys, columns, x) for x in range(at, at + len(key.label) + 3)} == {key}
        assert key_at(keys, columns, len(shown)) is None
