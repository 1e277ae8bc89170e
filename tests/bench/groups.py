"""Draw many and long runs with and without groups; prints a table of the CPU that a page takes.

python tests/bench/groups.py
"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tuimon.charts.chart import draw_chart
from tuimon.charts.model import ChartOptions, Cursor
from tuimon.events.points import EventBatch, ScalarColumns
from tuimon.present.curves import MetricCurves
from tuimon.present.pairing import split_tags
from tuimon.present.run_colours import RunColours
from tuimon.present.selection import Selection
from tuimon.store.parts import trainings
from tuimon.store.store import Store

CHARTS = 6
OPTIONS = ChartOptions(smoothing=0.6, growing=True)
TIMES = 15


def grow(store: Store, runs: int, tags: int, first: int, steps: int) -> None:
    """Add points to each tag of each run."""
    at = np.arange(first, first + steps)
    rng = np.random.default_rng(first)
    for run in range(runs):
        columns = {
            f"loss{tag}": ScalarColumns(at, 1.7e9 + at, rng.random(steps) + run / runs)
            for tag in range(tags)
        }
        path = Path(f"/logs/run{run:03}")
        store.apply(path.name, path / "events", EventBatch(scalars=columns))


def milliseconds(draw: Callable[[], None], before: Callable[[], None] = lambda: None) -> str:
    """The median CPU of a call."""
    taken = []
    for _ in range(TIMES):
        before()
        begin = time.process_time()
        draw()
        taken.append(time.process_time() - begin)
    return f"{1000 * float(np.median(taken)):.0f} ms"


def row(what: str, runs: int, tags: int, steps: int, selection: Selection) -> str:
    """What a page takes as it is, with a new point in each of its curves, with a cursor."""
    store = Store()
    grow(store, runs, tags, 0, steps)
    names = trainings(store.runs)
    colours = RunColours()
    colours.meet(names)
    charts = [
        MetricCurves(store, metric, colours)
        for metric in split_tags(f"loss{tag}" for tag in range(tags))[:CHARTS]
    ]
    for chart in charts:
        chart.selection = selection
    length = steps

    def page(cursor: Cursor | None = None) -> None:
        for chart in charts:
            draw_chart("loss", chart.curves(8), 60, 15, OPTIONS, cursor=cursor)

    def one_more() -> None:
        nonlocal length
        grow(store, runs, min(tags, CHARTS), length, 1)
        length += 1

    page()
    still, live = milliseconds(page), milliseconds(page, one_more)
    return f"| {what} | {still} | {live} | {milliseconds(lambda: page(Cursor(steps / 3)))} |"


def main() -> None:
    print(f"| a page of {CHARTS} charts | as it is | with new points | with a cursor |")
    print("|---|---|---|---|")
    for what, runs, tags, steps in (
        ("100 runs of 300 tags, 20 points", 100, 300, 20),
        ("12 runs of 6 tags, 500,000 points", 12, CHARTS, 500_000),
    ):
        groups = {f"run{run:03}": f"lr={run % 4}" for run in range(runs)}
        print(row(what, runs, tags, steps, Selection()), flush=True)
        for more, members in (("", False), (", with their runs", True)):
            grouped = Selection(group="lr", groups=groups, members=members)
            print(row(f"the same in 4 groups{more}", runs, tags, steps, grouped), flush=True)


if __name__ == "__main__":
    main()
