"""What the hook in the training's Python reports: where its writers write."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tuimon.regular_file import regular_file

_WANDB = ".wandb"
_SYNCING = ".wandb+tensorboard"


class OwnRun(NamedTuple):
    """A W&B run that the script opened; `syncing` if wandb takes its event files there as well."""

    file: Path
    syncing: bool


class WriterReports:
    """Reads the log directories that the hook reports: a file a process, a line a writer."""

    def __init__(self, reports: Path) -> None:
        self._reports = reports
        self._read: dict[Path, int] = {}  # bytes taken in, by file

    def new(self) -> Iterator[str]:
        """Log directories, absolute, reported since the last call; one may come again."""
        return (path for path in self._lines() if not path.endswith((_WANDB, _SYNCING)))

    def new_wandb(self) -> Iterator[OwnRun]:
        """W&B runs by their transaction logs; else as `new`, in place of it."""
        for path in self._lines():
            if path.endswith((_WANDB, _SYNCING)):
                yield OwnRun(Path(path.removesuffix("+tensorboard")), path.endswith(_SYNCING))

    def _lines(self) -> Iterator[str]:
        try:
            files = list(self._reports.iterdir())
        except OSError:
            return  # nothing was reported yet
        for path in files:
            start = self._read.get(path, 0)
            try:
                with regular_file(path) as file:
                    file.seek(start)
                    *lines, _ = file.read().split(b"\n")
            except OSError:
                continue
            self._read[path] = start + sum(len(line) + 1 for line in lines)
            yield from map(os.fsdecode, lines)
