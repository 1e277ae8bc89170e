"""The control socket in an event loop of its own: answers, refusals, bad and stuck clients."""

import json
import os
import resource
import selectors
import socket
import stat
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tuimon.guardian.client import ControlClient, ControlError
from tuimon.guardian.control import ControlServer, RequestError, socket_address
from tuimon.runs.paths import RunPaths


def answer(request: dict[str, Any], _client: int) -> dict[str, Any]:
    match request:
        case {"op": "echo", "value": value}:
            return {"value": value}
        case {"op": "fail"}:
            raise ZeroDivisionError("oops")
    raise RequestError("unknown request")


class Loop:
    """Serves until closed, as the guardian's event loop does."""

    def __init__(self, path: Path) -> None:
        self.selector = selectors.DefaultSelector()
        self.server = ControlServer(self.selector, path, answer)
        self._wake, self._woken = socket.socketpair()
        self.selector.register(self._woken, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            for key, mask in self.selector.select():
                if key.data is None:
                    return
                key.data(mask)

    def close(self) -> None:
        self._wake.send(b"x")
        self._thread.join(10)
        assert not self._thread.is_alive()
        self.server.close()


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    return RunPaths(tmp_path)


@pytest.fixture
def loop(paths: RunPaths) -> Iterator[Loop]:
    loop = Loop(paths.control_sock)
    yield loop
    loop.close()
    assert not paths.control_sock.exists()


@pytest.fixture
def raw(loop: Loop, paths: RunPaths) -> Iterator[socket.socket]:
    """A connection to the server."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(paths.control_sock))
        yield connection


@pytest.mark.usefixtures("loop")
class TestAnswers:
    def test_request(self, paths: RunPaths):
        assert ControlClient(paths).request({"op": "echo", "value": ["ü", 1]}) == {
            "value": ["ü", 1]
        }

    def test_unknown_request(self, paths: RunPaths):
        with pytest.raises(ControlError, match="unknown request"):
            ControlClient(paths).request({"op": "?"})

    def test_error_in_the_guardian(self, paths: RunPaths):
        with pytest.raises(ControlError, match="internal error: ZeroDivisionError"):
            ControlClient(paths).request({"op": "fail"})

    def test_only_the_owner_may_open_it(self, paths: RunPaths):
        assert stat.S_IMODE(paths.control_sock.stat().st_mode) == 0o600

    @pytest.mark.parametrize("line", [b"{", b"[]", b"\xff", b"[" * 50_000, b"1", b""])
    def test_garbage_is_refused_and_the_connection_goes_on(self, raw: socket.socket, line: bytes):
        with raw.makefile("rb") as stream:
            raw.sendall(line + b"\n")
            assert json.loads(stream.readline())["ok"] is False
            raw.sendall(b'{"op":"echo","value":1}\n')
            assert json.loads(stream.readline()) == {"ok": True, "value": 1}

    def test_requests_in_pieces_and_in_a_row(self, raw: socket.socket):
        with raw.makefile("rb") as stream:
            for byte in b'{"op":"echo","value":1}\n{"op":"echo","value":2}\n':
                raw.sendall(bytes([byte]))
            assert [json.loads(stream.readline())["value"] for _ in range(2)] == [1, 2]

    def test_endless_request_is_cut(self, raw: socket.socket):
        with pytest.raises(OSError, match=r"Broken pipe|reset"):
            raw.sendall(b"x" * 10_000_000)

    def test_silent_and_stuck_clients_do_not_delay_others(self, paths: RunPaths):
        clients = [socket.socket(socket.AF_UNIX) for _ in range(20)]
        for client in clients:
            client.connect(str(paths.control_sock))
        # These ask much and never read an answer.
        for client in clients[:3]:
            client.settimeout(5)
            request = json.dumps({"op": "echo", "value": "x" * 60_000}).encode() + b"\n"
            with pytest.raises(OSError, match=r"Broken pipe|reset"):  # no timeout: it is dropped
                client.sendall(request * 100)
        assert ControlClient(paths, timeout=2).request({"op": "echo", "value": 1}) == {"value": 1}
        for client in clients:
            client.close()

    def test_too_many_clients_are_turned_away(self, paths: RunPaths):
        clients = [socket.socket(socket.AF_UNIX) for _ in range(70)]
        for client in clients:
            client.connect(str(paths.control_sock))
        clients[-1].settimeout(10)
        assert clients[-1].recv(1) == b""
        for client in clients:
            client.close()


@pytest.mark.skipif(os.getuid() != 0, reason="becoming another user needs root")
def test_other_users_are_turned_away_whatever_the_modes():
    directory = Path(tempfile.mkdtemp(dir="/tmp"))
    directory.chmod(0o755)
    loop = Loop(directory / "control.sock")
    (directory / "control.sock").chmod(0o666)
    pid = os.fork()
    if pid == 0:
        outcome = "not connected"
        try:
            os.setuid(65534)
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(str(directory / "control.sock"))
            outcome = "served"
            connection.send(b'{"op":"echo","value":1}\n')
            outcome = "served" if connection.recv(100) else "refused"
        except ConnectionError:
            outcome = "refused" if outcome == "served" else outcome
        finally:
            os._exit(["refused", "not connected", "served"].index(outcome))
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    loop.close()
    directory.rmdir()
    assert code == 0


@pytest.mark.skipif(os.getuid() == 0, reason="root is always permitted")
def test_whoever_does_not_own_the_run_is_turned_away(
    paths: RunPaths, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    loop = Loop(paths.control_sock)
    with pytest.raises(ControlError, match="no answer"):
        ControlClient(paths).request({"op": "echo", "value": 1})
    loop.close()


def test_stale_socket_is_replaced(paths: RunPaths):
    Loop(paths.control_sock)._wake.send(b"x")  # ends without removing its socket
    loop = Loop(paths.control_sock)
    assert ControlClient(paths).request({"op": "echo", "value": 1}) == {"value": 1}
    loop.close()


def test_removed_socket_is_restored(paths: RunPaths):
    loop = Loop(paths.control_sock)
    loop.server.restore(loop.server.is_removed())
    paths.control_sock.unlink()
    loop.server.restore(loop.server.is_removed())
    assert paths.control_sock.stat().st_mode & 0o777 == 0o600
    loop.server.restore(loop.server.is_removed())
    assert ControlClient(paths).request({"op": "echo", "value": 1}) == {"value": 1}
    loop.close()


def test_socket_that_cannot_be_restored_is_at_the_next_attempt(loop: Loop, paths: RunPaths):
    paths.control_sock.unlink()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        for _ in range(2):
            with pytest.raises(OSError, match="Too many open files"):
                loop.server.restore(loop.server.is_removed())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    loop.server.restore(loop.server.is_removed())
    assert ControlClient(paths).request({"op": "echo", "value": 1}) == {"value": 1}


def test_long_paths_work(tmp_path: Path):
    directory = tmp_path.joinpath(*["d" * 60] * 4)
    directory.mkdir(parents=True)
    paths = RunPaths(directory)
    loop = Loop(paths.control_sock)
    assert paths.control_sock.is_socket()
    assert ControlClient(paths).request({"op": "echo", "value": 1}) == {"value": 1}
    loop.close()


def test_short_path_is_its_own_address(tmp_path: Path):
    with socket_address(Path("/x/control.sock")) as address:
        assert address == "/x/control.sock"


def test_no_guardian(paths: RunPaths):
    with pytest.raises(ControlError, match="no answer from the guardian: No such file"):
        ControlClient(paths).status()
    with pytest.raises(ControlError, match="the run has no guardian"):
        ControlClient(paths).stop()


def test_guardian_that_hangs(paths: RunPaths):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(paths.control_sock))
        listener.listen()
        with pytest.raises(ControlError, match="timed out"):
            ControlClient(paths, timeout=0.2).status()
