"""Handing things over to an open W&B run, under the keys that it knows them by."""

import errno
import logging
import math
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tuimon.events.frames import FrameError
from tuimon.events.points import EventBatch, SummaryRef
from tuimon.mirror.journal import Entry, FileEntry, KeyEntry
from tuimon.mirror.keys import GLOBAL_STEP, SCALARS, TIMESTAMP, KeyTable, step_key
from tuimon.mirror.media import media
from tuimon.mirror.rows import PLUGINS, StepRow
from tuimon.mirror.status import one_line
from tuimon.mirror.tag_summaries import TagSummaries
from tuimon.mirror.wandb_run import WandbRun, run_config
from tuimon.runs.record import RunRecord
from tuimon.summaries import SummaryError
from tuimon.summaries.hparams import SessionStart
from tuimon.summaries.meshes import mesh_of_tag
from tuimon.summaries.reader import SummaryReader

_IN_SUMMARY = frozenset({SCALARS, "pr_curves"})
"""W&B shows tables by their entries in the summary."""

_SUMMARY_EVERY = 10.0
log = logging.getLogger(__name__)


class Handover:
    """Turns rows into what W&B logs; `renamed` are the keys that an earlier life gave.

    What is the same in every life, summary and hyperparameters, is gathered from every batch that
    is read, and handed over again.
    """

    def __init__(self, renamed: dict[tuple[str, str], str]) -> None:
        self._keys = KeyTable(renamed)
        self._keys_told = len(renamed)
        self._run: WandbRun | None = None
        self._defined: set[str] = set()
        self._reader = SummaryReader(max_bytes=0)
        self._summaries = TagSummaries()
        self._media_keys: list[str] = []
        self._hparams: list[tuple[str, SummaryRef]] = []
        self._hparams_sent = 0
        self._next_summary = 0.0
        self.refused = 0
        """Summaries that could not be decoded, or that wandb did not take."""

    def open(self, run: WandbRun) -> None:
        """Hand over to `run` from now on."""
        self._run = run

    def observe(self, entry: FileEntry, batch: EventBatch) -> None:
        """Gather from a batch what concerns the run as a whole, and give its tags their keys.

        Also where W&B has the batch already: the keys of its tags are taken, though the journal
        names those alone that are not the plain ones.
        """
        for tag, columns in batch.scalars.items():
            self._keys.key(entry.namespace, tag)
            self._summaries.add(entry, tag, columns, late=batch.late)
        for ref in batch.refs:
            if ref.plugin in PLUGINS:
                self._keys.key(entry.namespace, _name(ref), ref.plugin)
        self._hparams += [(entry.path, ref) for ref in batch.refs if ref.plugin == "hparams"]

    def new_keys(self) -> list[Entry]:
        """The journal entries for tags that have got other keys than the plain ones, each once."""
        renamed = list(self._keys.renamed.items())[self._keys_told :]
        self._keys_told += len(renamed)
        return [KeyEntry(namespace=prefix, tag=tag, key=key) for (prefix, tag), key in renamed]

    def rows(self, entry: FileEntry, numbered: Iterable[tuple[int, StepRow]]) -> None:
        """Hand over the rows of a file, each with its number. Raises what wandb raises."""
        prefix = entry.namespace
        own_step = step_key(prefix)
        for number, row in numbered:
            data: dict[str, Any] = {
                self._key(prefix, tag, own_step): value for tag, value in row.values.items()
            }
            data[GLOBAL_STEP] = data[own_step] = row.step
            if math.isfinite(row.wall_time):
                data[TIMESTAMP] = row.wall_time
            if row.refs:
                with tempfile.TemporaryDirectory(prefix="tuimon-") as folder:
                    found = self._media(entry, row.refs, Path(folder))
                    self._log_media(data, found, number)
            else:
                self._open_run.log(data, number)

    def ending(self, record: RunRecord, git: Mapping[str, Any]) -> None:
        """Hand over how it ended, and what else came to be known since the run was opened."""
        self._open_run.update_config(run_config(record, git))
        self._hparams_sent = 0  # they win over the command line
        self.whole(at_end=True)

    def whole(self, *, at_end: bool = False) -> None:
        """Hand over what concerns the run as a whole: at most every ten seconds, and at the end."""
        now = time.monotonic()
        if not at_end and now < self._next_summary:
            return
        self._next_summary = now + _SUMMARY_EVERY
        for path, ref in self._hparams[self._hparams_sent :]:
            self._hparams_sent += 1
            self._open_run.update_config(self._hyperparameters(path, ref))
        if entries := self._summaries.take(self._keys, everything=at_end):
            self._open_run.update_summary(entries)
        # wandb has entered the parts of each: the bins of a histogram, the size of an image.
        self._open_run.shorten_summary(self._media_keys)

    @property
    def _open_run(self) -> WandbRun:
        assert self._run is not None
        return self._run

    def _key(self, prefix: str, tag: str, own_step: str, kind: str = SCALARS) -> str:
        key = self._keys.key(prefix, tag, kind)
        if key not in self._defined:
            self._defined.add(key)
            self._open_run.define(key, own_step)
            if kind not in _IN_SUMMARY:
                self._media_keys.append(key)
        return key

    def _log_media(self, row: dict[str, Any], found: dict[str, Any], number: int) -> None:
        """Hand over a row with media, or without them if wandb does not take them.

        A wandb-core that is dead takes no row at all.
        """
        try:
            self._open_run.log_media(row, found, number)
        except Exception as error:
            log.warning("row %d is not taken with its media: %s", number, one_line(error))
            self._open_run.log(row, number)
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
                value = media(decoded, own)
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
        return dict(found.hparams) if isinstance(found, SessionStart) else {}


def _name(ref: SummaryRef) -> str:
    """The tag, but for the parts of a mesh, which share a name."""
    mesh = mesh_of_tag(ref.tag) if ref.plugin == "mesh" else None
    return ref.tag if mesh is None else mesh[0]
