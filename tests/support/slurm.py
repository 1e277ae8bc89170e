"""A real Slurm on this machine, with a munge and a configuration of its own: one node, eight CPUs.

Of Debian's slurm-wlm and munge; needs root.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from support.waiting import wait_until

_CONFIGURATION = """
ClusterName=tuimon
SlurmctldHost={host}
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={directory}/munge.sock
StateSaveLocation={directory}/state
SlurmdSpoolDir={directory}/spool
SlurmctldPidFile={directory}/slurmctld.pid
SlurmdPidFile={directory}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
KillWait=20
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
SlurmdParameters=config_overrides
NodeName={host} CPUs=8 Boards=1 SocketsPerBoard=1 CoresPerSocket=8 ThreadsPerCore=1 \
RealMemory=4000 State=UNKNOWN
PartitionName=low Nodes={host} Default=YES MaxTime=60 State=UP PriorityTier=1 \
PreemptMode=REQUEUE GraceTime=4
PartitionName=high Nodes={host} MaxTime=60 State=UP PriorityTier=10 PreemptMode=OFF
DefMemPerCPU=100
"""
_PROGRAMS = ("munged", "slurmctld", "slurmd", "srun", "sbatch", "scancel", "scontrol")


class Slurm:
    """The commands of one that is up; `environment` is what they and their jobs need."""

    def __init__(self, configuration: Path) -> None:
        self.environment = {"SLURM_CONF": str(configuration)}

    def run(self, *command: str, **environment: str) -> str:
        """What a command prints; it has to succeed."""
        done = subprocess.run(
            command,
            env={**os.environ, **self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def is_idle(self) -> bool:
        """Whether the node can take a job."""
        done = subprocess.run(
            ["sinfo", "-h", "-o", "%T"],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
        )
        return "idle" in done.stdout

    def state(self, job: str) -> str:
        """As Slurm calls it: RUNNING, PENDING, COMPLETED …"""
        fields = self.run("scontrol", "-o", "show", "job", job).split()
        return next(field for field in fields if field.startswith("JobState=")).partition("=")[2]

    def is_over(self, job: str) -> bool:
        """Whether it will not run any more, and nothing of it does."""
        return self.state(job) not in ("RUNNING", "PENDING", "COMPLETING", "CONFIGURING")


@contextmanager
def slurm(directory: Path) -> Iterator[Slurm]:
    """A Slurm whose files are in `directory`; skips the test where there can be none."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if os.getuid() != 0 or missing:
        pytest.skip(f"needs root, slurm-wlm and munge; missing: {' '.join(missing) or 'root'}")
    for name in ("state", "spool"):
        (directory / name).mkdir(parents=True)
    key = directory / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o600)
    configuration = directory / "slurm.conf"
    configuration.write_text(
        _CONFIGURATION.format(
            host=socket.gethostname().partition(".")[0],
            directory=directory,
            controller=_free_port(),
            node=_free_port(),
        )
    )
    munge = [
        *("munged", "--foreground", "--force", f"--key-file={key}", "--num-threads=2"),
        *(f"--{name}-file={directory}/munge.{name}" for name in ("pid", "log", "seed")),
        f"--socket={directory}/munge.sock",
    ]
    with ExitStack() as stack:
        for command in (munge, ["slurmctld", "-D"], ["slurmd", "-D", "-c"]):
            stack.enter_context(_running(command, configuration, directory))
            if command is munge:
                wait_until((directory / "munge.sock").exists)
        found = Slurm(configuration)
        wait_until(found.is_idle, 30, 0.2)
        yield found


@contextmanager
def _running(command: list[str], configuration: Path, directory: Path) -> Iterator[None]:
    with (directory / f"{Path(command[0]).name}.out").open("wb") as output:
        process = subprocess.Popen(
            command,
            env=os.environ | {"SLURM_CONF": str(configuration)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
