"""One W&B run, open for rows: the only module, with `media`, that calls wandb."""

import glob
import inspect
import os
import re
import secrets
import string
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tuimon.mirror.destination import git_root
from tuimon.mirror.keys import metric_name, utf8, utf8_below
from tuimon.mirror.run_config import script_config, shown_command
from tuimon.mirror.server import Server
from tuimon.mirror.wandb_records import RecordStream, begin_at
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RunRecord

NEWEST_KNOWN = (0, 32)
"""The newest minor version that the tests were run with, or that makes no difference."""
INIT_TIMEOUT = 20.0
FINISH_TIMEOUT_OFFLINE = 60.0
FINISH_TIMEOUT_ONLINE = 480.0
"""Seconds; the guardian waits ten minutes for everything that follows the end of a training."""

_SOURCES = frozenset(
    {".py", ".pyx", ".ipynb", ".sh", ".yaml", ".yml", ".toml", ".json", ".cu", ".cpp"}
)
_NOT_CODE = frozenset({"__pycache__", "site-packages", "node_modules", "wandb"})
_ID_ALPHABET = string.ascii_lowercase + string.digits
_ID_LENGTH = 8


def new_run_id() -> str:
    """An id like those that wandb makes."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))


def has_key() -> bool:
    """Whether W&B finds a key for its server: in the environment, its settings or the netrc.

    Neither asks nor calls the server. A key that cannot be right raises what wandb raises.
    """
    import wandb

    # In mode offline, which a settings file may say, wandb does not look for keys.
    settings = wandb.setup(settings=wandb.Settings(mode="online")).settings
    if leaves_keys_to_server():
        return _key(settings) is not None
    return bool(wandb.login(prompt=False, verify=False))


def leaves_keys_to_server() -> bool:
    """Whether an old wandb is installed, whose `login` asks the user or calls the server."""
    import wandb

    return "prompt" not in inspect.signature(wandb.login).parameters


def server() -> Server | None:
    """The W&B server and the key for it, once `has_key` was asked; None without a key."""
    import wandb

    settings = wandb.setup().settings
    key = _key(settings)
    return Server(settings.base_url, key) if key else None


def _key(settings: Any) -> str | None:
    """The key in wandb's settings, where older ones do not note what they found in the netrc."""
    if settings.api_key:
        return str(settings.api_key)
    from requests.utils import get_netrc_auth

    found = get_netrc_auth(settings.base_url)
    return found[1] if found else None


def takes_console() -> bool:
    """Whether the installed wandb takes console output that others give it."""
    from wandb.sdk.wandb_run import Run

    return hasattr(Run, "write_logs")


def about_version() -> str | None:
    """What is to be said of the installed wandb: what it is too old for, or that it is new."""
    import wandb

    if not takes_console():
        return f"wandb {wandb.__version__} is too old to take console output; all else is sent"
    numbers = tuple(int(part) for part in re.findall(r"\d+", wandb.__version__)[:2])
    if numbers > NEWEST_KNOWN:
        newest = ".".join(map(str, NEWEST_KNOWN))
        return f"wandb {wandb.__version__} is newer than what tuimon was tested with ({newest})"
    return None


def settings_mode() -> str | None:
    """The mode in W&B's settings files, or None when they do not set one."""
    import wandb

    mode = wandb.setup().settings.mode
    return None if mode in (None, "online") else str(mode)


def teardown() -> None:
    """End wandb-core, which starts anew with the next run."""
    import wandb

    wandb.teardown()


class WandbRun:
    """An open run; rows are numbered by the caller, in ascending order."""

    def __init__(self, run: Any) -> None:
        self._run = run
        self.code_digest: str | None = None
        """What the source files that were sent are known by; None when there were none."""
        self._records = RecordStream(run)
        self._group: str | None = None

    @classmethod
    def open(
        cls,
        record: RunRecord,
        paths: RunPaths,
        *,
        run_id: str,
        online: bool,
        git: Mapping[str, Any],
        origin: float,
        project: str | None = None,
        entity: str | None = None,
    ) -> "WandbRun":
        """Begin or resume the W&B run of a training below `paths`; `git` goes into its config.

        Its system metrics count seconds from `origin` (Unix s); `project` and `entity` are where
        the run is already, if it is anywhere.

        Raises whatever wandb raises, after `INIT_TIMEOUT` seconds at the latest.
        """
        import wandb

        options = record.mirror
        begin_at(origin)
        # The arguments in the run's metadata: wandb takes those of its own process.
        sys.argv = utf8_below(shown_command(record.argv))
        run = wandb.init(
            mode="online" if online else "offline",
            dir=str(paths.directory),
            id=run_id,
            resume="allow" if online else None,
            project=options.project or project or None,
            entity=options.entity or entity or None,
            name=utf8(options.name or os.environ.get("WANDB_NAME") or record.id),
            group=utf8_below(options.group),
            job_type=options.job_type,
            notes=options.notes,
            tags=list(options.tags) or None,
            config=utf8_below(run_config(record, git)),
            settings=_settings(record, online=online),
        )
        opened = cls(run)
        # `init` keeps what the config of a resumed run has, for one.
        opened.update_config(run_config(record, git))
        if not opened.directory.is_relative_to(paths.directory.resolve()):
            opened.finish(0)
            raise OSError(f"W&B cannot write below {paths.directory}")
        return opened

    @property
    def directory(self) -> Path:
        """The run's own directory, below ``wandb/``."""
        return Path(self._run.dir).parent.resolve()

    @property
    def first_row(self) -> int:
        """The row that an online run expects next; 0 offline, where nothing is known."""
        # `run.step` would be 0 after a resume.
        return int(self._run.starting_step or 0)

    @property
    def url(self) -> str | None:
        """Where the run can be looked at; None offline."""
        return self._run.url or None

    @property
    def project(self) -> str | None:
        """The project, as W&B settled it."""
        return self._run.project or None

    @property
    def entity(self) -> str | None:
        """The user or team, as W&B settled it; often None offline."""
        return self._run.entity or None

    def define(self, key: str, step_key: str) -> None:
        """Give a metric its x-axis, if W&B can."""
        name, axis = metric_name(key), metric_name(step_key)
        if name is not None and axis is not None:
            self._run.define_metric(name, step_metric=axis)

    def write(self, rows: Iterable[Mapping[str, float]]) -> None:
        """Hand over rows, which hold all that W&B is to have in them, number and times included."""
        self._records.rows(rows)

    def write_media(self, row: Mapping[str, float], media: Mapping[str, Any]) -> None:
        """Hand over a row with media; the summary has its tables, once the row has arrived."""
        self._records.media(row, media)

    def set_group(self, group: str) -> None:
        """Put the run into a group, where wandb lets an open run be put into one."""
        if group not in (self._group, self._run.group):
            self._group = group
            with suppress(Exception):  # a private matter of wandb's: a run that is resumed gets it
                self._run._settings.run_group = group
                self._run.tags = self._run.tags or ()

    def update_summary(self, entries: Mapping[str, Any]) -> None:
        """Set entries of the run's summary."""
        self._records.summary(entries)

    def update_config(self, entries: Mapping[str, Any]) -> None:
        """Set entries of the run's config, whatever they were."""
        self._run.config.update(utf8_below(dict(entries)), allow_val_change=True)

    @property
    def takes_console(self) -> bool:
        """Whether the installed wandb takes console output."""
        return takes_console()

    def write_logs(self, lines: Sequence[str]) -> None:
        """Add lines to the run's console output, each of them one there."""
        self._run.write_logs("".join(f"{line}\n" for line in lines))

    def alert(self, title: str, text: str, level: str) -> None:
        """Send an alert; `level` is INFO, WARN or ERROR."""
        self._run.alert(title=utf8(title), text=utf8(text), level=level, wait_duration=0)

    def log_code(self, directory: str) -> None:
        """Send the source files below a directory, as an artifact."""
        logged = self._run.log_code(directory, include_fn=_is_source, exclude_fn=_is_hidden)
        self.code_digest = None if logged is None else str(logged.digest)

    @property
    def files(self) -> Path:
        """The run's own directory for files."""
        return Path(self._run.dir)

    @property
    def ignored_files(self) -> tuple[str, ...]:
        """The patterns of files that the user keeps from W&B (``WANDB_IGNORE_GLOBS``)."""
        return tuple(self._run.settings.ignore_globs or ())

    def upload(self, names: Sequence[str]) -> None:
        """Upload files in the run's own directory for files, where they are already."""
        for name in names:
            path = glob.escape(str(Path(self._run.dir, name)))
            self._run.save(path, base_path=self._run.dir, policy="now")

    def finish(self, exit_code: int) -> None:
        """Write the rest and close the run.

        Raises:
            TimeoutError: online, and not everything could be uploaded in time.
        """
        self._run.finish(exit_code=exit_code)


def run_config(record: RunRecord, git: Mapping[str, Any]) -> dict[str, Any]:
    """The W&B config: the script's options, then those of ``--config``, then where it ran.

    Once it has ended also how: W&B itself tells "finished" and "failed" apart, and no more.
    """
    where: dict[str, Any] = {
        "run": record.id,
        "host": record.host,
        "command": shown_command(record.argv),
        "cwd": record.cwd,
        "started_at": record.started_at,
        **git,
    }
    if record.state.ended and record.ended_at is not None:
        where |= {"state": str(record.state), "cause": record.cause, "ended_at": record.ended_at}
    return {**script_config(record.argv), **record.mirror.config, "tuimon": where}


def _is_source(path: str) -> bool:
    return Path(path).suffix in _SOURCES


def _is_hidden(path: str, root: str) -> bool:
    """Environments, repositories and caches are not the user's code."""
    parts = Path(os.path.relpath(path, root)).parts
    return any(part.startswith(".") or part in _NOT_CODE for part in parts)


def wait_for_free_directory(paths: RunPaths, run_id: str) -> None:
    """Wait until wandb's name for a fragment, which holds the second it began in, is not taken."""
    while any(paths.wandb.glob(f"*-{time.strftime('%Y%m%d_%H%M%S')}-{run_id}")):
        time.sleep(0.05)


def _settings(record: RunRecord, *, online: bool) -> Any:
    import wandb

    wanted: dict[str, Any] = {
        "console": "off",
        "silent": True,
        "init_timeout": INIT_TIMEOUT,
        "finish_timeout": FINISH_TIMEOUT_ONLINE if online else FINISH_TIMEOUT_OFFLINE,
        "finish_timeout_raises": True,
        "disable_job_creation": True,
        "host": record.host,
        # Whole seconds: wandb-core cuts fractions, and 0 means its default of 15.
        "x_file_stream_transmit_interval": 2,
        "x_transaction_log_flush_interval": 1.0,
        # The packages of the mirror's environment say nothing about the training's.
        "x_save_requirements": False,
        # The mirror writes the summary itself. Online the server would be asked to derive one.
        "x_server_side_derived_summary": None if online else True,
        "x_executable": record.command[0] if record.command else None,
        **_system_metrics(record),
        **_program(record.argv, record.cwd),
        "save_code": _saves_code(record),
    }
    return wandb.Settings(
        **{
            name: utf8_below(value)
            for wanted_name, value in wanted.items()
            if value is not None and (name := _name_here(wanted_name)) is not None
        }
    )


def _name_here(setting: str) -> str | None:
    """What the installed wandb calls a setting of today's; None if it has none such.

    Names with x_ are private to wandb (they began with _ alone before 0.19): one that is gone, or
    not there yet, is no reason to fail.
    """
    import wandb

    known = {
        name for kind in wandb.Settings.__mro__ for name in getattr(kind, "__annotations__", ())
    }
    return next((name for name in (setting, setting.removeprefix("x")) if name in known), None)


def _saves_code(record: RunRecord) -> bool | None:
    """False unless the user and W&B's own settings agree; None leaves it to those."""
    if not record.mirror.save_code or record.child is None:
        return False
    return None if "WANDB_SAVE_CODE" in os.environ else True


def _system_metrics(record: RunRecord) -> dict[str, Any]:
    """Measure the training's processes; nothing when they are gone."""
    if record.child is None or record.state.ended:
        return {"x_disable_stats": True}
    return {"x_stats_pid": record.child.pid, "x_stats_track_process_tree": True}


def _program(argv: Sequence[str], cwd: str) -> dict[str, str]:
    root = git_root(cwd)
    found: dict[str, str] = {} if root is None else {"git_root": root}
    script = next((argument for argument in argv if argument.endswith(".py")), None)
    if script is None:
        return found | {"program": " ".join(argv[:2])}
    path = os.path.normpath(Path(cwd, script))
    relative = os.path.relpath(path, root or cwd)
    found |= {"program": script, "program_abspath": path}
    return found if relative.startswith("..") else found | {"program_relpath": relative}
