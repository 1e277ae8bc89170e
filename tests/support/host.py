"""A machine to run the real `tuimon` on."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from support.terminal import Terminal
from support.waiting import wait_until

TUIMON = str(Path(sys.executable).parent / "tuimon")
DEMO = str(Path(__file__).parents[2] / "demo" / "train.py")

WRITER = """
import sys, time
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

def write(directory, steps, tags=("loss", "lr"), pause=0.02):
    writer = EventFileWriter(directory)
    for step in range(steps):
        for tag in tags:
            summary = Summary(value=[Summary.Value(tag=tag, simple_value=step / 3)])
            writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))
        time.sleep(pause)
    writer.close()

"""
"""The beginning of a training script that logs scalars, without torch: that takes seconds."""


class Host:
    """A machine with tuimon on it: one state directory, one project directory."""

    def __init__(
        self, home: Path, project: Path, environment: Mapping[str, str] = os.environ
    ) -> None:
        self.home = home
        self.project = project
        self.env = {
            **environment,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
        }

    def run(
        self, *args: str, timeout: float = 60, **env: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run `tuimon ARGS` without a terminal, to its end."""
        return subprocess.run(
            [TUIMON, *args],
            cwd=self.project,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=timeout,
        )

    def terminal(
        self,
        *args: str,
        columns: int = 120,
        rows: int = 40,
        rate: float | None = None,
        program: Sequence[str] = (TUIMON,),
        **env: str,
    ) -> Terminal:
        """Run `tuimon ARGS`, or another program, in a terminal; `rate` is its link's bytes/s."""
        return Terminal(
            [*program, *args],
            cwd=self.project,
            env={**self.env, **env},
            columns=columns,
            rows=rows,
            rate=rate,
        )

    def script(self, text: str, name: str = "script.py") -> str:
        """Write a training script into the project; returns its name."""
        (self.project / name).write_text(text)
        return name

    def runs(self) -> list[dict[str, Any]]:
        """What `tuimon ls --json` tells, newest first."""
        listed = self.run("ls", "--json")
        assert listed.returncode == 0, listed.stderr
        found: list[dict[str, Any]] = json.loads(listed.stdout)
        return found

    def wait_for_state(self, *states: str, timeout: float = 60) -> dict[str, Any]:
        """The newest run, once it is in one of these states."""
        return wait_until(
            lambda: next((run for run in self.runs()[:1] if run["state"] in states), None), timeout
        )

    def wait_for_end(self, timeout: float = 60) -> dict[str, Any]:
        """The newest run, once it has ended and its guardian, recorder and mirror are gone."""
        self.wait_for_state("finished", "stopped", "failed", "killed", "lost", timeout=timeout)
        wait_until(lambda: not self.processes(), timeout)
        return self.runs()[0]

    def kill_all(self) -> None:
        """Leave nothing running."""
        for process in self.processes():
            with suppress(psutil.Error):
                process.kill()

    def processes(self) -> list[psutil.Process]:
        """Every process that belongs to this host's runs."""
        found = []
        for process in psutil.process_iter():
            try:
                if (
                    process.environ().get("TUIMON_HOME") == str(self.home)
                    and process.pid != os.getpid()
                ):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def command_lines(self) -> list[list[str]]:
        """Those of all processes that are alive: one that has just ended has none any more."""
        found = []
        for process in self.processes():
            with suppress(psutil.Error):
                found.append(process.cmdline())
        return found
