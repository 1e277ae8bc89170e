"""What has arrived at the server, and what its silence means."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.waiting import wait_until
from support.wandb_server import ENTITY, KEY, WandbServer, wandb_server
from tuimon.mirror import arrivals as module
from tuimon.mirror.arrivals import ArrivalCheck
from tuimon.mirror.run_files import RunFiles
from tuimon.mirror.server import RunPlace, Server

CURRENT = "run-20261130_100000-r"


@pytest.fixture
def loopback() -> Iterator[WandbServer]:
    with wandb_server() as server:
        yield server


def rows_at(loopback: WandbServer, rows: int) -> None:
    loopback.graphql("upsertBucket", {"name": "r", "project": "p"})
    lines = ["{}"] * rows
    loopback.stream("r", {"files": {"wandb-history.jsonl": {"offset": 0, "content": lines}}})


def check_of(loopback: WandbServer, directory: Path, measured: int = 0) -> ArrivalCheck:
    current = directory / CURRENT
    (current / "files").mkdir(parents=True)
    files = RunFiles(directory, "r", current)
    return ArrivalCheck(Server(loopback.url, KEY), RunPlace(ENTITY, "p", "r"), files, measured)


def test_rows_that_do_not_arrive_after_a_refusal_are_noticed(
    loopback: WandbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_ASK_EVERY", "_ASK_AGAIN_AFTER", "_STUCK_AFTER_REFUSAL"):
        monkeypatch.setattr(module, name, 0.05)
    rows_at(loopback, 3)
    check = check_of(loopback, tmp_path)

    def look(handed: int) -> bool:
        check.look(handed)
        return True

    wait_until(lambda: look(3) and check.rows == 3)
    assert check.stuck is None
    loopback.behaviour = "refuse"
    wait_until(lambda: look(5) and check.error is not None)
    assert check.stuck is None, "while the server refuses, a new attempt helps nobody"
    loopback.behaviour = "ok"
    wait_until(lambda: look(5) and check.stuck is not None)
    assert "2 rows wait" in (check.stuck or "")


@pytest.mark.parametrize("handed", [3, 5])
def test_a_server_that_has_all_or_is_slow_is_not_stuck(
    handed: int, loopback: WandbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing to wait for patience does not count, and without a refusal it is long."""
    for name in ("_ASK_EVERY", "_ASK_AGAIN_AFTER", "_STUCK_AFTER_REFUSAL"):
        monkeypatch.setattr(module, name, 0.0)
    monkeypatch.setattr(module, "_STUCK_AFTER", 0.0 if handed == 3 else 60.0)
    rows_at(loopback, 3)
    check = check_of(loopback, tmp_path)

    def asked_often() -> bool:
        check.look(handed)
        assert check.stuck is None
        return loopback.requests > 5

    wait_until(asked_often)
    assert check.rows == 3


def test_what_is_missing_at_the_end(
    loopback: WandbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LATE", 0.3)
    rows_at(loopback, 3)
    check = check_of(loopback, tmp_path)
    assert check.missing(3, 0) is None
    assert check.missing(4, 0) == "1 of 4 rows have not arrived at W&B"
    (tmp_path / CURRENT / "files" / "config.yaml").write_bytes(b"lr: 1")
    assert check.missing(5, 2) == (
        "2 of 5 rows and 2 of 2 lines of output and 1 files (config.yaml) have not arrived at W&B"
    )
    loopback.store("r", "config.yaml", b"lr: 1")
    loopback.tells_files = False
    assert check.missing(3, 0) is None
    assert "Cannot query" in (check.unanswered or ""), "nothing is claimed"
    loopback.tells_files = True
    assert (check.missing(3, 0), check.unanswered) == (None, None)
    loopback.behaviour = "fail"
    assert "cannot be checked: W&B is out of order" in (check.missing(3, 0) or "")
    loopback.behaviour = "refuse"
    assert "refused" in (check.missing(3, 0) or "")


def test_system_metrics_of_the_time_offline_are_to_be_there(
    loopback: WandbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LATE", 0.0)
    rows_at(loopback, 3)
    check = check_of(loopback, tmp_path, measured=2)
    events = {"offset": 0, "content": ["{}"]}
    loopback.stream("r", {"files": {"wandb-events.jsonl": events}})
    assert check.missing(3, 0) == "1 of 2 system metrics have not arrived at W&B"
    loopback.stream("r", {"files": {"wandb-events.jsonl": events | {"offset": 1}}})
    assert check.missing(3, 0) is None
