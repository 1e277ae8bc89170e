"""DVCLive's metrics: a table of steps and values for each, in ``plots/metrics/NAME.tsv``."""

from pathlib import Path

from tuimon.sources.csv_log import CsvLog
from tuimon.sources.log_file import Scalars

_PLACE = "plots", "metrics"


class DvcliveMetric(CsvLog):
    """One metric, called as its file is."""

    origin = "DVCLive"
    several = True

    @classmethod
    def fits(cls, path: Path) -> bool:
        """Whether it lies where DVCLive writes, and has steps."""
        return _depth(path) is not None and super().fits(path)

    @classmethod
    def home(cls, path: Path) -> Path:
        """The directory that DVCLive was given."""
        return path.parents[(_depth(path) or 0) + 1]

    def take(self, lines: bytes, first: int, wall_time: float) -> Scalars:
        """The points of rows; the last column is the metric."""
        columns = super().take(lines, first, wall_time).get(self._names[-1])
        metrics = self.path.parents[(_depth(self.path) or 0) - 1]
        name = self.path.relative_to(metrics).with_suffix("").as_posix()
        return {} if columns is None else {name: columns}


def _depth(path: Path) -> int | None:
    """Which of a file's parents is ``plots``."""
    names = [parent.name for parent in path.parents]
    pairs = zip(names[1:], names, strict=False)
    return next((place for place, pair in enumerate(pairs, 1) if pair == _PLACE), None)
