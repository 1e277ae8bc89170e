"""Event files from Python: notebooks, scripts, tests of trainings.

>>> import tuimon
>>> logs = tuimon.load("runs")
>>> loss = logs["lr1e-3"]["Loss/train"]
>>> loss.steps, loss.values
>>> logs.plot("loss").show()

Reading verifies every checksum, and what is superseded after a resume is left out, as on the
screen. Neither Textual nor wandb is imported, pandas and plotext only when they are asked for.
"""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from tuimon.events.frames import FrameError, read_payload
from tuimon.events.tail import FileState
from tuimon.events.tails import is_log
from tuimon.present.group_frames import GroupFrames
from tuimon.runs.sources import LogSource
from tuimon.store.filters import parse_filter
from tuimon.store.loading import load as load_sources
from tuimon.store.run_log import FileStatus, RunLog
from tuimon.store.series import AllPoints, Points, Ref, RefSeries, Series
from tuimon.summaries import SummaryError
from tuimon.summaries.decoders import Decoded
from tuimon.summaries.reader import SummaryReader
from tuimon.text import safe

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "AllPoints",
    "FileState",
    "FileStatus",
    "FrameError",
    "LogDirectory",
    "Run",
    "ScalarSeries",
    "Summary",
    "SummaryError",
    "SummarySeries",
    "load",
]

_reader = SummaryReader()


def load(logdir: str | os.PathLike[str]) -> LogDirectory:
    """Read all logs below `logdir` to their end, in the calling thread.

    `logdir` is a log directory, one log, or a place elsewhere (``docs/places.md``). When files grow
    load again. What cannot be read is warned of (`UserWarning`) and told by `LogDirectory.files`.

    Raises:
        OSError: nothing is there, or it is no directory and no log that can be read.
    """
    from tuimon.places.place_link import local_path  # few need it

    path = local_path(logdir)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such directory")
    if not path.is_dir() and not is_log(path):
        raise NotADirectoryError(f"{path}: neither a directory nor a log that can be read")
    loaded = load_sources([LogSource(path=str(path))])
    for file in loaded.files:
        if file.error is not None:
            warnings.warn(f"{safe(str(file.path))}: {file.error}", stacklevel=2)
    for closed in loaded.unreadable:
        warnings.warn(f"{safe(closed.path)}: {closed.error}", stacklevel=2)
    if loaded.truncated:
        warnings.warn(f"{safe(str(path))}: too large, not all was looked at", stacklevel=2)
    return LogDirectory(path, loaded.store.runs, loaded.files)


class LogDirectory(GroupFrames, Mapping[str, "Run"]):
    """A log directory: runs by name, sorted.

    A run is a directory with event files, named by its path relative to the log directory; ``.`` is
    the log directory itself.
    """

    def __init__(
        self, path: Path, runs: Mapping[str, RunLog], files: tuple[FileStatus, ...]
    ) -> None:
        self.path = path
        """Where it lies, absolute."""
        self.files = files
        """Every event file: how much of it was read, and what was wrong with it."""
        self._logs = runs
        self._runs = {name: Run(run) for name, run in runs.items()}

    def __getitem__(self, name: str) -> Run:
        return self._runs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._runs)

    def __len__(self) -> int:
        return len(self._runs)

    def __repr__(self) -> str:
        return f"<LogDirectory {str(self.path)!r}: {len(self)} runs>"

    @property
    def damaged(self) -> dict[Path, int]:
        """Number of damaged records, which were left out, by event file; only files with any."""
        return _damaged(self.files)

    def to_pandas(self, *, all_points: bool = False) -> pd.DataFrame:
        """All scalar points as one frame: run, tag (categories), step, wall_time, value.

        `all_points` adds the superseded ones, and columns superseded and purged that tell them (see
        `AllPoints`).

        Raises:
            ImportError: pandas is not installed.
        """
        return _frame([series for run in self.values() for series in run.values()], all_points)

    def board(self) -> pd.DataFrame:
        """A row for each training, the best first, indexed by name, as ``tuimon board`` has them.

        Columns: the hyperparameters that differ, each metric's best value (the last one where none
        is best) and its step, seconds in all, steps a second. Raises ImportError without pandas.
        """
        from tuimon.present.run_frames import board_frame

        return board_frame(self._logs, _reader)

    def diff(self, first: str, second: str) -> pd.DataFrame:
        """What differs between two trainings, by (section, name), and changes of numbers as shares.

        Raises:
            KeyError: there is no such training with scalars.
            ImportError: pandas is not installed.
        """
        from tuimon.present.run_frames import difference_frame

        return difference_frame(self._logs, _reader, first, second)

    def plot(
        self,
        tags: str = "",
        *,
        smoothing: float = 0.0,
        log_y: bool = False,
        width: int | None = None,
        height: int = 20,
    ) -> Any:
        """The scalar series of all runs that match, as a figure of plotext's: ``.show()`` draws it.

        What is not finite, or not positive with `log_y`, is left out and counted in the title.
        The figure is its caller's: titles, sizes and further signals can be set as plotext has it;
        its y are decimal logarithms with `log_y`.

        Args:
            tags: which ones, as behind ``/`` on the screen: ``loss -val``, ``train/*``,
                ``run:adam acc``, ``/^loss[0-9]/``; all when empty.
            smoothing: weight of TensorBoard's moving average, 0 (off) … 1.
            log_y: a logarithmic y axis.
            width: cells; by default the terminal's.
            height: cells.

        Raises:
            ValueError: `tags` is no filter.
            ImportError: plotext cannot be imported.
        """
        shows = parse_filter(tags)
        found = [
            series for run in self.values() for tag, series in run.items() if shows(run.name, tag)
        ]
        return _plot(found, tags, width, height, smoothing=smoothing, log_y=log_y)


class Run(Mapping[str, "ScalarSeries"]):
    """One run: scalar series by tag, in the order in which the tags were first written."""

    def __init__(self, run: RunLog) -> None:
        self.name: str = run.name
        """The directory relative to the log directory; ``.`` for the log directory itself."""
        self.path: Path = run.path
        """The directory that holds its event files."""
        self.start_time: float | None = run.start_time
        """Wall time (Unix s) of its first event."""
        self.files: tuple[FileStatus, ...] = tuple(run.files.values())
        """Its event files, by name: how much was read, and what was wrong with them."""
        self.unknown: Mapping[str, int] = run.unknown
        """How many records there were of kinds that tuimon does not know, by name."""
        self.others: Mapping[str, SummarySeries] = {
            tag: SummarySeries(refs, run.paths) for tag, refs in run.refs.items() if len(refs)
        }
        """Histograms, images, text, graphs and all else that is no scalar, by tag."""
        self._scalars = {tag: ScalarSeries(run, series) for tag, series in run.series.items()}

    def __getitem__(self, tag: str) -> ScalarSeries:
        return self._scalars[tag]

    def __iter__(self) -> Iterator[str]:
        return iter(self._scalars)

    def __len__(self) -> int:
        return len(self._scalars)

    def __repr__(self) -> str:
        return f"<Run {self.name!r}: {len(self)} scalar tags, {len(self.others)} others>"

    @property
    def damaged(self) -> dict[Path, int]:
        """Number of damaged records, which were left out, by event file; only files with any."""
        return _damaged(self.files)

    def to_pandas(self, *, all_points: bool = False) -> pd.DataFrame:
        """All scalar points of the run, as `LogDirectory.to_pandas` gives them."""
        return _frame([*self.values()], all_points)


class ScalarSeries:
    """The points of one scalar tag that are in force: steps strictly ascending.

    A point supersedes the earlier ones of its tag with the same or a later step (as TensorBoard
    shows it), and ``SessionLog.START``, which `purge_step` writes, those of all tags.
    """

    def __init__(self, run: RunLog, series: Series) -> None:
        points = series.snapshot()
        self._run = run
        self._series = series
        self.run: str = series.run
        """Name of its run."""
        self.tag: str = series.tag
        self.steps: NDArray[np.int64] = points.steps
        """Read-only, as all arrays here."""
        self.wall_times: NDArray[np.float64] = points.wall_times
        """Unix s, as the writer's clock gave them."""
        self.values: NDArray[np.float64] = points.values
        """NaN and ±Inf are data. A float32 that was logged is exactly that number."""

    def all_points(self) -> AllPoints:
        """All points in the order of (file name, place): superseded ones, and which they are."""
        return self._series.all_points()

    def __len__(self) -> int:
        return len(self.steps)

    def __repr__(self) -> str:
        return f"<ScalarSeries {self.run!r} {self.tag!r}: {len(self)} points>"

    def to_pandas(self, *, all_points: bool = False) -> pd.DataFrame:
        """Its points, as `LogDirectory.to_pandas` gives them."""
        return _frame([self], all_points)

    def plot(
        self,
        *,
        smoothing: float = 0.0,
        log_y: bool = False,
        width: int | None = None,
        height: int = 20,
    ) -> Any:
        """Its values over steps, as `LogDirectory.plot` gives them."""
        return _plot([self], "", width, height, smoothing=smoothing, log_y=log_y)


@dataclass(frozen=True, slots=True)
class Summary:
    """One summary that is no scalar. Its content stays on disk until it is read."""

    tag: str
    plugin: str
    """TensorBoard's plugin name: ``images``, ``histograms``, ``text``, …; empty when unknown."""
    step: int
    wall_time: float
    """Unix s."""
    path: Path
    """The event file that holds it."""
    offset: int
    """Where its record begins in the file."""
    length: int
    """Bytes of the record's payload."""

    def read(self) -> bytes:
        """The record's payload: a serialized ``tensorflow.Event``, which may hold other tags too.

        Raises:
            FrameError: the file is not the one any more that was loaded.
            OSError: it cannot be read.
        """
        return read_payload(self.path, self.offset, self.length)

    def value(self) -> Decoded:
        """What it holds, as the plugin's type of `tuimon.summaries`: a `Histogram`, `Images`, …

        A `RawSummary` when tuimon does not know the plugin. A `MeshPart` is one tensor of a mesh:
        `tuimon.summaries.meshes.join_mesh` joins those of a step. Values that were read last are
        kept in memory; nothing of them can be changed.

        Raises:
            SummaryError: the content is not what the plugin demands.
            FrameError: the file is not the one any more that was loaded.
            OSError: it cannot be read.
        """
        return _reader.read(self.path, self.tag, self.plugin, self.offset, self.length)


class SummarySeries(Sequence[Summary]):
    """The summaries of one tag that are in force, by step; references to what lies on disk."""

    def __init__(self, refs: RefSeries, paths: Sequence[Path]) -> None:
        self._refs = refs.snapshot()
        self._paths = paths
        self.run: str = refs.run
        """Name of its run."""
        self.tag: str = refs.tag
        self.plugin: str = refs.plugin
        """TensorBoard's plugin name: ``images``, ``histograms``, ``text``, …; empty if unknown."""
        self.steps: NDArray[np.int64] = self._refs.steps
        """Read-only."""
        self.wall_times: NDArray[np.float64] = self._refs.wall_times
        """Unix s; read-only."""

    @overload
    def __getitem__(self, index: int) -> Summary: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Summary]: ...

    def __getitem__(self, index: int | slice) -> Summary | Sequence[Summary]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        ref = Ref(*(column[index].item() for column in self._refs))
        path = self._paths[ref.file]
        return Summary(self.tag, self.plugin, ref.step, ref.wall_time, path, ref.offset, ref.length)

    def __len__(self) -> int:
        return len(self.steps)

    def __repr__(self) -> str:
        return f"<SummarySeries {self.run!r} {self.tag!r} ({self.plugin}): {len(self)} summaries>"


def _damaged(files: Sequence[FileStatus]) -> dict[Path, int]:
    return {file.path: file.damaged_records for file in files if file.damaged_records}


def _plot(
    series: Sequence[ScalarSeries], title: str, width: int | None, height: int, **options: Any
) -> Any:
    from tuimon.charts.line_figure import line_figure
    from tuimon.charts.model import ChartOptions
    from tuimon.present.series_curves import SeriesCurves

    tags = {one.tag for one in series}
    alone = len(tags) == 1
    curves = SeriesCurves()
    return line_figure(
        tags.pop() if alone else title,
        [
            curves.curve(one._run, one._series, one.run if alone else f"{one.run} {one.tag}")
            for one in series
        ],
        shutil.get_terminal_size().columns if width is None else width,
        height,
        ChartOptions(**options),
    )


def _frame(series: Sequence[ScalarSeries], all_points: bool) -> pd.DataFrame:
    from tuimon.present.run_frames import points_frame

    parts = [
        one.all_points() if all_points else Points(one.steps, one.wall_times, one.values)
        for one in series
    ]
    kind = AllPoints if all_points else Points
    return points_frame(kind, parts, [one.run for one in series], [one.tag for one in series])
