"""The user's own ssh: how it is called, and what it has to ask before a screen is open.

Keys, agents, jump hosts and second factors are as in the user's ``ssh_config``. The first
connection is made in the foreground, so that ssh itself asks at the terminal for a password or
about the key of a host; nothing that is typed passes through tuimon. It stays open as a master
(``ControlMaster``), the user's own where they have set one up, and later connections go through it.
"""

import hashlib
import os
import shutil
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

from tuimon.places.remote_place import PlaceError, RemotePlace
from tuimon.places.sftp_files import last_words
from tuimon.text import safe

_MASTER_SECONDS = 600
"""For which a connection stays that nobody uses: the next command asks for no password."""
_PATIENCE = (
    "-o",
    "ConnectTimeout=15",
    "-o",
    "ServerAliveInterval=5",
    "-o",
    "ServerAliveCountMax=3",
)
_HELD_SECONDS = 0.2
"""For which a line is held back that may be the last one."""
_ADVICE = {
    "host key verification failed": "its key is not known, or has changed: ssh {} tells",
    "permission denied": "ssh {} must work first",
    "subsystem request failed": "its sshd has no Subsystem sftp",
    "not known": "no host of that name, nor a Host of your ssh_config",
}


class UnreachableError(PlaceError):
    """There is no way to a host now, and may be one later."""


def sftp_command(place: RemotePlace, *, shared: bool) -> list[str]:
    """What speaks SFTP with a place, and asks nothing; through a master if it is `shared`."""
    control = _control(place) if shared else ["-o", "ControlPath=none"]
    return _ssh(place, *control, "-o", "BatchMode=yes")


def login(place: RemotePlace) -> None:
    """Connect once, in the foreground.

    Raises:
        PlaceError: it cannot be; UnreachableError: not now.
    """
    if shutil.which("ssh") is None:
        raise PlaceError(f"{place.short}: there is no ssh here: install openssh-client")
    options = _control(place, begin=True)
    if not sys.stdin or not sys.stdin.isatty():
        options += ["-o", "BatchMode=yes"]
    # Not stdin, for ssh asks at the terminal itself: so the SFTP there ends at once.
    process = subprocess.Popen(
        _ssh(place, *options),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        bufsize=0,
    )
    assert process.stderr is not None
    lines = _ErrorLines(process.stderr)
    while (code := _code_within(process, _HELD_SECONDS)) is None:
        lines.show()
    lines.end()
    if code:
        lines.show(but_the_last=True)
        why = lines.last or f"ssh ended with code {code}"
        is_refused = any(words in why.lower() for words in _ADVICE)
        kind = PlaceError if is_refused else UnreachableError
        raise kind(f"{place.short}: {advised(why, place)}")


def _code_within(process: "subprocess.Popen[bytes]", seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


class _ErrorLines:
    """What ssh says before one is logged in: a banner tells what to do, the last line why not."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._lines: list[str] = []
        self._shown = 0
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    @property
    def last(self) -> str:
        """The last line that says something."""
        return last_words("\n".join(self._lines).encode())

    def show(self, *, but_the_last: bool = False) -> None:
        """Pass on what has come."""
        end = len(self._lines) - but_the_last
        for line in self._lines[self._shown : end]:
            print(line, file=sys.stderr)
        self._shown = max(end, self._shown)

    def end(self) -> None:
        """Wait for the rest, not long: a master may keep the pipe open."""
        self._reading.join(_HELD_SECONDS)

    def _read(self) -> None:
        with suppress(OSError, ValueError):
            for line in self._pipe:
                self._lines.append(safe(line.decode(errors="replace").rstrip()))


def advised(why: str, place: RemotePlace) -> str:
    """What ssh said, safe, and what to do about it where that is known."""
    port = f"-p {place.port} " if place.port else ""
    for words, advice in _ADVICE.items():
        if words in why.lower():
            return f"{safe(why.rstrip('.'))}: {advice.format(safe(port + place.host))}"
    return safe(why)


def _ssh(place: RemotePlace, *options: str) -> list[str]:
    port = ["-p", str(place.port)] if place.port else []
    return ["ssh", "-T", *_PATIENCE, *options, *port, "-s", "--", place.host, "sftp"]


def _control(place: RemotePlace, *, begin: bool = False) -> list[str]:
    """Options of the connection that is shared: the user's own way, or one of ours."""
    own = _own_control(place)
    if own is not None:
        return own
    path = ["-o", f"ControlPath={_sockets() / _digest(place)}"]
    master = ["-o", "ControlMaster=auto", "-o", f"ControlPersist={_MASTER_SECONDS}"]
    return path + (master if begin else ["-o", "ControlMaster=no"])


def _own_control(place: RemotePlace) -> list[str] | None:
    """No options where the user's configuration shares connections by itself, or there is one."""
    port = ["-p", str(place.port)] if place.port else []
    told = subprocess.run(
        ["ssh", "-G", *port, "--", place.host], capture_output=True, text=True, errors="replace"
    )
    settings = dict(line.partition(" ")[::2] for line in told.stdout.splitlines())
    if settings.get("controlpath", "none") == "none":
        return None
    if settings.get("controlmaster") in ("auto", "autoask", "true", "ask") and (
        settings.get("controlpersist", "no") != "no"
    ):
        return []
    check = ["ssh", "-O", "check", *port, "--", place.host]
    return [] if subprocess.run(check, capture_output=True).returncode == 0 else None


def _digest(place: RemotePlace) -> str:
    return hashlib.sha256(f"{place.host}:{place.port}".encode()).hexdigest()[:16]


def _sockets() -> Path:
    """A directory of this user's alone, whose path is short enough for sockets.

    Raises:
        PlaceError: somebody else has it.
    """
    base = os.environ.get("XDG_RUNTIME_DIR")
    path = Path(base, "tuimon") if base else Path("/tmp", f"tuimon-{os.getuid()}")
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        status = path.lstat()
    except OSError as error:
        raise PlaceError(f"{path}: {error.strerror}") from None
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise PlaceError(f"{path}: not a directory of yours alone")
    return path
