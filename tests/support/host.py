"""A machine to run the real `tuimon` on."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil

from support.terminal import Terminal
from support.waiting import wait_until
from tuimon.cli.shared.common import run_document
from tuimon.runs.paths import RunPaths
from tuimon.runs.registry import list_runs

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

    def newest(self) -> dict[str, Any] | None:
        """What that tells of the newest run, looked at from here: to be asked again and again."""
        with patch.dict(os.environ, TUIMON_HOME=self.env["TUIMON_HOME"]):
            runs = list_runs()
        return run_document(runs[0]) if runs else None

    def wait_for_state(self, *states: str, timeout: float = 60) -> dict[str, Any]:
        """The newest run, once it is in one of these states."""
        return self.wait_for_run(lambda run: run["state"] in states, timeout)

    def wait_for_run(
        self, condition: Callable[[dict[str, Any]], object], timeout: float = 60
    ) -> dict[str, Any]:
        """The newest run, once it fulfils the condition."""

        def fulfils() -> dict[str, Any] | None:
            run = self.newest()
            return run if run is not None and condition(run) else None

        return wait_until(fulfils, timeout)

    def wait_for_output(self, text: str, timeout: float = 20) -> None:
        """Wait until the newest run has printed `text`."""

        def printed() -> bool:
            run = self.newest()
            log = None if run is None else RunPaths(Path(run["directory"])).console_log
            return log is not None and log.exists() and text in log.read_text(errors="replace")

        wait_until(printed, timeout)

    def wait_for_end(self, timeout: float = 60) -> dict[str, Any]:
        """The newest run, once it has ended and its guardian, recorder and mirror are gone."""
        self.wait_for_state("finished", "stopped", "failed", "killed", "lost", timeout=timeout)
        wait_until(lambda: not self.processes(), timeout, 0.1)
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
