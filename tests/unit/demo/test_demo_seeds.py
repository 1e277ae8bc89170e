"""Twelve runs of the demo, compared from the keyboard in a terminal of 80 columns and 24 rows."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

import tuimon
from support.forked import Forked
from support.screens import settle, shown, type_keys
from tuimon.session.session import Session
from tuimon.text import format_value
from tuimon.tui.app import TuimonApp
from tuimon.tui.panes.chart_view import ChartView
from tuimon.tui.panes.run_strip import RunStrip
from tuimon.tui.panes.tag_pane import TagPane

RATES = (0.003, 0.03, 0.1, 0.5)


async def test_which_rate_is_best_is_seen_with_five_keys(
    run_demo: Callable[..., Forked], tmp_path: Path
) -> None:
    assert run_demo(tmp_path, "seeds.py", "--steps", "20").exit_code == 0
    logs = tuimon.load(tmp_path / "runs/seeds")
    best = {
        rate: np.array([logs[f"lr{rate}-seed{seed}"]["loss/val"].values.min() for seed in range(3)])
        for rate in RATES
    }
    order = sorted(RATES, key=lambda rate: best[rate].mean())
    session = Session.of_logdirs([tmp_path / "runs/seeds"])
    session.start()
    try:
        async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
            screen = await settle(pilot)
            await type_keys(pilot, "g", "enter")
            await pilot.app.workers.wait_for_complete()
            await settle(pilot)
            strip = shown(screen.query_one(RunStrip))
            assert all(f"━ lr={rate} ×3 " in f"{strip} " for rate in RATES)
            rows = {row.label: row for row in screen.query_one(TagPane).table.rows}
            assert list(rows) == [f"lr={rate} ×3" for rate in order]
            for rate in RATES:
                row = rows[f"lr={rate} ×3"]
                assert row.value == best[rate].mean()
                half = float(f"{best[rate].std(ddof=1):.2g}")
                assert row.spread == f"±{format_value(half)}"
            await type_keys(pilot, "down", "enter", "c")
            chart = next(c for c in screen.query(ChartView) if c.display)
            last = {
                rate: [logs[f"lr{rate}-seed{n}"][chart.metric.title].values[-1] for n in range(3)]
                for rate in RATES
            }
            told = shown(chart)
            for values in last.values():
                assert f" {format_value(float(np.mean(values)))} " in told
                assert f"±{format_value(float(f'{np.std(values, ddof=1):.2g}'))}" in told
    finally:
        session.stop()
