"""Trainings of this user that tuimon did not launch: processes that look like one, by /proc.

What counts is that a Python writes an event file, or has loaded torch. Of a tree of such processes,
as of a launcher with its ranks or a training with its data loaders, the uppermost is meant.
"""

import os
import re
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tuimon.runs.process import parent_pid, start_ticks

_PYTHON = re.compile(r"(python|pypy)[\d.]*")
_TORCH = re.compile(rb"/libtorch(_cpu|_python)?\.so")
_GPUS = ("/dev/nvidia", "/dev/kfd")
_OWN = b"\0TUIMON_COMPANION="
"""In the environment of guardians, and of what they start but the training."""
_MOST_BYTES = 4 << 20


class StrayTraining(NamedTuple):
    """A process that may be worth watching."""

    pid: int
    command: tuple[str, ...]
    cwd: str
    started_at: float
    """Unix s."""
    logdir: str = ""
    """Where it, or a process below it, has an event file open that it writes."""
    on_gpu: bool = False
    """Whether one of these has a GPU open."""


class _Evidence(NamedTuple):
    logdir: str
    on_gpu: bool


def find_strays(known: Collection[int] = ()) -> list[StrayTraining]:
    """Those of this user on this host, the newest first; what is below a guardian, or below the
    PIDs that are `known`, is none. Empty where there is no /proc."""
    found: dict[int, _Evidence] = {}
    for pid in _own_pythons():
        evidence = _evidence(pid)
        if evidence is not None and not _is_ours([pid, *_ancestors(pid)], known):
            found[pid] = evidence
    tops: dict[int, list[_Evidence]] = {}
    for pid, evidence in found.items():
        top = next((above for above in reversed(_ancestors(pid)) if above in found), pid)
        tops.setdefault(top, []).append(evidence)
    strays = (_stray(pid, evidence) for pid, evidence in tops.items())
    return sorted(filter(None, strays), key=lambda stray: -stray.started_at)


def _own_pythons() -> Iterator[int]:
    user, own = os.geteuid(), {os.getpid(), *_ancestors(os.getpid())}
    with suppress(OSError):
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                pid = int(entry.name) if entry.name.isdigit() else 0
                if pid and pid not in own and entry.stat().st_uid == user and _is_python(entry):
                    yield pid


def _is_python(process: Path) -> bool:
    program = os.fsdecode(_start_of(process / "cmdline").partition(b"\0")[0])
    return any(
        _PYTHON.fullmatch(Path(path).name) is not None
        for path in (program, os.path.realpath(process / "exe"))
    )


def _evidence(pid: int) -> _Evidence | None:
    process = Path(f"/proc/{pid}")
    logdir, on_gpu = "", False
    with suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with suppress(OSError):
                target = str(descriptor.readlink())
                on_gpu |= target.startswith(_GPUS)
                if "tfevents" in target and _writes(process / "fdinfo" / descriptor.name):
                    logdir = str(Path(target).parent)
    maps = b"" if logdir else _start_of(process / "maps")
    return _Evidence(logdir, on_gpu) if logdir or _TORCH.search(maps) else None


def _writes(info: Path) -> bool:
    """Whether something is written by a descriptor: proc(5), flags in octal."""
    flags = re.search(rb"^flags:\s*([0-7]+)", _start_of(info), re.MULTILINE)
    return flags is not None and int(flags[1], 8) & (os.O_WRONLY | os.O_RDWR) != 0


def _ancestors(pid: int) -> list[int]:
    """From the parent up."""
    found: list[int] = []
    above = parent_pid(pid)
    while above and above not in found:
        found.append(above)
        above = parent_pid(above)
    return found


def _is_ours(processes: Collection[int], known: Collection[int]) -> bool:
    return any(
        pid in known or _OWN in b"\0" + _start_of(Path(f"/proc/{pid}/environ")) for pid in processes
    )


def _stray(pid: int, evidence: Collection[_Evidence]) -> StrayTraining | None:
    process = Path(f"/proc/{pid}")
    ticks = start_ticks(pid)
    command = _start_of(process / "cmdline").rstrip(b"\0").split(b"\0")
    try:
        uptime = float(Path("/proc/uptime").read_text().split()[0])
        cwd = str((process / "cwd").readlink())
    except (OSError, ValueError):
        return None
    if ticks is None:
        return None
    return StrayTraining(
        pid,
        tuple(map(os.fsdecode, command)),
        cwd,
        time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK"),
        next((one.logdir for one in evidence if one.logdir), ""),
        any(one.on_gpu for one in evidence),
    )


def _start_of(path: Path) -> bytes:
    """What a file of /proc holds; nothing where it may not be read."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError:
        return b""
