"""How hyperparameters go with a metric, as bars."""

from __future__ import annotations

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.text import fit, safe, shorten, width
from tuimon.views.hparams.correlation import Importance, importances
from tuimon.views.hparams.scene import Scene
from tuimon.views.layout import clip


def importance_rows(scene: Scene, cells: int, height: int) -> list[Row]:
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
