"""Programs that run a training as tasks of their own and do not pass on what they are sent.

- ``srun`` (Slurm) keeps the first SIGINT to itself, and at SIGTERM, as at a second SIGINT, kills
  its step. The step is found by the PID of its srun, and Slurm sends the signal to its tasks.
- ``mpirun`` (Open MPI, and what is called the same) answers both with SIGTERM to its ranks and,
  a second later, SIGKILL. Its ranks here are sent the signal themselves; those elsewhere end when
  these do.
- ``docker run -t``, ``podman run -t`` and ``ssh -t`` pass on keys, and SIGINT ends them alone: for
  it, Ctrl-C is typed. Without ``-t`` containers get every signal (``--sig-proxy``).

torchrun, accelerate, deepspeed and shells pass on, or share the group of, what they run.
"""

import os
import signal
import termios
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tuimon.guardian.child import Child
from tuimon.guardian.descendants import training_processes
from tuimon.guardian.log import log
from tuimon.runs.process import parent_pid

_MPI = {"mpirun", "mpiexec", "orterun", "prterun"}
_NO_RANKS = {"orted", "prted", "ssh", "srun", "hydra_pmi_prox", "hydra_bstrap_p"}
"""What such a launcher runs besides; names as the kernel cuts them (TASK_COMM_LEN)."""
_KEYS = {"docker", "podman", "nerdctl", "ssh", "kubectl"}

_SIGNAL_STEP = r"""
of_srun="s/^StepId=\([^ ]*\) .*SrunHost:Pid=$2[^ :]*:$3\( .*\)*\$/\1/p"
for step in $(scontrol -o show steps | sed -n "$of_srun")
do scancel --signal="$1" "$step" && found=yes
done
test "$found" || kill -s "$1" "$3"
"""
"""Without a step there are no tasks yet: srun waits for its allocation, and takes it for itself."""


class _ProgramProcess(NamedTuple):
    pid: int
    parent: int | None
    name: str


def deliver(child: Child, number: int) -> bool:
    """Send a signal to the tasks of all launchers in the training.

    Returns whether the training's first process is one: it is then not to be sent it, too.
    """
    processes = _processes()
    with_steps = _with_steps(processes)
    found = False
    for process in processes:
        if process.pid in with_steps:
            _signal_step(process.pid, number)
        elif process.name in _MPI:
            _signal_ranks(process.pid, processes, number)
        elif process.name in _KEYS and number == signal.SIGINT and _takes_keys(child):
            with suppress(OSError):
                os.write(child.master, b"\x03")
        else:
            continue
        found = found or process.pid == child.pid
    return found


def sruns() -> set[int]:
    """PIDs of each srun in the training that has a step; it ends by itself after its tasks."""
    return _with_steps(_processes())


def tasks_catch(number: int, mark: str) -> bool:
    """Whether tasks of an srun on this host, outside of its tree, have a handler for a signal.

    `mark` is a part of the training's environment that nobody else has. Python itself handles
    SIGINT, which says nothing; a handler for SIGTERM is one of the script's own.
    """
    own = {os.getpid(), *training_processes()}
    return any(
        catches(pid, number)
        for pid in (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))
        if pid not in own and mark.encode() in _read(pid, "environ")
    )


def catches(pid: int, number: int, field: str = "SigCgt") -> bool:
    """Whether a process handles a signal or, with `field` ``SigIgn``, ignores it (proc(5))."""
    for line in _read(pid, "status").splitlines():
        name, _, mask = line.partition(b":")
        if name == field.encode():
            return bool(int(mask, 16) >> (number - 1) & 1)
    return False


def _processes() -> list[_ProgramProcess]:
    return [_ProgramProcess(pid, parent_pid(pid), _name(pid)) for pid in training_processes()]


def _with_steps(processes: list[_ProgramProcess]) -> set[int]:
    """An srun may have another one below it, which only watches it."""
    found = {process.pid: process.parent for process in processes if process.name == "srun"}
    return {pid for pid, parent in found.items() if parent not in found}


def _signal_step(pid: int, number: int) -> None:
    """Have Slurm send the signal, in a process that nobody waits for."""
    host = os.uname().nodename.partition(".")[0]
    name = signal.Signals(number).name.removeprefix("SIG")
    command = ["sh", "-c", _SIGNAL_STEP, "sh", name, host, str(pid)]
    try:
        os.posix_spawnp(
            "sh", command, os.environ, setsid=True, setsigdef=signal.valid_signals() - {9, 19}
        )
    except OSError as error:
        log(f"the step of srun cannot be signalled: {error}")


def _signal_ranks(launcher: int, processes: list[_ProgramProcess], number: int) -> None:
    below = {launcher}
    for process in processes:  # parents come first
        if process.parent in below:
            below.add(process.pid)
            if process.name not in _NO_RANKS:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(process.pid, number)


def _takes_keys(child: Child) -> bool:
    """Whether a program has the terminal pass on Ctrl-C instead of making SIGINT of it."""
    try:
        return not termios.tcgetattr(child.master)[3] & termios.ISIG
    except (OSError, termios.error):
        return False


def _name(pid: int) -> str:
    return _read(pid, "comm").decode(errors="replace").strip()


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
