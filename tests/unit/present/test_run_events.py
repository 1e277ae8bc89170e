"""What happened in a training, and where on the x axis it stands."""

import math
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from support.event_files import scalar, version, write
from support.sessions import loaded
from tuimon.charts.axis import Axis
from tuimon.charts.event_marks import ChartEvent, EventKind, placed
from tuimon.present.look import Look
from tuimon.present.run_events import RunEvents, events_of
from tuimon.runs.alerts import ENDED, Alert, AlertLevel
from tuimon.runs.sources import LogSource
from tuimon.session.session import Session
from tuimon.store.loading import load

BEGAN = 1.7e9


def log(
    directory: Path, *, steps: range = range(100), begun: float = BEGAN, **tags: object
) -> None:
    points = [
        scalar(tag.replace("__", "/"), step, float(value(step)), begun + step)  # type: ignore[operator]
        for step in steps
        for tag, value in tags.items()
    ]
    directory.mkdir(parents=True, exist_ok=True)
    write(directory / f"events.out.tfevents.{begun:.0f}.host", [version(begun), *points])


def of_kind(directory: Path, kind: EventKind, *alerts: Alert, x: str = "") -> list[ChartEvent]:
    [run] = load([LogSource(path=str(directory), recursive=True)]).store.runs.values()
    return [event for event in events_of(run, alerts, [], x) if event.kind == kind]


def test_an_epoch_begins_where_its_number_is_another_one(tmp_path: Path) -> None:
    log(
        tmp_path,
        loss_epoch=lambda step: step,
        train__epoch=lambda step: step / 40,
        t=lambda s: 2 * s,
    )
    found = of_kind(tmp_path, "epoch", x="t")
    assert [(one.step, one.text, one.elapsed, one.x) for one in found] == [
        (40, "epoch 1", 40.0, 80.0),
        (80, "epoch 2", 80.0, 160.0),
    ]


@pytest.mark.parametrize(
    ("rate", "drops"),
    [
        (lambda step: 0.1 ** (1 + step // 30), [30, 60, 90]),
        (lambda step: 1 + math.cos(step / 100 * math.pi), []),
        (lambda step: 0.95**step, []),
        (lambda step: min(step, 50), []),
        (lambda step: 1e-3, []),
        (lambda step: math.nan, []),
        (lambda step: 0.0, []),
    ],
)
def test_a_learning_rate_drops_from_a_level(tmp_path: Path, rate: object, drops: list[int]) -> None:
    log(tmp_path, lr=rate)
    assert [one.step for one in of_kind(tmp_path, "rate")] == drops


def test_alerts_but_the_end_have_the_step_of_their_time(tmp_path: Path) -> None:
    log(tmp_path, loss=lambda step: 1)
    alert = Alert(key="a", level=AlertLevel.WARN, title="slow\x1b", text="", wall_time=BEGAN + 30.5)
    late = Alert(key="b", level=AlertLevel.WARN, title="", text="", wall_time=BEGAN + 1e6)
    end = Alert(key=ENDED, level=AlertLevel.ERROR, title="", text="", wall_time=BEGAN + 99)
    [found] = of_kind(tmp_path, "alert", alert, late, end)
    assert found.step == 30
    assert "\x1b" not in found.text


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    log(tmp_path / "runs" / "a", loss=lambda step: 1)
    log(tmp_path / "runs" / "b", loss=lambda step: 1)
    with loaded(Session.of_logdirs([tmp_path / "runs"])) as session:
        yield session


def test_a_checkpoint_was_written_in_the_run_that_stands_out(
    session: Session, tmp_path: Path
) -> None:
    for name, seconds in (("last.ckpt", 42), ("copied.ckpt", 1e6), ("notes.txt", 42)):
        path = tmp_path / "runs" / "b" / name
        path.touch()
        os.utime(path, (BEGAN + seconds, BEGAN + seconds))
    events = RunEvents(session)
    assert not events.newest(Look(focus="b")), "not asked for"
    assert not events.newest(Look(events=True)), "of which of two runs?"
    found: tuple[ChartEvent, ...] = ()
    while not found:
        found = events.newest(Look(events=True, focus="b"))
    assert [(one.kind, one.step, one.text) for one in found] == [("saved", 42, "last.ckpt")]


def test_few_find_room_and_those_that_matter_come_first() -> None:
    epochs = [ChartEvent("epoch", f"{n}", 10 * n, 0, 0) for n in range(1, 101)]
    alert = ChartEvent("alert", "nan", 500, 0, 0)
    found = placed([*epochs, alert], Axis("step", 0, (0.0, 1000.0)), 60)
    cells = sorted(found)
    assert found[30] == alert
    assert min(b - a for a, b in pairwise(cells)) >= 4
    assert {int(one.text) % 10 for one in found.values() if one.kind == "epoch"} == {0}
    assert not placed(epochs, Axis("metric", 0, (0.0, 1.0)), 60)
