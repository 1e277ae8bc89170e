"""Talking to the guardian of a run: status, stop, signals."""

import getpass
import json
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from tuimon.guardian.control import socket_address
from tuimon.runs.paths import RunPaths
from tuimon.runs.process import ASK, is_alive
from tuimon.runs.record import RunRecord, read_record

StopStage = Literal["int", "term", "kill", "next"]

_POLL_EVERY = 0.02


class ControlError(Exception):
    """The guardian cannot be reached or refuses; the message is one line."""


@dataclass(frozen=True, slots=True)
class GuardianStatus:
    """What only the guardian knows; everything else is in run.json."""

    stop_stage: str
    """none, int, term or kill: how far a stop has gone."""
    next_stage_in: float | None
    """Seconds until the next stage of the stop begins by itself."""
    leftovers: int
    """Processes of the training that outlived it."""
    console_bytes: int
    console_dropped: int
    """Bytes of output that could not be written to console.log."""
    console_error: str | None
    """Why console.log cannot be written at the moment."""


class ControlClient:
    """A client of one run's control socket; each request is a connection of its own."""

    def __init__(self, paths: RunPaths, timeout: float = 5.0) -> None:
        self._paths = paths
        self._timeout = timeout

    def request(
        self, request: dict[str, Any], waits: Callable[[], bool] = lambda: False
    ) -> dict[str, Any]:
        """Send one request and return the answer's fields.

        `waits` is asked, each time that the timeout has passed, whether to wait on. A request that
        is not waited for any more is withdrawn: the guardian does not serve who is gone.

        Raises:
            ControlError: no answer, or one that says no.
        """
        with _Connection(self._paths, self._timeout) as connection:
            return connection.request(request, waits)

    def status(self) -> GuardianStatus:
        """Ask for what is not in run.json. Raises: ControlError."""
        return GuardianStatus(**self.request({"op": "status"}))

    def stop(self, stage: StopStage = "next", waits: Callable[[], bool] = lambda: False) -> str:
        """Begin to stop the training, or go on to a later stage; the stage that it is in now.

        ``next`` is SIGINT the first time and skips a grace each further time; ``kill`` ends
        everything at once. Where the file system allows no socket, signals to the guardian do
        the same: each is a ``next``. `waits` as in `request`. Raises: ControlError.
        """
        try:
            return str(self.request({"op": "stop", "stage": stage}, waits)["stop_stage"])
        except ControlError:
            if self._paths.control_sock.exists():
                raise
        return self._stop_by_signals(stage)

    def stop_for(self, by: Literal["wandb", "rule"]) -> None:
        """Begin to stop the training, as somebody wants who has W&B's page before them, or has made
        a rule: the ladder then climbs by itself. Raises: ControlError.
        """
        try:
            self.request({"op": "stop", "by": by})
        except ControlError:
            if self._paths.control_sock.exists():
                raise
            if self._living_run().stop_stage == "none":
                self._stop_by_signals("next")

    def pause(self, *, force: bool = False) -> str:
        """Freeze the whole process tree; how it is distributed: none, host or hosts.

        Over several hosts only with `force`: the others' ranks would run into a timeout.
        Raises: ControlError.
        """
        return str(self.request({"op": "pause", "force": force})["distribution"])

    def resume(self) -> None:
        """Let a paused training go on. Raises: ControlError."""
        self.request({"op": "resume"})

    def signal(self, number: int, *, passed_on: bool = False) -> None:
        """Send a signal to the foreground process group of the training; without a socket, to the
        group of its first process. One that this process was sent and passes on does not arrive
        if it was sent to the whole job. Raises: ControlError.
        """
        try:
            self.request({"op": "signal", "signal": number, "passed_on": passed_on})
        except ControlError:
            if self._paths.control_sock.exists():
                raise
            child = self._living_run().child
            if child is None:
                raise
            _send(os.killpg, child.pid, number)

    def _stop_by_signals(self, wanted: StopStage) -> str:
        deadline = time.monotonic() + self._timeout
        record = self._living_run()
        while True:
            before = record.stop_stage
            assert record.guardian is not None
            _send(os.kill, record.guardian.pid, ASK)
            while record.stop_stage == before and not record.state.ended:
                if time.monotonic() > deadline:
                    raise ControlError("the guardian does not react to a signal")
                time.sleep(_POLL_EVERY)
                record = self._living_run()
            if record.state.ended or wanted in ("next", "int", record.stop_stage, before):
                return record.stop_stage

    def _living_run(self) -> RunRecord:
        record = read_record(RunRecord, self._paths.run_json)
        if record is None or record.guardian is None:
            raise ControlError("the run has no guardian")
        if not is_alive(record.guardian, record.boot_id):
            raise ControlError("the guardian does not run on this host any more")
        return record


class Typist:
    """Holds the keyboard of the training's terminal until it is closed.

    Not safe to be used by two threads at once.
    """

    def __init__(self, paths: RunPaths, who: str, *, take: bool = False, timeout: float = 5.0):
        """Ask for it; with `take` from another one who holds it. Raises: ControlError."""
        self._connection = _Connection(paths, timeout)
        try:
            self._connection.request({"op": "hold", "who": who, "take": take})
        except ControlError:
            self.close()
            raise

    def write(self, text: str) -> None:
        """Type. Raises: ControlError when somebody else has taken the keyboard."""
        self._connection.request({"op": "type", "text": text})

    def resize(self, rows: int, columns: int) -> None:
        """Give the terminal the size of the one it is looked at in. Raises: ControlError."""
        self._connection.request({"op": "resize", "rows": rows, "cols": columns})

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()


def caller() -> str:
    """How this process calls itself, when it asks for a keyboard: `anna on pts/3`."""
    try:
        terminal = os.ttyname(2).removeprefix("/dev/")
        return f"{getpass.getuser()} on {terminal}"
    except (OSError, KeyError):
        return f"PID {os.getpid()}"


class _Connection:
    """A connection to a guardian; raises `ControlError` wherever there is no answer."""

    def __init__(self, paths: RunPaths, timeout: float) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        self._unread = b""
        try:
            with socket_address(paths.control_sock) as address:
                self._socket.connect(address)
        except OSError as error:
            self.close()
            raise _no_answer(error) from error

    def __enter__(self) -> "_Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def request(
        self, request: dict[str, Any], waits: Callable[[], bool] = lambda: False
    ) -> dict[str, Any]:
        try:
            self._socket.sendall(json.dumps(request).encode() + b"\n")
            while b"\n" not in self._unread:
                self._receive(waits)
        except OSError as error:
            raise _no_answer(error) from error
        line, _, self._unread = self._unread.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        if not answer.pop("ok"):
            raise ControlError(str(answer.get("error")))
        return answer

    def _receive(self, waits: Callable[[], bool]) -> None:
        try:
            data = self._socket.recv(65536)
        except TimeoutError:
            if not waits():
                raise
            return
        if not data:
            raise ControlError("no answer from the guardian: it refused or has just ended")
        self._unread += data


def _send(send: Callable[[int, int], None], target: int, number: int) -> None:
    try:
        send(target, number)
    except OSError as error:
        raise ControlError(f"no signal can be sent: {error.strerror}") from error


def _no_answer(error: OSError) -> ControlError:
    withdrawn = "; the request is withdrawn" if isinstance(error, TimeoutError) else ""
    return ControlError(f"no answer from the guardian: {error.strerror or error}{withdrawn}")
