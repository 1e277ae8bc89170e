"""One W&B run, open for rows: with `run_settings` and `media`, all that calls wandb."""

import glob
import inspect
import json
import math
import os
import re
import secrets
import string
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tuimon.mirror.keys import metric_name, utf8, utf8_below
from tuimon.mirror.run_config import script_config, shown_command
from tuimon.mirror.run_settings import run_settings
from tuimon.mirror.server import Server
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RunRecord

NEWEST_KNOWN = (0, 32)
"""The newest minor version that the tests were run with, or that makes no difference."""

_SOURCES = frozenset(
    {".py", ".pyx", ".ipynb", ".sh", ".yaml", ".yml", ".toml", ".json", ".cu", ".cpp"}
)
_NOT_CODE = frozenset({"__pycache__", "site-packages", "node_modules", "wandb"})
_ID_ALPHABET = string.ascii_lowercase + string.digits
_ID_LENGTH = 8
_ROWS_AT_ONCE = 100
"""So many may be on their way to wandb-core before its socket is waited for."""


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
        # Older runs have it from their backend.
        self._interface = getattr(run, "_interface", None) or run._backend.interface
        told = inspect.signature(self._interface._publish).parameters
        self._at_once = _ROWS_AT_ONCE if "nowait" in told else 1
        self._written = 0
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
        from wandb.sdk.wandb_run import Run

        options = record.mirror
        # What wandb tells its core of the run, and would set to the present.
        Run._start_time = property(lambda _: origin, lambda *_: None)  # type: ignore[assignment]
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
            settings=run_settings(record, online=online),
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

    def write(
        self, row: Mapping[str, float], number: int, media: Mapping[str, Any] | None = None
    ) -> None:
        """Hand over row `number`, which holds all that W&B is to have in it, times included.

        Not by `log`, which takes the time of the call for the point's, and would have wandb-core
        gather the row from parts and derive a summary with each. Of `media` the tables also go into
        the summary, by which W&B shows them, before the row: one that has arrived has them there.
        """
        encoded = self._encoded(media, number) if media else {}
        if tables := {key: text for key, text in encoded.items() if _is_table((media or {})[key])}:
            self._publish_summary(tables)
        record = _new_record()
        record.history.step.num = number
        add = record.history.item.add
        for key, value in row.items():
            add(key=key, value_json=repr(value) if math.isfinite(value) else json.dumps(value))
        for key, text in encoded.items():
            add(key=key, value_json=text)
        self._written += 1
        if self._written % self._at_once:
            self._interface._publish(record, nowait=True)
        else:
            self._interface._publish(record)

    def set_group(self, group: str) -> None:
        """Put the run into a group, where wandb lets an open run be put into one."""
        if group not in (self._group, self._run.group):
            self._group = group
            with suppress(Exception):  # a private matter of wandb's: a run that is resumed gets it
                self._run._settings.run_group = group
                self._run.tags = self._run.tags or ()

    def update_summary(self, entries: Mapping[str, Any]) -> None:
        """Set entries of the run's summary."""
        self._publish_summary({key: json.dumps(value) for key, value in entries.items()})

    def _publish_summary(self, entries: Mapping[str, str]) -> None:
        record = _new_record()
        for key, text in entries.items():
            record.summary.update.add(key=key, value_json=text)
        self._interface._publish(record)

    def _encoded(self, media: Mapping[str, Any], number: int) -> dict[str, str]:
        """Media of row `number` as wandb keeps them: bound to the run, their files on their way.

        wandb would make a version of an artifact of each table, and ask its server meanwhile; what
        is bound before is a file of the run, as its own TensorBoard integration makes of a table.
        """
        from wandb.sdk.data_types.utils import history_dict_to_json
        from wandb.util import json_dumps_safer_history

        for key, value in media.items():
            if _is_table(value):
                value.bind_to_run(self._run, key, number)
        bound = history_dict_to_json(self._run, dict(media), step=number, ignore_copy_err=True)
        return {key: json_dumps_safer_history(value) for key, value in bound.items()}

    def update_config(self, entries: Mapping[str, Any]) -> None:
        """Set entries of the run's config, whatever they were."""
        self._run.config.update(utf8_below(dict(entries)), allow_val_change=True)

    def write_logs(self, lines: Sequence[str]) -> None:
        """Add lines to the run's console output, if W&B takes it."""
        if takes_console():
            self._run.write_logs("\n".join(lines))

    def alert(self, title: str, text: str, level: str) -> None:
        """Send an alert; `level` is INFO, WARN or ERROR."""
        self._run.alert(title=utf8(title), text=utf8(text), level=level, wait_duration=0)

    def log_code(self, directory: str) -> None:
        """Send the source files below a directory, as an artifact."""
        self._run.log_code(directory, include_fn=_is_source, exclude_fn=_is_hidden)

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


def _is_table(value: Any) -> bool:
    import wandb

    return isinstance(value, wandb.Table)


def _new_record() -> Any:
    """One of the messages that wandb-core takes, and writes to its file as they are."""
    from wandb.proto.wandb_internal_pb2 import Record  # type: ignore[attr-defined]

    return Record()


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
