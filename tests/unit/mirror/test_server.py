"""What the W&B server is asked, and what its silence means."""

import socket
import threading
from collections.abc import Iterator

import pytest

from support.waiting import wait_until
from support.wandb_server import ENTITY, KEY, Behaviour, WandbServer, wandb_server
from tuimon.mirror import server as module
from tuimon.mirror.server import RowCheck, Server, ServerError


@pytest.fixture
def loopback() -> Iterator[WandbServer]:
    with wandb_server() as server:
        yield server


def rows_at(loopback: WandbServer, rows: int) -> None:
    loopback.graphql("upsertBucket", {"name": "r", "project": "p"})
    lines = ["{}"] * rows
    loopback.stream("r", {"files": {"wandb-history.jsonl": {"offset": 0, "content": lines}}})


def test_the_server_tells_user_and_rows(loopback: WandbServer) -> None:
    server = Server(loopback.url, KEY)
    assert server.user() == ENTITY
    rows_at(loopback, 3)
    assert server.rows(ENTITY, "p", "r") == 3
    with pytest.raises(ServerError, match="deleted") as caught:
        server.rows(ENTITY, "p", "another")
    assert caught.value.final


@pytest.mark.parametrize(
    ("behaviour", "said", "final"),
    [
        ("refuse", r"the W&B key is refused \(401\): run `tuimon login`", True),
        ("fail", r"W&B is out of order \(500\)", False),
        ("limit", r"W&B limits the rate \(429\)", False),
        ("gone", "was it deleted", True),
    ],
)
def test_what_is_wrong_is_one_line(
    loopback: WandbServer, behaviour: Behaviour, said: str, final: bool
) -> None:
    loopback.behaviour = behaviour
    with pytest.raises(ServerError, match=said) as caught:
        Server(loopback.url, KEY).user()
    assert caught.value.final is final
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://no-such-host.invalid", "cannot be resolved"),
        ("http://127.0.0.1:9", "Connection refused"),
        ("not an address", "unknown url type"),
    ],
)
def test_no_answer_is_an_error(url: str, said: str) -> None:
    with pytest.raises(ServerError, match=said) as caught:
        Server(url, KEY).user()
    assert not caught.value.final


def test_what_is_no_web_server_gives_no_answer() -> None:
    """Such as a proxy that greets before it is asked."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"220 smtp.example.org ESMTP\r\n")
                connection.recv(1 << 16)

        greeter = threading.Thread(target=greet)
        greeter.start()
        with pytest.raises(ServerError, match="no answer from") as caught:
            Server(f"http://127.0.0.1:{listener.getsockname()[1]}", KEY).user()
        greeter.join()
    assert "\n" not in str(caught.value)


def test_rows_that_do_not_arrive_after_a_refusal_are_noticed(
    loopback: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_ASK_EVERY", "_ASK_AGAIN_AFTER", "_STUCK_AFTER_REFUSAL"):
        monkeypatch.setattr(module, name, 0.05)
    rows_at(loopback, 3)
    check = RowCheck(Server(loopback.url, KEY), ENTITY, "p", "r")

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
    handed: int, loopback: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing to wait for patience does not count, and without a refusal it is long."""
    for name in ("_ASK_EVERY", "_ASK_AGAIN_AFTER", "_STUCK_AFTER_REFUSAL"):
        monkeypatch.setattr(module, name, 0.0)
    monkeypatch.setattr(module, "_STUCK_AFTER", 0.0 if handed == 3 else 60.0)
    rows_at(loopback, 3)
    check = RowCheck(Server(loopback.url, KEY), ENTITY, "p", "r")

    def asked_often() -> bool:
        check.look(handed)
        assert check.stuck is None
        return loopback.requests > 5

    wait_until(asked_often)
    assert check.rows == 3


def test_what_is_missing_at_the_end(loopback: WandbServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LATE", 0.3)
    rows_at(loopback, 3)
    check = RowCheck(Server(loopback.url, KEY), ENTITY, "p", "r")
    assert check.missing(3) is None
    assert check.missing(4) == "1 of 4 rows have not arrived at W&B"
    loopback.behaviour = "fail"
    assert check.missing(4) is None, "no answer is no proof"
    loopback.behaviour = "refuse"
    assert "refused" in (check.missing(4) or "")
