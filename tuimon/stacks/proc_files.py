"""What the kernel tells of a process (proc(5)); nothing where there is no such process."""

from pathlib import Path


def read_proc(pid: int, name: str) -> bytes:
    """``/proc/PID/NAME``; empty where it cannot be read."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def proc_status(pid: int, name: str = "status") -> dict[str, str]:
    """The fields of ``/proc/PID/status``, or of a thread's."""
    lines = read_proc(pid, name).decode(errors="replace").splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
