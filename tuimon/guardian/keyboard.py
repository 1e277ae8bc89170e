"""The keyboard of the training's terminal: one viewer at a time may type and set the size.

And whether the training waits for somebody who types (`waits_for_input`).
"""

import os
import termios
from contextlib import suppress
from pathlib import Path
from typing import Any

from tuimon.guardian.control import RequestError

_LONGEST_NAME = 80
_MOST_CELLS = 1000
_MOST_PROCESSES = 64
# Numbers of system calls (asm/unistd.h of the architecture).
_READ, _WAITS = {
    "x86_64": (0, {7, 23, 270, 271, 232, 281}),  # poll select pselect6 ppoll epoll_*wait
    "aarch64": (63, {72, 73, 22}),  # pselect6 ppoll epoll_pwait
}.get(os.uname().machine, (-1, set()))


class Keyboard:
    """Held by at most one client, from its request until it leaves or another takes it.

    Passive viewers never resize the terminal: what is printed shall not be wrapped to somebody's
    telephone. The size that the last holder has set stays.
    """

    def __init__(self, master: int) -> None:
        self._master = master
        self._client: int | None = None
        self.holder: str | None = None
        """How the client that holds it calls itself."""
        self.size: tuple[int, int] | None = None
        """Rows and columns, once a holder has set them."""

    def hold(self, client: int, request: dict[str, Any]) -> None:
        """Give it to `client`; from another one only if the request says ``take``."""
        if self._client not in (None, client) and request.get("take") is not True:
            raise RequestError(f"the console is held by {self.holder}")
        self._client = client
        self.holder = str(request.get("who", "somebody"))[:_LONGEST_NAME]

    def write(self, client: int, text: str) -> bool:
        """Type `text`; whether the terminal makes SIGINT of it.

        Raises:
            RequestError: the terminal takes no more.
        """
        self._check(client)
        data = text.encode(errors="surrogateescape")
        interrupts = self._makes_sigint(data)
        try:
            written = os.write(self._master, data)
        except BlockingIOError:
            written = 0
        except OSError as error:
            raise RequestError(f"the terminal is gone: {error.strerror}") from error
        if written < len(data):
            raise RequestError("the training does not read what is typed; some of it was dropped")
        return interrupts

    def resize(self, client: int, rows: int, columns: int) -> None:
        """Set the size of the terminal; the training gets SIGWINCH."""
        self._check(client)
        if not (0 < rows <= _MOST_CELLS and 0 < columns <= _MOST_CELLS):
            raise RequestError(f"a terminal of {rows}x{columns} cells is none")
        termios.tcsetwinsize(self._master, (rows, columns))
        self.size = rows, columns

    def left(self, client: int) -> None:
        """`client` has gone away, or lets go."""
        if client == self._client:
            self._client = self.holder = None

    def _makes_sigint(self, data: bytes) -> bool:
        """Whether the terminal takes a byte of `data` for Ctrl-C (termios(3): ISIG, VINTR)."""
        _, _, _, local, _, _, characters = termios.tcgetattr(self._master)
        return bool(local & termios.ISIG) and characters[termios.VINTR] in data

    def _check(self, client: int) -> None:
        if client != self._client:
            by = f" by {self.holder}" if self.holder else ""
            raise RequestError(f"the console was taken over{by}")


def waits_for_input(master: int, child: int) -> bool:
    """Whether a foreground process of the terminal sleeps until a line, or a key, is typed.

    In canonical mode that is a read of the terminal; line editors (readline in pdb) switch it off
    while they wait for keys. ``/proc/PID/syscall`` (proc(5)) may be read by an ancestor; where it
    may not, nothing is said.
    """
    try:
        editing = not termios.tcgetattr(master)[3] & termios.ICANON
        foreground = os.tcgetpgrp(master)
    except (OSError, termios.error):
        return False
    return any(_reads(pid, foreground, editing) for pid in _descendants(child))


def _descendants(child: int) -> list[int]:
    """`child` and what is below it, without a look at the rest of the machine."""
    found = [child]
    for pid in found:
        if len(found) > _MOST_PROCESSES:
            break
        with suppress(OSError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            found += [int(number) for number in children.split()]
    return found


def _reads(pid: int, foreground: int, editing: bool) -> bool:
    try:
        if os.getpgid(pid) != foreground:
            return False
        call, *arguments = Path(f"/proc/{pid}/syscall").read_text().split()
        number = int(call)
    except (OSError, ValueError):
        return False  # gone, forbidden, or "running"
    if number == _READ:
        return _is_terminal(pid, int(arguments[0], 16))
    return editing and number in _WAITS


def _is_terminal(pid: int, fd: int) -> bool:
    try:
        target = os.readlink(f"/proc/{pid}/fd/{fd}")  # noqa: PTH115 - a name, not a path
    except OSError:
        return False
    return target.startswith(("/dev/pts/", "/dev/tty"))
