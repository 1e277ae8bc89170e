"""Where runs live on disk.

``$TUIMON_HOME``, else the user's state directory (``~/.local/state/tuimon``), holds
``runs/<host>-<machine>/<run id>/``: hosts that share a home directory never share a folder.
"""

import os
import re
import socket
import time
from pathlib import Path
from typing import NamedTuple

from tuimon.runs.process import machine_id

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_MAX_SLUG, _MOST_SHOWN = 24, 32


class RunPaths(NamedTuple):
    """The files of one run directory; which process writes which is told in `record`."""

    directory: Path

    @property
    def id(self) -> str:
        """The run id, such as ``20261123-0941-train-k3f``."""
        return self.directory.name

    @property
    def run_json(self) -> Path:
        """`RunRecord`, written by the launcher, then by the guardian."""
        return self.directory / "run.json"

    @property
    def recorder_json(self) -> Path:
        """`RecorderRecord`, written by the recorder."""
        return self.directory / "recorder.json"

    @property
    def mirror_json(self) -> Path:
        """`MirrorRecord`, written by the mirror."""
        return self.directory / "mirror.json"

    @property
    def annotation(self) -> Path:
        """`Annotation`, written by whoever looks at the run."""
        return self.directory / "annotation.json"

    @property
    def environment(self) -> Path:
        """Variables at the launch, written by the launcher (see `tuimon.runs.environment`)."""
        return self.directory / "environment.json"

    @property
    def packages(self) -> Path:
        """Versions of the training's packages by name, written by the recorder."""
        return self.directory / "packages.json"

    @property
    def glance(self) -> Path:
        """What lists tell of the event files of a run that has ended, written by viewers."""
        return self.directory / "glance.json"

    @property
    def progress(self) -> Path:
        """How far the training is, written by the recorder (see `tuimon.runs.progress_record`)."""
        return self.directory / "progress.json"

    @property
    def mirror(self) -> Path:
        """The mirror's own files: its lock, its journal, requests to it."""
        return self.directory / "mirror"

    @property
    def logdir_json(self) -> Path:
        """`LogdirRecord`, written by ``tuimon mirror``; there is no run.json then."""
        return self.directory / "logdir.json"

    @property
    def console_log(self) -> Path:
        """Raw bytes of the training's terminal."""
        return self.directory / "console.log"

    @property
    def log(self) -> Path:
        """What guardian, recorder and mirror have to say."""
        return self.directory / "tuimon.log"

    @property
    def control_sock(self) -> Path:
        """The guardian's socket; its path may be longer than a socket address allows."""
        return self.directory / "control.sock"

    @property
    def writers(self) -> Path:
        """Log directories that the training's writers have reported (see `tuimon.hook`)."""
        return self.directory / "writers"

    @property
    def python_path(self) -> Path:
        """Where the training's Python finds its packages, a directory a line, by the same hook."""
        return self.directory / "writers.path"

    @property
    def pythons(self) -> Path:
        """The interpreters that ran in the training, a line each, by the same hook."""
        return self.directory / "writers.pythons"

    @property
    def console_metrics(self) -> Path:
        """Event file of the metrics that the training printed, written by the recorder."""
        return self.directory / "console-metrics"

    @property
    def wandb_metrics(self) -> Path:
        """Event files of what the training logs to W&B runs of its own, written by the recorder."""
        return self.directory / "wandb-metrics"

    @property
    def source(self) -> Path:
        """The script and the uncommitted changes at the launch, as W&B is given them: there when
        the recorder has come to it."""
        return self.directory / "source"

    @property
    def alerts(self) -> Path:
        """What a person should know, written by the recorder (see `tuimon.runs.alerts`)."""
        return self.directory / "alerts.jsonl"

    @property
    def system(self) -> Path:
        """Event file of what the training takes from its machine, written by the recorder."""
        return self.directory / "system"

    @property
    def trials(self) -> Path:
        """Directories of trials with W&B runs of their own, as `tuimon mirror` has them."""
        return self.directory / "trials"

    @property
    def wandb(self) -> Path:
        """Offline W&B files."""
        return self.directory / "wandb"


class NoHomeError(Exception):
    """There is no directory for the state; the message is one line."""


def state_home() -> Path:
    """The directory that holds all state: ``$TUIMON_HOME``, else the user's state directory.

    Raises:
        NoHomeError: it is below the home directory of a user who has none, as in a container.
    """
    override = os.environ.get("TUIMON_HOME")
    try:
        if override:
            return Path(override).expanduser().absolute()
        # Imported here so that the guardian, which knows its directory, needs the stdlib alone.
        from platformdirs import user_state_path

        return user_state_path("tuimon")
    except RuntimeError:
        raise NoHomeError(
            f"user {os.getuid()} has no home directory here: set TUIMON_HOME to a directory for "
            "the runs"
        ) from None


def runs_directory(home: Path | None = None) -> Path:
    """The directory of all hosts' runs; may not exist yet."""
    return (home or state_home()) / "runs"


def host_directory(home: Path | None = None) -> Path:
    """The directory of this host's runs; may not exist yet."""
    host = re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname())
    return runs_directory(home) / f"{host}-{machine_id()[:8]}"


def known_name(shown: str, *told: str) -> str:
    """What a directory is called that is found again by what is `told`; people see `shown`."""
    # Not for the guardian either: see `runs.process`.
    import hashlib

    digest = hashlib.sha256("\0".join(told).encode(errors="surrogateescape")).hexdigest()[:10]
    return f"{_slug(shown)[-_MOST_SHOWN:].strip('-') or 'run'}-{digest}"


def new_run_directory(name: str, home: Path | None = None) -> RunPaths:
    """Create an empty run directory (0700) for a run called `name`.

    The id is the local time, a short form of the name, and three random characters.

    Raises:
        OSError: the directory cannot be created.
    """
    home = home or state_home()
    parent = host_directory(home)
    home.parent.mkdir(parents=True, exist_ok=True)
    for directory in (home, parent.parent, parent):
        directory.mkdir(mode=0o700, exist_ok=True)
    slug = _slug(name)[:_MAX_SLUG].strip("-") or "run"
    stamp = time.strftime("%Y%m%d-%H%M")
    while True:
        suffix = "".join(_BASE32[byte % len(_BASE32)] for byte in os.urandom(3))
        directory = parent / f"{stamp}-{slug}-{suffix}"
        try:
            directory.mkdir(mode=0o700)
        except FileExistsError:
            continue
        return RunPaths(directory)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())
