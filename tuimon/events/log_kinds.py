"""The kinds of logs besides event files: what their files are called, and what reads them.

A reader is a class, named as ``module:Class`` and loaded when a file of such a name is there, which
may as well lie in a layer above; `tuimon.sources.log_file.LogFile` is what they have in common.
Other packages add theirs as entry points of the group ``tuimon.sources``, whose names are patterns
of file names: ``docs/sources.md``.
"""

import importlib
import re
from collections.abc import Collection, Iterable, Iterator
from fnmatch import translate
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from tuimon.events.tails import Tail

GROUP = "tuimon.sources"
_MOST_PARENTS = 3


class SourceReader(Protocol):
    """What makes tails of one kind of log: a class."""

    several: bool
    """Whether a run may have several such files; else the newest of its directory counts."""
    many_runs: bool
    """Whether a file may have several runs, and get more of them."""
    goes_to_wandb: bool
    """Whether W&B has such a log, or gets it, by itself."""
    yields_below: bool
    """Whether event files anywhere below the run's directory win, not only those in it."""

    def __call__(self, path: Path) -> "Tail":
        """A tail from the beginning; never raises."""

    def fits(self, path: Path) -> bool:
        """Whether a file is of this kind by its content. Raises OSError."""

    def home(self, path: Path) -> Path:
        """The directory of the run that a file belongs to."""

    def parts(self, path: Path) -> Iterable[tuple[str, Path]]:
        """The runs in a file: their names below that of the file's own run, and for each a path,
        the file's or one below it, that stands for it. Raises OSError."""


class _LogKind(NamedTuple):
    reader: str
    patterns: tuple[str, ...] = ()
    """Of base names, by which a search finds them."""
    any_name: bool = False
    """Whether a file that fits is read whatever it is called, when somebody names it."""


_CSV = "metrics.csv", "results.csv", "progress.csv", "history.csv", "log.csv", "training.log"
_JSON = "metrics.json", "metrics.jsonl", "scalars.json", "log.jsonl", "*.log.json", "result.json"
_SQLITE = "*.db", "*.sqlite", "*.sqlite3"
_KINDS = (
    _LogKind("tuimon.sources.transaction_log:TransactionLog", ("run-*.wandb",), any_name=True),
    _LogKind("tuimon.sources.trainer_state:TrainerState", ("trainer_state.json",), any_name=True),
    _LogKind("tuimon.sources.dvclive_metric:DvcliveMetric", ("*.tsv",)),
    _LogKind("tuimon.sources.csv_log:CsvLog", _CSV, any_name=True),
    _LogKind("tuimon.sources.json_lines:JsonLines", _JSON, any_name=True),
    _LogKind("tuimon.sources.mlflow_run:MlflowRun", _SQLITE, any_name=True),
    _LogKind("tuimon.sources.trackio_run:TrackioRun", _SQLITE, any_name=True),
    _LogKind("tuimon.sources.text_log:TextLog", any_name=True),
)
"""The first wins where several files of a directory could be read."""


def may_be_log(name: str) -> bool:
    """Whether a search looks into a file of this base name, for what tuimon itself reads."""
    return _pattern(_KINDS).match(name) is not None


def names_of_others(names: Collection[str]) -> list[str]:
    """Which of these base names readers of other packages ask for."""
    if not names or not (others := _others()):
        return []
    return [name for name in names if _pattern(others).match(name)]


def reader_of(path: Path, *, named: bool = False) -> SourceReader | None:
    """What reads the file at `path`, or the run in it; None: nothing. Raises OSError.

    A file that is `named` by somebody may be called anything.
    """
    file = _file_of(path)
    for kind, reader in _readers():
        if _pattern((kind,)).match(file.name) and reader.fits(file):
            return reader
    for kind, reader in _readers() if named else ():
        if kind.any_name and reader.fits(file):
            return reader
    return None


def is_of_one_training(path: Path) -> bool:
    """Whether recorder and mirror read the log at `path`, which is no event file: not where many
    trainings share a file, and not what goes to W&B in any case."""
    try:
        reader = reader_of(path, named=True)
    except OSError:
        return False
    return reader is not None and not reader.many_runs and not reader.goes_to_wandb


def run_home(path: Path) -> Path:
    """The directory of the run that a log which is no event file belongs to."""
    try:
        reader = reader_of(path, named=True)
    except OSError:
        reader = None
    return path.parent if reader is None else reader.home(path)


def lasting_path(path: Path) -> Path:
    """What a log that is no event file is known by, in whatever file it is at the moment.

    Of a kind of whose files the newest counts it lies in the run's directory, which is its parent.
    """
    try:
        reader = reader_of(path, named=True)
    except OSError:
        return path
    return path if reader is None or reader.several else reader.home(path) / path.name


def rank(reader: SourceReader) -> int:
    """Which reader wins in a directory: that of the lowest rank."""
    return next(place for place, (_, one) in enumerate(_readers()) if one is reader)


def _file_of(path: Path) -> Path:
    """The file that a path stands for, which may be one below it."""
    return next((one for one in [path, *path.parents[:_MOST_PARENTS]] if one.is_file()), path)


def _readers() -> Iterator[tuple[_LogKind, SourceReader]]:
    for kind in (*_others(), *_KINDS):
        if (reader := _loaded(kind.reader)) is not None:
            yield kind, reader


@cache
def _others() -> tuple[_LogKind, ...]:
    from importlib.metadata import entry_points  # takes 30 ms and more: looks into all packages

    return tuple(_LogKind(one.value, (one.name,)) for one in entry_points(group=GROUP))


@cache
def _pattern(kinds: tuple[_LogKind, ...]) -> re.Pattern[str]:
    patterns = [translate(name) for kind in kinds for name in kind.patterns]
    return re.compile("|".join(patterns) or r"(?!)")


@cache
def _loaded(reader: str) -> SourceReader | None:
    module, _, name = reader.partition(":")
    try:
        loaded: SourceReader = getattr(importlib.import_module(module), name)
    except Exception:  # of another package
        import logging

        logging.getLogger(__name__).exception("%s cannot be loaded", reader)
        return None
    return loaded
