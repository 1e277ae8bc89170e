"""What is waited for comes at the step where it first holds, whenever it is looked at."""

from pathlib import Path

import pytest

from support.event_files import append, scalar, start, version, write
from support.stored_runs import made
from support.waiting import wait_until
from tuimon.present.milestones import parse_milestone
from tuimon.runs.alerts import Alert, AlertLevel, AlertLog
from tuimon.runs.registry import read_status
from tuimon.runs.sources import LogSource
from tuimon.store.filters import FilterError
from tuimon.store.follower import Follower
from tuimon.store.store import Store

NAN = float("nan")


def _read(log: Path) -> Store:
    store = Store()
    follower = Follower(store, [LogSource(path=str(log), recursive=True)])
    follower.start()
    wait_until(lambda: not follower.loading)
    follower.stop()
    return store


def _reached(until: str, *records: bytes, log: Path) -> tuple[int | None, dict[str, float]] | None:
    write(log, [version(), *records])
    milestone = parse_milestone(until, 0.0)
    assert milestone is not None
    found = milestone.look(read_status(made("any").directory), _read(log))
    return None if found is None else (found.step, dict(found.values))


def _course(tag: str, *values: float, every: int = 1, later: float = 0.0) -> list[bytes]:
    return [scalar(tag, at * every, value, 1e9 + at + later) for at, value in enumerate(values)]


LOSS = _course("val/loss", 0.5, NAN, 0.25, 0.75)
ACC = _course("val/acc", 0.5, 0.5, 0.5, 1.0)


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("val/loss<0.3", (2, {"val/loss": 0.25})),
        ("loss<0.3", (2, {"val/loss": 0.25})),
        ("LOSS<=50%", (0, {"val/loss": 0.5})),
        ("val/loss<0.2", None),
        ("val/loss<0.3 and val/acc>0.9", None),
        ("val/loss>0.7 and val/acc>0.9", (3, {"val/loss": 0.75, "val/acc": 1.0})),
        ("val/loss<0.2 or val/acc>0.9", (3, {"val/loss": 0.75, "val/acc": 1.0})),
        ("val/*<0.6", (0, {"val/loss": 0.5, "val/acc": 0.5})),
        ("step=3", (3, {})),
        ("step >= 4", None),
    ],
)
def test_it_comes_at_the_first_step_where_it_holds(
    until: str, expected: tuple[int, dict[str, float]] | None, tmp_path: Path
):
    points = [point for pair in zip(LOSS, ACC, strict=True) for point in pair]
    assert _reached(until, *points, log=tmp_path / "log") == expected


def test_metrics_on_other_axes_are_of_one_time(tmp_path: Path):
    epochs = _course("acc", 0.5, 0.9375, later=0.5)
    steps = _course("loss", 0.25, 0.875, 0.125, every=1000)
    reached = _reached("acc>0.9 and loss<0.3", *epochs, *steps, log=tmp_path / "log")
    assert reached == (2000, {"acc": 0.9375, "loss": 0.125})


def test_what_was_overwritten_does_not_count_and_what_comes_later_does(tmp_path: Path):
    file = write(tmp_path / "log", [version(), scalar("loss", 5, 0.1, 1e9), start(3)])
    status = read_status(made("any").directory)
    store = Store()
    follower = Follower(store, [LogSource(path=str(tmp_path / "log"), recursive=True)])
    milestone = parse_milestone("loss<0.3", 0.0)
    assert milestone is not None
    assert milestone.standing(store) == "no metric of that name was logged"
    follower.start()
    wait_until(lambda: not follower.loading)
    assert milestone.look(status, store) is None
    append(file, scalar("loss", 4, 0.4, 1e9), scalar("loss", 5, 0.2, 1e9), scalar("loss", 6, 0.9))
    reached = wait_until(lambda: milestone.look(status, store))
    follower.stop()
    assert reached is not None
    assert (reached.step, reached.told) == (5, "loss 0.2 at step 5")


def test_points_are_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = write(tmp_path / "log", [version(), *LOSS, *_course("other", 1.0, 1.0)])
    status = read_status(made("any").directory)
    milestone = parse_milestone("val/loss<0", 0.0)
    looks: list[object] = []
    monkeypatch.setattr(milestone, "_holds", looks.append)
    assert milestone is not None
    store = Store()
    follower = Follower(store, [LogSource(path=str(tmp_path / "log"), recursive=True)])
    follower.start()
    wait_until(lambda: not follower.loading)
    for _ in range(3):
        milestone.look(status, store)
    assert len(looks) == len(LOSS)
    append(file, scalar("val/loss", 4, 0.5, 1e9 + 4))
    wait_until(lambda: milestone.look(status, store) or len(looks) > len(LOSS))
    follower.stop()
    assert len(looks) == len(LOSS) + 1


def test_alerts_count_that_are_wrong_and_later(tmp_path: Path):
    paths = made("any")
    log = AlertLog(paths.alerts)
    for key, level, wall_time in (("a", "INFO", 1.0), ("b", "WARN", 2.0), ("c", "ERROR", 3.0)):
        log.add(
            Alert(key=key, level=AlertLevel(level), title="\x1b", text=key, wall_time=wall_time)
        )
    status = read_status(paths.directory)
    found = {}
    for since in (0.0, 2.0, 3.0):
        milestone = parse_milestone("alert", since)
        assert milestone is not None
        reached = milestone.look(status, Store())
        found[since] = reached and reached.told
    assert found == {0.0: "WARN: ␛: b", 2.0: "ERROR: ␛: c", 3.0: None}


@pytest.mark.parametrize("until", ["", "lss", "loss 0.3", "loss<", "loss<0.3 or acc", "(a<1"])
def test_what_compares_nothing_is_refused(until: str):
    with pytest.raises(FilterError):
        parse_milestone(until, 0.0)
