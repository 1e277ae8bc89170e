"""Handing things over to an open W&B run, under the keys that it knows them by."""

import errno
import logging
import math
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tuimon.events.frames import FrameError
from tuimon.events.points import EventBatch, SummaryRef
from tuimon.mirror.journal import Entry, FileEntry, KeyEntry
from tuimon.mirror.keys import (
    GLOBAL_STEP,
    ROW,
    RUNTIME,
    SCALARS,
    TIMESTAMP,
    KeyTable,
    step_key,
)
from tuimon.mirror.media import media
from tuimon.mirror.rows import PLUGINS, StepRow, shortest
from tuimon.mirror.run_config import run_config
from tuimon.mirror.running_time import RunningTime
from tuimon.mirror.status import one_line
from tuimon.mirror.tag_summaries import TagSummaries
from tuimon.mirror.wandb_run import WandbRun
from tuimon.runs.record import RunRecord
from tuimon.summaries import SummaryError
from tuimon.summaries.hparams import SessionStart
from tuimon.summaries.meshes import mesh_of_tag
from tuimon.summaries.reader import SummaryReader

_SUMMARY_EVERY = 10.0
_ROWS_AT_ONCE = 100
_FARTHEST = 86400.0
"""Seconds: a point that lies farther ahead of the clock tells no time."""
log = logging.getLogger(__name__)


class Handover:
    """Turns rows into what W&B logs; `renamed` are the keys that an earlier life gave.

    What is the same in every life, the summary and hyperparameters, is gathered from every batch
    that is read, and handed over again.
    """

    def __init__(
        self, renamed: dict[tuple[str, str], str], shown: Callable[[str], str] = str
    ) -> None:
        """`shown` is what W&B may see of a text."""
        self._keys = KeyTable(renamed)
        self._shown = shown
        self._keys_told = len(renamed)
        self._run: WandbRun | None = None
        self._running = RunningTime(())
        self._latest: dict[str, tuple[float, int]] = {}
        self._row = -1
        self._defined: set[str] = set()
        self._reader = SummaryReader(max_bytes=0)
        self._summaries = TagSummaries()
        self._hparams: list[tuple[str, SummaryRef]] = []
        self._hparams_sent = 0
        self._next_summary = 0.0
        self.refused = 0
        """Summaries that could not be decoded, or that wandb did not take."""

    def open(self, run: WandbRun, running: RunningTime, first_row: int) -> None:
        """Hand over to `run` from now on, whose time is `running` and which lacks `first_row`."""
        self._run = run
        self._running = running
        self._row = first_row - 1

    def observe(self, entry: FileEntry, batch: EventBatch, *, is_ours: bool = True) -> None:
        """Gather from a batch what concerns the run as a whole, and give its tags their keys.

        A file that is not `is_ours` any more has no hyperparameters of this run.

        Also where W&B has the batch already: the keys of its tags are taken, though the journal
        names those alone that are not the plain ones.
        """
        for tag, columns in batch.scalars.items():
            self._keys.key(entry.namespace, tag)
            self._summaries.add(entry, tag, columns, late=batch.late)
        for ref in batch.refs:
            if ref.plugin in PLUGINS:
                self._keys.key(entry.namespace, _name(ref), ref.plugin)
        if is_ours:
            self._hparams += [(entry.path, ref) for ref in batch.refs if ref.plugin == "hparams"]
        newest = max(_places(batch), default=None)
        if newest is not None:
            self._latest[entry.namespace] = newest

    def new_keys(self) -> list[Entry]:
        """The journal entries for tags that have got other keys than the plain ones, each once."""
        renamed = list(self._keys.renamed.items())[self._keys_told :]
        self._keys_told += len(renamed)
        return [KeyEntry(namespace=prefix, tag=tag, key=key) for (prefix, tag), key in renamed]

    def rows(self, entry: FileEntry, numbered: Iterable[tuple[int, StepRow]]) -> None:
        """Hand over the rows of a file, each with its number. Raises what wandb raises."""
        prefix = entry.namespace
        own_step = step_key(prefix)
        waiting: list[dict[str, Any]] = []
        keys: dict[str, str] = {}
        for number, row in numbered:
            for tag in row.values:
                if tag not in keys:
                    keys[tag] = self._key(prefix, tag, own_step)
            data: dict[str, Any] = {keys[tag]: value for tag, value in row.values.items()}
            data[GLOBAL_STEP] = data[own_step] = row.step
            if math.isfinite(row.wall_time):
                data[TIMESTAMP] = row.wall_time
                data[RUNTIME] = round(self._running.at(row.wall_time), 6)
            data[ROW] = self._row = number
            if not row.refs:
                waiting.append(data)
            if row.refs or len(waiting) == _ROWS_AT_ONCE:
                self._open_run.write(waiting)
                waiting = []
            if row.refs:
                with tempfile.TemporaryDirectory(prefix="tuimon-") as folder:
                    found = self._media(entry, row.refs, Path(folder))
                    self._write_media(data, found)
        self._open_run.write(waiting)

    def ending(self, record: RunRecord, git: Mapping[str, Any]) -> None:
        """Hand over how it ended, and what else came to be known since the run was opened."""
        self._open_run.update_config(run_config(record, git))
        self._hparams_sent = 0  # they win over the command line

    def whole(self, seen_at: float | None, *, at_end: bool = False) -> None:
        """Hand over what concerns the run as a whole: at most every ten seconds, and at the end.

        `seen_at` (Unix s) is until when it has run, None where its points alone tell.
        """
        now = time.monotonic()
        if not at_end and now < self._next_summary:
            return
        self._next_summary = now + _SUMMARY_EVERY
        for path, ref in self._hparams[self._hparams_sent :]:
            self._hparams_sent += 1
            self._open_run.update_config(self._hyperparameters(path, ref))
        entries = self._summaries.take(self._keys)
        self._open_run.update_summary(entries | self._newest(seen_at))

    def runtime(self, seen_at: float | None) -> int | None:
        """Whole seconds that the training has been running, as in the summary; see `whole`."""
        at = max(self._latest.values())[0] if seen_at is None and self._latest else seen_at
        return None if at is None else int(self._running.at(at))

    def _newest(self, seen_at: float | None) -> dict[str, Any]:
        """What wandb keeps of the newest row in the summary, and how long the training has run."""
        entries: dict[str, Any] = {
            step_key(namespace): step for namespace, (_, step) in self._latest.items()
        }
        if self._latest:
            entries[TIMESTAMP], entries[GLOBAL_STEP] = max(self._latest.values())
        if self._row >= 0:
            entries[ROW] = self._row
        if (seconds := self.runtime(seen_at)) is not None:
            entries |= {RUNTIME: seconds, "_wandb": {"runtime": seconds}}
        return entries

    @property
    def _open_run(self) -> WandbRun:
        assert self._run is not None
        return self._run

    def _key(self, prefix: str, tag: str, own_step: str, kind: str = SCALARS) -> str:
        key = self._keys.key(prefix, tag, kind)
        if key not in self._defined:
            self._defined.add(key)
            self._open_run.define(key, own_step)
        return key

    def _write_media(self, row: dict[str, Any], found: dict[str, Any]) -> None:
        """Hand over a row with media, or without them if wandb does not take them.

        A wandb-core that is dead takes no row at all.
        """
        try:
            self._open_run.write_media(row, found)
        except Exception as error:
            log.warning("row %d is not taken with its media: %s", row[ROW], one_line(error))
            self._open_run.write([row])
            self.refused += len(found)

    def _media(self, entry: FileEntry, refs: Sequence[SummaryRef], folder: Path) -> dict[str, Any]:
        """Values of summaries by key; what cannot be read or understood is left out and counted."""
        named: dict[tuple[str, str], list[SummaryRef]] = {}
        for ref in refs:
            named.setdefault((_name(ref), ref.plugin), []).append(ref)
        data: dict[str, Any] = {}
        for number, ((name, kind), parts) in enumerate(named.items()):
            own = folder / str(number)
            own.mkdir()
            try:
                decoded = [
                    self._reader.read(entry.path, ref.tag, ref.plugin, ref.offset, ref.length)
                    for ref in parts
                ]
                value = media(decoded, own, self._shown)
            except Exception as error:  # PIL and wandb raise what they like for odd content
                if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise  # the disk's fault, not the content's: it is tried again
                self.refused += len(parts)
                log.warning("%s at step %d is not mirrored: %s", name, parts[0].step, error)
                continue
            data[self._key(entry.namespace, name, step_key(entry.namespace), kind)] = value
        return data

    def _hyperparameters(self, path: str, ref: SummaryRef) -> Mapping[str, Any]:
        try:
            found = self._reader.read(path, ref.tag, ref.plugin, ref.offset, ref.length)
        except (SummaryError, FrameError, OSError) as error:
            log.warning("hyperparameters are not mirrored: %s", error)
            return {}
        return _short(found.hparams) if isinstance(found, SessionStart) else {}


def _places(batch: EventBatch) -> Iterator[tuple[float, int]]:
    """Time and step of the last point of each tag that goes to W&B; times that tell nothing left
    out."""
    for columns in batch.scalars.values():
        if len(columns.steps):
            yield from _place(columns.wall_times[-1].item(), columns.steps[-1].item())
    for ref in batch.refs:
        if ref.plugin in PLUGINS:
            yield from _place(ref.wall_time, ref.step)


def _place(wall_time: float, step: int) -> Iterator[tuple[float, int]]:
    if 0 < wall_time < time.time() + _FARTHEST:
        yield wall_time, step


def _short(hparams: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: shortest(np.array([value])).item() if isinstance(value, float) else value
        for name, value in hparams.items()
    }


def _name(ref: SummaryRef) -> str:
    """The tag, but for the parts of a mesh, which share a name."""
    mesh = mesh_of_tag(ref.tag) if ref.plugin == "mesh" else None
    return ref.tag if mesh is None else mesh[0]
