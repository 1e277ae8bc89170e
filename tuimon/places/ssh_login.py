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
_ADVICE = {
    "host key verification failed": "its key is not known, or has changed: ssh {} tells",
    "permission denied": "ssh {} must work first",
    "subsystem request failed": "its sshd has no Subsystem sftp",
    "could not resolve": "no host of that name, nor a Host of your ssh_config",
}


def sftp_command(place: RemotePlace, *, shared: bool) -> list[str]:
    """What speaks SFTP with a place, and asks nothing; through a master if it is `shared`."""
    control = _control(place) if shared else ["-o", "ControlPath=none"]
    return _ssh(place, *control, "-o", "BatchMode=yes")


def login(place: RemotePlace) -> None:
    """Connect once, in the foreground.

    Raises:
        PlaceError: it cannot be.
    """
    if shutil.which("ssh") is None:
        raise PlaceError(f"{place.short}: there is no ssh here: install openssh-client")
    options = _control(place, begin=True)
    if not sys.stdin or not sys.stdin.isatty():
        options += ["-o", "BatchMode=yes"]
    # Not stdin, for ssh asks at the terminal itself: so the SFTP there ends at once.
    with subprocess.Popen(
        _ssh(place, *options),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        said = bytearray()
        passing = threading.Thread(target=_pass_on, args=(process.stderr, said), daemon=True)
        passing.start()
        code = process.wait()
        passing.join(0.2)  # a master may keep it open
        os.set_blocking(process.stderr.fileno(), False)
    if code:
        why = last_words(bytes(said)) or f"ssh ended with code {code}"
        raise PlaceError(f"{place.short}: {advised(why, place)}")


def advised(why: str, place: RemotePlace) -> str:
    """What ssh said, safe, and what to do about it where that is known."""
    port = f"-p {place.port} " if place.port else ""
    for words, advice in _ADVICE.items():
        if words in why.lower():
            return f"{safe(why)}: {advice.format(safe(port + place.host))}"
    return safe(why)


def _pass_on(pipe: IO[bytes], said: bytearray) -> None:
    """Show what ssh says before one is logged in: a banner may tell what to do."""
    with suppress(OSError, ValueError):
        for line in pipe:
            said += line
            sys.stderr.write(f"{safe(line.decode(errors='replace').rstrip())}\n")


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
