"""What W&B's summary has of a run: the values by which a table of runs is read and sorted.

Of each scalar its last value; of one with several points the extremes, if there are two, and the
best, if its name tells which that is. There are none of what only counts or was chosen (``epoch``,
``loss_scale``), and nothing of media.
"""

from dataclasses import dataclass

import numpy as np

from tuimon.events.points import ScalarColumns
from tuimon.metrics import measure_of
from tuimon.mirror.journal import FileEntry
from tuimon.mirror.keys import KeyTable
from tuimon.mirror.rows import shortest

_TELLING_NOTHING = frozenset({"count", "setting"})


@dataclass(slots=True)
class _TagSummary:
    """Of the finite values `low` and `high`; `time` (Unix s) is that of the last point."""

    file: int
    time: float
    last: float
    points: int = 0
    low: float = float("inf")
    high: float = float("-inf")

    def entries(self, name: str, tag: str) -> dict[str, float]:
        """What the summary has under the tag's own name, and behind it."""
        entries = {name: self.last}
        measure = measure_of(tag)
        if self.points < 2 or measure.kind in _TELLING_NOTHING:
            return entries
        if self.low < self.high:
            entries |= {f"{name}.min": self.low, f"{name}.max": self.high}
        if measure.best is not None:
            entries[f"{name}.best"] = self.low if measure.best == "min" else self.high
        return entries


class TagSummaries:
    """Sums up every batch that is read, over all lives of the mirror, by (namespace, tag)."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], _TagSummary] = {}
        self._changed: set[tuple[str, str]] = set()

    def add(self, file: FileEntry, tag: str, columns: ScalarColumns, *, late: bool = False) -> None:
        """Take in points that follow each other in a file; `late` are between earlier ones.

        The last value of several files is that of the newest point.
        """
        if not len(columns.values):
            return
        pair = (file.namespace, tag)
        time, last = float(columns.wall_times[-1]), shortest(columns.values[-1:]).item()
        found = self._found.setdefault(pair, _TagSummary(file.id, time, last))
        if not late and (file.id == found.file or not time < found.time):
            found.file, found.time, found.last = file.id, time, last
        finite = columns.values[np.isfinite(columns.values)]
        if len(finite):
            found.points += len(finite)
            low, high = shortest(np.array([finite.min(), finite.max()])).tolist()
            found.low, found.high = min(found.low, low), max(found.high, high)
        self._changed.add(pair)

    def take(self, keys: KeyTable) -> dict[str, float]:
        """The entries of tags that have got points since the last time."""
        entries: dict[str, float] = {}
        own: dict[str, float] = {}
        for pair in self._changed:
            name = keys.key(*pair)
            found = self._found[pair].entries(name, pair[1])
            own[name] = found[name]
            entries |= {key: value for key, value in found.items() if key not in keys}
        self._changed.clear()
        return entries | own  # a tag may be called `loss.min`
