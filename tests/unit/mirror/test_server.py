"""What the W&B server is asked, and what its silence means."""

import socket
import threading
from collections.abc import Iterator

import pytest

from support.wandb_server import ENTITY, KEY, MOST_FILES, Behaviour, WandbServer, wandb_server
from tuimon.mirror.server import RunCounts, RunPlace, Server, ServerError, UnansweredError

PLACE = RunPlace(ENTITY, "p", "r")


@pytest.fixture
def loopback() -> Iterator[WandbServer]:
    with wandb_server() as server:
        yield server


def test_the_server_tells_user_rows_and_lines(loopback: WandbServer) -> None:
    server = Server(loopback.url, KEY)
    assert server.user() == ENTITY
    loopback.graphql("upsertBucket", {"name": "r", "project": "p"})
    assert server.counts(PLACE) == RunCounts(0, 0, 0)
    history = {"offset": 0, "content": ["{}"] * 3}
    output = {"offset": 0, "content": ["a", "b"]}
    system = {"offset": 0, "content": ["{}"]}
    files = {"wandb-history.jsonl": history, "output.log": output, "wandb-events.jsonl": system}
    loopback.stream("r", {"files": files})
    assert server.counts(PLACE) == RunCounts(3, 2, 1)
    with pytest.raises(ServerError, match="deleted") as caught:
        server.counts(PLACE._replace(run_id="another"))
    assert caught.value.final


def test_files_are_told_by_name_with_their_sizes_page_by_page(loopback: WandbServer) -> None:
    loopback.graphql("upsertBucket", {"name": "r", "project": "p"})
    names = [f"media/{number:03}.png" for number in range(2 * MOST_FILES + 1)]
    for name in names:
        loopback.store("r", name, b"12345")
    loopback.runs["r"].stored["announced"] = None
    server = Server(loopback.url, KEY)
    assert server.files(PLACE, names[1:]) == dict.fromkeys(names[1:], 5)
    assert server.files(PLACE, ["announced", "unknown"]) == {"announced": 0}


def test_a_server_that_does_not_tell_files_is_no_server_without_a_run(
    loopback: WandbServer,
) -> None:
    loopback.graphql("upsertBucket", {"name": "r", "project": "p"})
    loopback.tells_files = False
    with pytest.raises(UnansweredError, match="Cannot query field"):
        Server(loopback.url, KEY).files(PLACE, ["a"])


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
