"""One W&B run, open for rows."""

import glob
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tuimon.masking.mask import Mask
from tuimon.mirror.keys import metric_name
from tuimon.mirror.run_config import run_config
from tuimon.mirror.run_labels import RunLabels
from tuimon.mirror.wandb_client import takes_console
from tuimon.mirror.wandb_records import RecordStream, begin_at
from tuimon.mirror.wandb_settings import saves_code, settings_of
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RunRecord
from tuimon.runs.secrecy import mask_of
from tuimon.runs.source_copy import CODE, LEFT_OUT, PATCH, copy_tree
from tuimon.text import escaped


class WandbRun:
    """An open run; rows are numbered by the caller, in ascending order.

    Secrets are hidden in all that it is given but rows and files.
    """

    def __init__(self, run: Any, mask: Mask, began: float, *, saves_code: bool) -> None:
        self._run = run
        self._began = began
        self._mask = mask
        self._saves_code = saves_code
        self._has_code_artifact = False
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
        began: float,
        measures: bool = True,
        on_stop: Callable[[], None] = lambda: None,
        labels: RunLabels | None = None,
        project: str | None = None,
        entity: str | None = None,
    ) -> "WandbRun":
        """Begin or resume the W&B run of a training below `paths`; `git` goes into its config.

        The training `began` (Unix s), and counts seconds from `origin`. wandb `measures` system
        metrics, or none. A thread calls `on_stop` when W&B asks for a stop. `labels` are those of
        a new run; one that goes on keeps its own. `project` and `entity` are where the run is
        already, if it is anywhere.

        Raises whatever wandb raises, after `INIT_TIMEOUT` seconds at the latest.
        """
        import wandb

        options = record.mirror
        mask = mask_of(record)
        config = _plain(run_config(record, git))
        begin_at(origin)
        # The arguments in the run's metadata: wandb takes those of its own process.
        sys.argv = _plain(mask.command(record.argv))
        run = wandb.init(
            mode="online" if online else "offline",
            dir=str(paths.directory),
            id=run_id,
            resume="allow" if online else None,
            project=options.project or project or None,
            entity=options.entity or entity or None,
            name=labels.name if labels else None,
            notes=labels.notes if labels else None,
            tags=labels.tags if labels and labels.tags else None,
            group=_plain(options.group),
            job_type=_plain(options.job_type),
            config=config,
            settings=settings_of(
                record, git, mask, online=online, measures=measures, on_stop=on_stop
            ),
        )
        opened = cls(run, mask, began, saves_code=saves_code(record))
        # `init` keeps what the config of a resumed run has, for one.
        opened.update_config(config)
        opened._records.began(began)
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
        group = escaped(group)
        if group not in (self._group, self._run.group):
            self._group = group
            with suppress(Exception):  # a private matter of wandb's: a run that is resumed gets it
                self._run._settings.run_group = group
                self._run.tags = self._run.tags or ()

    def write_system_metrics(
        self, records: Iterable[Any], origin: Callable[[float], float]
    ) -> None:
        """Hand over wandb's records of system metrics; see `RecordStream.system_metrics`."""
        self._records.system_metrics(records, origin)

    def stop_measuring(self) -> None:
        """Have wandb measure no system metrics any more."""
        self._records.pause()

    def update_summary(self, entries: Mapping[str, Any]) -> None:
        """Set entries of the run's summary."""
        self._records.summary(entries)

    @property
    def masked(self) -> tuple[str, ...]:
        """Where secrets were hidden so far."""
        return self._mask.hidden

    def update_config(self, entries: Mapping[str, Any]) -> None:
        """Set entries of the run's config, whatever they were."""
        self._run.config.update(_plain(self._mask.config(entries)), allow_val_change=True)

    @property
    def takes_console(self) -> bool:
        """Whether the installed wandb takes console output."""
        return takes_console()

    def write_logs(self, lines: Sequence[str]) -> None:
        """Add lines to the run's console output, each of them one there."""
        text = escaped(self._mask.text("\n".join(lines)))
        # Several that were one secret are one now.
        self._run.write_logs(text + "\n" * (len(lines) - text.count("\n")))

    def alert(self, title: str, text: str, level: str) -> None:
        """Send an alert; `level` is INFO, WARN or ERROR."""
        title, text = escaped(self._mask.text(title)), escaped(self._mask.text(text))
        self._run.alert(title=title, text=text, level=level, wait_duration=0)

    def log_code(self, directory: str) -> list[str]:
        """Send the source files below a directory, as an artifact; returns those that are not."""
        with tempfile.TemporaryDirectory(prefix="tuimon-") as folder:
            left_out = copy_tree(directory, Path(folder), self._mask)
            logged = self._run.log_code(folder, include_fn=lambda _: True)
        self.code_digest = None if logged is None else str(logged.digest)
        self._has_code_artifact = True
        return left_out

    def send_source(self, source: Path) -> list[str]:
        """Send a launch's script and changes, if that is wanted; returns what is not in `source`.

        wandb would read them anew: as they are now, without bounds, secrets included.
        """
        if not self._saves_code:
            return []
        kept = {LEFT_OUT, PATCH} if self._run.settings.disable_git else {LEFT_OUT}
        for path in source.rglob("*"):
            name = path.relative_to(source)
            if str(name) in kept or not path.is_file():
                continue
            copy = Path(self._run.dir, name)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            self.upload([str(name)])
            if name.parts[0] == CODE and not self._has_code_artifact:
                place = {"_wandb": {"code_path": str(name)}}  # what W&B's page looks for
                self._run.config.update(place, allow_val_change=True)
        return (source / LEFT_OUT).read_text(errors="surrogateescape").splitlines()

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
        # Again: wandb-core has told of the present since, if it came to that so late.
        self._records.began(self._began)
        self._run.finish(exit_code=exit_code)


def _plain(value: Any) -> Any:
    """What names, numbers and the like are as UTF-8, which is all that W&B takes."""
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, Mapping):
        return {_plain(key): _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value


def wait_for_free_directory(paths: RunPaths, run_id: str) -> None:
    """Wait until wandb's name for a fragment, which holds the second it began in, is not taken."""
    while any(paths.wandb.glob(f"*-{time.strftime('%Y%m%d_%H%M%S')}-{run_id}")):
        time.sleep(0.05)
