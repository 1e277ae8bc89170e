"""Whether a training waits for somebody to type, as ``input()`` and pdb do."""

import os
import termios
from contextlib import suppress
from pathlib import Path

_MOST_PROCESSES = 64

# Numbers of system calls (asm/unistd.h of the architecture).
_READ, _WAITS = {
    "x86_64": (0, {7, 23, 270, 271, 232, 281}),  # poll select pselect6 ppoll epoll_*wait
    "aarch64": (63, {72, 73, 22}),  # pselect6 ppoll epoll_pwait
}.get(os.uname().machine, (-1, set()))


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
