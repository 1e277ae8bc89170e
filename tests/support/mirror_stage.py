"""Where one way of a training to W&B is played: a project, a state directory, a server."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from support.host import TUIMON, Host
from support.mirror_truth import (
    EXIT_CODE,
    TRAINING,
    Launch,
    Training,
)
from support.waiting import wait_until
from support.wandb_server import WandbServer, online


class Stage:
    """A machine with a server, where one way is played."""

    def __init__(self, directory: Path, server: WandbServer) -> None:
        self.project = directory / "project"
        self.told = directory / "told"
        for path in (self.project, self.told, directory / "home"):
            path.mkdir(parents=True)
        self.server = server
        self.settings = online(server) | {
            "WANDB_ERROR_REPORTING": "false",
            "WANDB_X_STATS_SAMPLING_INTERVAL": "1",
        }
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("WANDB_", "TUIMON_", "PYTHON"))
        }
        self.host = Host(
            directory / "home",
            self.project,
            environment
            | self.settings
            | {
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "TUIMON_HOME": str(directory / "home"),
                "TUIMON_CONFIG": str(directory / "config.toml"),
                "NETRC": str(directory / "netrc"),
                "WANDB_CONFIG_DIR": str(directory / "settings"),
                "TOLD": str(self.told),
            },
        )
        self.host.script(TRAINING, "train.py")

    def run(self, *args: str, wait: bool = True, options: Sequence[str] = ()) -> None:
        """Launch the script under tuimon, and wait for its end."""
        done = self.host.run("run", "--detach", *options, "train.py", *args)
        assert done.returncode == 0, done.stderr
        if wait:
            self.host.wait_for_end(180)

    def sync(self) -> None:
        done = self.host.run("sync", "--all", timeout=300)
        assert done.returncode == 0, done.stderr

    def alone(self, *args: str, **env: str) -> None:
        """The script with `wandb.init(sync_tensorboard=True)`."""
        self.popen(*args, "--wandb", **env).wait(180)

    def popen(
        self,
        *args: str,
        output: Path = Path(os.devnull),
        command: Sequence[str] = (sys.executable, "train.py"),
        **env: str,
    ) -> "subprocess.Popen[bytes]":
        """The script as such."""
        with output.open("ab") as file:
            return subprocess.Popen(
                [*command, *args],
                cwd=self.project,
                env=self.host.env | env,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.DEVNULL,
            )

    def tuimon(self, *args: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [TUIMON, *args],
            cwd=self.project,
            env=self.host.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait_for_all(self, launches: int) -> None:
        def have_ended() -> bool:
            told = [path.read_text() for path in self.told.glob("*.json")]
            return sum('"ended"' in one for one in told) == launches

        wait_until(have_ended, 180, 0.2)
        self.host.wait_for_end(180)

    def launches(self) -> list[dict[str, Any]]:
        """What the script told, launch by launch; one that was killed has printed to its end."""
        found = []
        for path in sorted(self.told.glob("*.json")):
            lines = path.with_suffix(".lines")
            told = {"ended": lines.stat().st_mtime} | json.loads(path.read_text())
            found.append(told | {"lines": lines.read_text().splitlines()})
        return found

    def training(
        self,
        *directories: tuple[str, str],
        lr: float = 0.1,
        launches: slice = slice(None),
        files: str = "*tfevents*",
    ) -> Training:
        """What a training had whose directories have these prefixes at W&B."""
        told = self.launches()[launches]
        found = Training(
            lr=lr,
            launches=[Launch(one["began"], one["ended"]) for one in told],
            output=[line for one in told for line in one["lines"]],
            config={"lr": lr, "depth": 3},
            exit_code=EXIT_CODE,
        )
        for directory, prefix in directories or [("runs", "")]:
            found.read(self.project / directory, prefix, files)
        return found
