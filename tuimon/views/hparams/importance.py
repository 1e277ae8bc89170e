"""How hyperparameters go with a metric: rank correlations, and bars of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.present.trial_names import hparam_text
from tuimon.text import fit, safe, shorten, width
from tuimon.views.hparams.scene import HParamScene
from tuimon.views.hparams.sessions import HParamTable
from tuimon.views.layout import clip


class Importance(NamedTuple):
    """How a hyperparameter goes with a metric."""

    column: int
    correlation: float
    """Spearman's rank correlation -1 … 1; for texts the correlation ratio of ranks, 0 … 1."""
    ranked: bool
    """It is a rank correlation, and has a sign."""
    known: int
    """Sessions with both values."""


def importances(table: HParamTable, metric: int) -> list[Importance]:
    """How the hyperparameters that vary go with a metric, the closest first."""
    target = table.columns[metric].numbers
    found = []
    for index, column in enumerate(table.columns):
        if column.metric or not column.varies or target is None:
            continue
        known = np.isfinite(target)
        if column.numbers is not None:
            known &= np.isfinite(column.numbers)
            value = spearman(column.numbers[known], target[known])
        else:
            texts = (hparam_text(session.values[index]) for session in table.sessions)
            value = _ratio([*compress(texts, known)], ranked(target[known]))
        if np.isfinite(value):
            numeric = column.numbers is not None
            found.append(Importance(index, value, numeric, int(known.sum())))
    return sorted(found, key=lambda one: -abs(one.correlation))


def spearman(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Spearman's rank correlation of two samples, equal values sharing their ranks; or NaN."""
    if len(x) < 3:
        return np.nan
    a, b = ranked(x) - (len(x) - 1) / 2, ranked(y) - (len(y) - 1) / 2
    spread = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / spread if spread else np.nan


def ranked(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 0 on, equal values sharing the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts + 1) / 2)[places])


def _ratio(groups: Sequence[str], ranks: NDArray[np.float64]) -> float:
    """The correlation ratio: the root of the share of the variance that groups explain."""
    if len(ranks) < 3:
        return np.nan
    total = float(((ranks - ranks.mean()) ** 2).sum())
    names = np.array(groups)
    between = sum(
        float(np.sum(names == name)) * float(ranks[names == name].mean() - ranks.mean()) ** 2
        for name in dict.fromkeys(groups)
    )
    return float(np.sqrt(between / total)) if total else np.nan


def importance_rows(scene: HParamScene, cells: int, height: int) -> list[Row]:
    """A bar for each hyperparameter that varies, and how to read them."""
    table, target = scene.table, scene.target
    if not table.metrics:
        return [clip([("No metric to correlate with.", roles.DIM)], cells)][:height]
    title = clip(
        [
            ("rank correlation (Spearman's ρ) with ", roles.NOTE),
            (table.columns[target].name, roles.TITLE),
            (": how far it rises or falls with it", roles.NOTE),
        ],
        cells,
    )
    found = importances(table, target)
    if not found:
        why = "It takes three runs, and hyperparameters that vary."
        return [title, clip([(why, roles.DIM)], cells)][:height]
    names = [table.columns[one.column].name for one in found]
    room = min(max(width(safe(name)) for name in names), max(6, cells // 3))
    rows = [title, *(_bar(one, name, room, cells) for one, name in zip(found, names, strict=True))]
    told = "These runs only: it does not say what causes what, and a best value in between"
    rows += [(), clip([(told, roles.DIM)], cells)]
    rows.append(clip([("looks like none; the scatter shows that.", roles.DIM)], cells))
    if any(not one.ranked for one in found):
        rows.append(clip([("η: correlation ratio of ranks, for texts", roles.DIM)], cells))
    return rows[:height]


def _bar(one: Importance, name: str, room: int, cells: int) -> Row:
    bars = max(4, cells - room - 24)
    size = max(1, round(abs(one.correlation) * bars))
    sign = "+" if one.correlation >= 0 else "−"
    kind = f"ρ {sign}" if one.ranked else "η  "
    return clip(
        [
            (fit(shorten(safe(name), room), room, "right") + " ", roles.TEXT),
            (f" {kind}{abs(one.correlation):.2f} ", roles.VALUE),
            ("█" * size, roles.curve(0 if one.correlation >= 0 else 1)),
            (" " * (bars - size), roles.BLANK),
            (f"  {one.known} runs", roles.DIM),
        ],
        cells,
    )
