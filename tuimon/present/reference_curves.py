"""What the runs of a store are compared with: which series of a baseline, and its curves."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tuimon.charts.model import Curve
from tuimon.present.selection import training_of
from tuimon.present.series_curves import SeriesCurves
from tuimon.store.parts import part_of
from tuimon.store.run_log import RunLog
from tuimon.store.series import Series
from tuimon.store.store import Store

_Found = tuple[RunLog, Series]


def reference_series(store: Store, run: RunLog, tag: str) -> _Found | None:
    """What the series of a tag of a run is compared with: the only one of that tag and part of a
    training, or that of a training called so. None for the baseline itself."""
    if store.reference is None:
        return None
    theirs = store.reference.store.runs
    training, part = _place(run, store.runs)
    found = [
        (place, one)
        for one in theirs.values()
        if tag in one.series and (place := _place(one, theirs))[1] == part
    ]
    if len(found) > 1:
        found = [(place, one) for place, one in found if place[0] == training]
    if len(found) != 1 or found[0][1].path == run.path:
        return None
    return found[0][1], found[0][1].series[tag]


def own_baseline(store: Store) -> str:
    """Name of the training of a store that is its baseline; empty where that is none of them."""
    if store.reference is None:
        return ""
    paths = {run.path for run in store.reference.store.runs.values()}
    runs = store.runs
    return next((training_of(run, runs) for run in runs.values() if run.path in paths), "")


def _place(run: RunLog, runs: Mapping[str, RunLog]) -> tuple[str, str]:
    """Which training a run is or is a part of, and what that part is called."""
    part = part_of(run, runs)
    return (run.name, "") if part is None else part


class ReferenceCurves:
    """The curves of a baseline, for the curves of a metric."""

    def __init__(self, store: Store) -> None:
        self.name = ""
        """Of what the last curves are compared with; empty for nothing."""
        self._store = store
        self._curves = SeriesCurves()
        self._ends: dict[tuple[str, str], int] = {}
        """How far they are drawn, by run and tag: never less, so that caches hold."""

    def versions(self, tags: Sequence[str]) -> object:
        """A value that changes when any of those of these tags does."""
        reference = self._store.reference
        if reference is None:
            return None
        runs = reference.store.runs.values()
        found = (
            (run.name, tag, run.series[tag].version)
            for run in runs
            for tag in tags
            if tag in run.series
        )
        return (reference.name, *found)

    def compared(
        self,
        curves: Sequence[Curve],
        series: Sequence[tuple[RunLog, str]],
        labels: Sequence[str],
        *,
        drawn: bool,
    ) -> list[Curve]:
        """Curves, of a `series` each (its run and tag), that know what they are compared with, and
        behind them that, with these `labels`: unless it is one of them, or is not to be `drawn`."""
        self.name = ""
        if self._store.reference is None:
            return [*curves]
        partners = [reference_series(self._store, run, tag) for run, tag in series]
        made: dict[_Found, Curve] = {}
        for partner, curve, label in zip(partners, curves, labels, strict=True):
            if partner is not None:
                self._reach(partner, curve)
                made.setdefault(partner, self._curve(partner, label, len(labels)))
        self.name = self._store.reference.name if made else ""
        shown = [
            curve if partner is None else replace(curve, reference=made[partner])
            for partner, curve in zip(partners, curves, strict=True)
        ]
        return [*shown, *(made.values() if drawn and not own_baseline(self._store) else ())]

    def _reach(self, partner: _Found, curve: Curve) -> None:
        key = partner[0].name, partner[1].tag
        end = int(curve.steps[-1]) if len(curve.steps) else 0
        self._ends[key] = max(end, self._ends.get(key, 0))

    def _curve(self, partner: _Found, label: str, number: int) -> Curve:
        """A curve in grey below the others.

        It goes on to the next power of two at most beyond what it is compared with, for which the
        axis is.
        """
        run, series = partner
        label = f"baseline {label}".rstrip()
        curve = self._curves.curve(run, series, label, number=number, faded=True)
        end = 1 << max(1, self._ends[run.name, series.tag]).bit_length()
        shown = slice(None, int(np.searchsorted(curve.steps, end, side="right")))
        return replace(
            curve,
            steps=curve.steps[shown],
            wall_times=curve.wall_times[shown],
            values=curve.values[shown],
            superseded=None,
            notes=(),
        )
