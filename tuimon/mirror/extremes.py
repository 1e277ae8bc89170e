"""The least, greatest and best value of each tag, for the summary of the W&B run.

W&B's own ``define_metric(summary=…)`` knows the rows of one life of the mirror only, and puts an
object in the place where dashboards expect the last value. So these stand beside it, as
``loss.min``, ``loss.max`` and ``loss.best``; ``loss`` is the last value.
"""

from collections.abc import Callable

import numpy as np

from tuimon.events.points import ScalarColumns
from tuimon.metrics import best_of


class Extremes:
    """Extremes by (namespace, tag), over all lives of the mirror: of every batch that is read."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[float, float]] = {}
        self._changed: set[tuple[str, str]] = set()

    def add(self, namespace: str, tag: str, columns: ScalarColumns) -> None:
        """Take in points; NaN and infinite values are no extremes."""
        values = columns.values[np.isfinite(columns.values)]
        if not len(values):
            return
        pair = (namespace, tag)
        low, high = float(values.min()), float(values.max())
        old = self._found.get(pair)
        new = (low, high) if old is None else (min(low, old[0]), max(high, old[1]))
        if new != old:
            self._found[pair] = new
            self._changed.add(pair)

    def take(self, key: Callable[[str, str], str]) -> dict[str, float]:
        """Entries of the summary that have changed, under each pair's `key`."""
        entries: dict[str, float] = {}
        for pair in self._changed:
            name = key(*pair)
            low, high = self._found[pair]
            entries |= {f"{name}.min": low, f"{name}.max": high}
            if (best := best_of(pair[1])) is not None:
                entries[f"{name}.best"] = low if best == "min" else high
        self._changed.clear()
        return entries
