"""Trainings under guardians of their own, without the command line."""

import os
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from support.waiting import wait_until
from tuimon.guardian.client import ControlClient
from tuimon.guardian.descendants import COMPANION_VARIABLE
from tuimon.guardian.launch import start_guardian
from tuimon.runs.paths import RunPaths, new_run_directory
from tuimon.runs.process import boot_id, is_alive, machine_id
from tuimon.runs.record import MirrorOptions, RunRecord, read_record, write_record

WAIT_FOR_A_SIGNAL = "import time; print('ready', flush=True); time.sleep(60)"


class Training:
    """A command under a guardian of its own."""

    def __init__(
        self,
        *command: str,
        cwd: Path | str = "/",
        prefix: tuple[str, ...] = (),
        **fields: Any,
    ) -> None:
        self.paths: RunPaths = new_run_directory("test")
        write_record(
            self.paths.run_json,
            RunRecord(
                id=self.paths.id,
                name="test",
                host=socket.gethostname(),
                machine_id=machine_id(),
                boot_id=boot_id(),
                argv=command,
                command=command,
                cwd=str(cwd),
                mirror=MirrorOptions(mode="off"),
                started_at=time.time(),
                **fields,
            ),
        )
        start_guardian(self.paths, prefix)
        self.control = ControlClient(self.paths)

    @classmethod
    def of(cls, script: str, *args: str, **fields: Any) -> "Training":
        """Run a Python script."""
        return cls(sys.executable, "-S", "-c", script, *args, **fields)

    @property
    def record(self) -> RunRecord:
        # Some file systems (FUSE) have no file for a moment while it is replaced.
        return wait_until(lambda: read_record(RunRecord, self.paths.run_json), 5)

    @property
    def output(self) -> str:
        return self.paths.console_log.read_text().replace("\r\n", "\n")

    @property
    def guardian(self) -> psutil.Process:
        assert self.record.guardian is not None
        return psutil.Process(self.record.guardian.pid)

    @property
    def child(self) -> psutil.Process:
        assert self.record.child is not None
        return psutil.Process(self.record.child.pid)

    def wait_for_output(self, text: str) -> None:
        wait_until(lambda: text in self.output, 10)

    def wait_for_end(self, timeout: float = 10) -> RunRecord:
        wait_until(lambda: self.record.state.ended, timeout)
        return self.record

    def wait_for_guardian(self, timeout: float = 15) -> None:
        """Wait until nothing of the run is left."""
        guardian = self.record.guardian
        assert guardian is not None
        wait_until(lambda: not is_alive(guardian, self.record.boot_id), timeout)


def pump_of(training: Training) -> psutil.Process | None:
    """The fork of the guardian that empties the terminal, if there is one at the moment."""
    return next(iter(pumps_of(training.guardian)), None)


def pumps_of(guardian: psutil.Process) -> list[psutil.Process]:
    """The forks of a guardian but the one that leads the training's session; seldom more than one,
    such as a recorder that is being started."""
    found = []
    for child in guardian.children():
        with suppress(psutil.Error, ProcessLookupError):  # it has just ended
            if child.cmdline() == guardian.cmdline() and os.getsid(child.pid) != child.pid:
                found.append(child)
    return found


def training_processes_of(guardian: psutil.Process) -> list[psutil.Process]:
    """Everything below the guardian but the recorder."""
    return [
        process
        for process in guardian.children(recursive=True)
        if COMPANION_VARIABLE not in process.environ()
    ]
