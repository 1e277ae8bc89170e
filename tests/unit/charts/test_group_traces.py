"""Runs of a group as one curve: its line, its band, what the cursor and the legend tell."""

from dataclasses import replace

import numpy as np
import pytest

from tuimon.charts.axis import make_axis
from tuimon.charts.chart import draw_chart
from tuimon.charts.cursor import read_all, spread_text, values_text
from tuimon.charts.marks import MARKS
from tuimon.charts.model import ChartOptions, Cursor, Curve
from tuimon.charts.traces import Trace, make_traces
from tuimon.charts.track import make_track
from tuimon.store.spread import SpreadKind

PLAIN = ChartOptions()


def runs(
    *values: np.ndarray, spread: SpreadKind = "std", every: int = 1, **more: bool
) -> list[Curve]:
    return [
        Curve(
            label=f"run{n}",
            steps=np.arange(len(one)) * every,
            wall_times=1.7e9 + 100 * n + np.arange(len(one)) * 1.0,
            values=np.asarray(one, float),
            group="lr=0.1",
            spread=spread,
            best="min",
            **more,
        )
        for n, one in enumerate(values)
    ]


def trace_of(curves: list[Curve], options: ChartOptions = PLAIN) -> Trace:
    tracks = [make_track(curve, options.x_axis) for curve in curves]
    axis = make_axis(options.x_axis, tracks, None, growing=False)
    (trace,) = make_traces(tracks, axis, 25, options, MARKS["braille"])
    return trace


def at(
    curves: list[Curve], position: float, options: ChartOptions = PLAIN, mark: float | None = None
):
    tracks = [make_track(curve, options.x_axis) for curve in curves]
    axis = make_axis(options.x_axis, tracks, None, growing=False)
    return read_all(tracks, axis, Cursor(position, mark), options)


def text(rows) -> list[str]:
    return ["".join(span.text for span in row) for row in rows]


def test_line_and_band_are_mean_and_deviation_of_each_column() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(4, 50))
    trace = trace_of(runs(*values))
    columns = trace.bins.taken
    np.testing.assert_allclose(trace.line[columns], values.mean(axis=0))
    half = values.std(axis=0, ddof=1)
    np.testing.assert_allclose(trace.low[columns], values.mean(axis=0) - half)
    np.testing.assert_allclose(trace.high[columns], values.mean(axis=0) + half)
    assert trace.parts == []


def test_along_a_log_axis_the_mean_is_that_of_the_values() -> None:
    values = np.array([[1.0] * 50, [10.0] * 50, [100.0] * 50])
    trace = trace_of(runs(*values), ChartOptions(log_y=True))
    assert np.nanmax(abs(trace.line - np.log10(37))) < 1e-12
    assert np.nanmin(trace.low) == 0.0  # 37 - 54.7 is below 0: the lowest run


def test_where_not_all_runs_are_the_line_is_dim_and_nothing_is_made_up() -> None:
    short, long = np.full(20, 1.0), np.full(50, 3.0)
    trace = trace_of(runs(short, long))
    taken = np.flatnonzero(trace.bins.taken)
    assert (trace.line[taken[:19]] == 2.0).all()
    assert np.isnan(trace.line[taken[20:]]).all()
    (rest,) = trace.parts
    assert rest.past
    assert (rest.line[taken[20:]] == 3.0).all()
    assert np.isnan(rest.line[taken[:18]]).all()
    assert np.isnan(trace.low[taken[20:]]).all(), "one run has no spread"


def test_runs_that_log_at_other_steps_are_on_straight_lines_between_their_points() -> None:
    fine = runs(np.arange(51.0))
    coarse = runs(np.arange(6.0) * 20 + 1, every=10)
    trace = trace_of([*fine, *coarse])
    whole = np.isfinite(trace.line)
    x = np.linspace(0, 50, len(whole), endpoint=False)[whole] + 0.5
    assert abs(trace.line[whole] - (3 * x + 1) / 2).max() < 2  # within a column
    ((here, _),) = at([*fine, *coarse], 17)
    assert (here.step, here.value) == (17, (17 + 35) / 2)
    assert here.group is not None
    assert here.group.high - here.value == pytest.approx(np.std([17, 35], ddof=1))


def test_a_run_alone_and_runs_that_are_shown_have_no_band() -> None:
    alone = trace_of(runs(np.arange(50.0)))
    assert np.isnan(alone.low).all()
    assert np.isfinite(alone.line[alone.bins.taken]).all()
    shown = trace_of(runs(np.arange(50.0), np.ones(50), is_member=True))
    assert np.isnan(shown.high).all()
    assert [part.curve.label for part in shown.parts] == ["run0", "run1"]
    assert all(part.past for part in shown.parts)


def test_nan_leaves_a_run_out_where_it_is() -> None:
    first, second = np.ones(50), np.full(50, 3.0)
    second[10] = np.nan
    curves = runs(first, second)
    (rest,) = trace_of(curves).parts
    assert np.nanmin(rest.line) == 1.0
    ((here, _),) = at(curves, 10)
    assert here.group is not None
    assert (here.value, here.group.runs, here.group.members) == (1.0, 1, 2)
    assert spread_text(here.group) == "of 1"


@pytest.mark.parametrize("kind", ["std", "sem", "ci", "range", "median"])
def test_the_cursor_tells_numbers_of_numpy(kind: SpreadKind) -> None:
    values = np.random.default_rng(2).normal(5, 1, size=(3, 50))
    ((here, mark),) = at(runs(*values, spread=kind), 20, mark=30)
    column, n = values[:, 20], 3
    std = column.std(ddof=1)
    middle = np.median(column) if kind == "median" else column.mean()
    half = {"std": std, "sem": std / n**0.5, "ci": 4.302653 * std / n**0.5}.get(kind)
    assert here.value == pytest.approx(middle)
    assert here.group is not None
    low = column.min() if half is None else middle - half
    assert here.group.low == pytest.approx(low)
    assert here.group.runs == here.group.members == 3
    assert mark is not None
    assert mark.step == 30


def test_a_smoothed_line_is_the_mean_of_smoothed_lines() -> None:
    from tuimon.charts.smoothing import smooth_all

    values = [*np.random.default_rng(3).normal(size=(3, 50))]
    ((here, _),) = at(runs(*values), 25, ChartOptions(smoothing=0.6))
    assert here.smoothed == pytest.approx(np.mean([one[25] for one in smooth_all(values, 0.6)]))
    assert here.value == pytest.approx(np.mean([one[25] for one in values]))


def test_along_time_each_run_counts_from_its_start() -> None:
    curves = runs(np.arange(50.0), np.arange(50.0) + 2)
    ((here, _),) = at(curves, 10, ChartOptions(x_axis="relative"))
    assert here.value == 11.0
    ((late, _),) = at(curves, 1.7e9 + 110, ChartOptions(x_axis="wall"))
    assert late.group is not None
    assert (late.value, late.group.runs) == (12.0, 1), "the other run has ended by then"


def test_legend_and_cursor_name_the_group_and_its_spread() -> None:
    curves = runs(np.full(50, 1.0), np.full(50, 2.0), np.full(50, 3.0))
    other = replace(curves[0], label="other", group="", spread=None, colour=1)
    rows = text(draw_chart("loss", [*curves, other], 100, 20).rows)
    assert "lr=0.1 ×3 2      ±1" in rows[0]
    drawing = draw_chart("loss", [*curves, other], 100, 20, cursor=Cursor(25.0))
    assert any("lr=0.1 ×3 2      ±1" in row for row in text(drawing.rows[:3]))
    full = text(draw_chart("loss", curves, 100, 20, cursor=Cursor(25.0), full=True).rows)
    assert any(row.split() == ["━", "lr=0.1", "×3", "25", "2", "±1"] for row in full)
    table = values_text(drawing.readings).splitlines()
    assert table[0].split("\t")[-3:] == ["low", "high", "runs"]
    assert table[1].split("\t")[:2] + table[1].split("\t")[-3:] == [
        "lr=0.1 ×3",
        "25",
        "1.0",
        "3.0",
        "3",
    ]
    assert table[2].split("\t")[-3:] == ["", "", ""]
    ascii_rows = text(draw_chart("loss", curves, 100, 20, ChartOptions(marks="ascii")).rows)
    assert "".join(ascii_rows).isascii()
    assert "lr=0.1 x3 2      +-1" in ascii_rows[0]
