"""What goes together on a screen: charts, the runs beside them, names and colours of both."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.event_files import scalar, write
from tuimon.charts.chart import draw_chart
from tuimon.charts.model import ChartOptions, Cursor
from tuimon.charts.style import style_of
from tuimon.present.curves import MetricCurves
from tuimon.present.leaderboard import Comparison
from tuimon.present.look import Look
from tuimon.present.run_colours import RunColours
from tuimon.present.screen_content import ContentMaker, Judging, ScreenContent
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.store.run_log import RunLog
from tuimon.store.store import Store

TAGS = ("loss/train", "loss/val", "lr")


def stored(directory: Path, runs: Mapping[str, Mapping[str, Sequence[float]]]) -> Store:
    for name, tags in runs.items():
        points = [
            scalar(tag, step, value)
            for tag, values in tags.items()
            for step, value in enumerate(values)
        ]
        write(directory / name, points)
    return load([LogSource(path=str(directory))]).store


def sweep(directory: Path, count: int) -> Store:
    """Runs of which the later ones are better."""
    runs = {f"net_seed={n}": dict.fromkeys(TAGS, (1.0, (count - n) / count)) for n in range(count)}
    return stored(directory, runs)


def content(
    store: Store,
    look: Look | None = None,
    judging: Judging | None = None,
    colours: RunColours | None = None,
    options: ChartOptions | None = None,
) -> ScreenContent:
    look, colours = look or Look(), colours or RunColours()
    return ContentMaker(store).make(
        look, look.selection(), colours, options or ChartOptions(), judging or Judging()
    )


def titles(shown: ScreenContent) -> list[str]:
    return [metric.title for metric in shown.arrangement.charts]


def test_train_and_val_of_several_runs_have_charts_of_their_own(tmp_path: Path) -> None:
    store = sweep(tmp_path, 2)
    assert titles(content(store)) == ["loss/train", "loss/val", "lr"]
    assert titles(content(store, Look(joined=True))) == ["loss", "lr"]
    assert titles(content(sweep(tmp_path / "alone", 1))) == ["loss", "lr"]


def test_runs_are_judged_by_what_they_were_not_trained_on(tmp_path: Path) -> None:
    runs = {
        "a": {"loss/train": (3.0, 1.0), "loss/val": (2.0, 5.0)},
        "b": {"loss/train": (3.0, 2.0), "loss/val": (1.0, 6.0)},
    }
    table = content(stored(tmp_path, runs)).table
    assert (table.tag, table.title, table.by_value) == ("loss/val", "loss/val best", False)
    assert [(row.name, row.value) for row in table.rows] == [("a", 2.0), ("b", 1.0)]
    best = content(stored(tmp_path, runs), Look(run_order="best")).table
    assert [row.name for row in best.rows] == ["b", "a"]


def test_gains_are_told_against_the_run_that_is_pinned(tmp_path: Path) -> None:
    runs = {name: {"loss": (value,)} for name, value in (("a", 2.0), ("b", 1.0), ("c", 3.0))}
    table = content(stored(tmp_path, runs), Look(pinned=("a",))).table
    assert table.baseline == "a"
    assert [(row.gain, row.better) for row in table.rows] == [
        (None, None),
        (-0.5, True),
        (0.5, False),
    ]


def test_a_gain_over_nothing_or_what_is_no_number_is_none() -> None:
    values = {"zero": 0.0, "nan": float("nan"), "one": 1.0}
    comparison = Comparison("acc", "max", "", values)
    assert comparison.gain("one", "zero") is comparison.gain("nan", "one") is None
    assert comparison.gain("one", "gone") is comparison.gain("gone", "one") is None
    assert comparison.ranked(["nan", "gone", "zero", "one"]) == ["one", "zero", "nan", "gone"]


def test_the_focused_chart_and_the_cursor_choose_what_is_told_not_the_order(tmp_path: Path) -> None:
    runs = {
        "a": {"loss": (1.0, 2.0), "lr": (3.0, 4.0)},
        "b": {"loss": (0.5, 2.0), "lr": (1.0, 2.0)},
    }
    store = stored(tmp_path, runs)
    lr = next(m for m in content(store).arrangement.charts if m.title == "lr")
    look = Look(run_order="best")
    told = content(store, look, Judging(lr)).table
    assert (told.title, told.by_value) == ("lr last", False)
    assert [(row.name, row.value) for row in told.rows] == [("b", 2.0), ("a", 4.0)]
    read = content(store, look, Judging(lr, Cursor(0.0))).table
    assert read.title == "lr at cursor"
    assert [row.value for row in read.rows] == [1.0, 3.0]


def test_of_many_the_best_stand_out_in_all_charts_and_come_first(tmp_path: Path) -> None:
    store = sweep(tmp_path, 12)
    colours = RunColours()
    shown = content(store, colours=colours)
    best = [f"net_seed={n}" for n in (11, 10, 9, 8, 7, 6)]
    assert [row.name for row in shown.table.rows][:6] == best
    assert [row.name for row in shown.table.legend] == best
    assert [row.label for row in shown.table.rows][:2] == ["seed=11", "seed=10"]
    for metric in shown.arrangement.charts:
        curves = MetricCurves(store, metric, colours)
        curves.selection = shown.selection
        standing = {curve.label for curve in curves.curves(8) if not curve.faded}
        assert standing == {f"seed={n}" for n in range(6, 12)}
    by_name = content(store, Look(run_order="name")).table
    assert [row.label for row in by_name.rows][:3] == ["seed=6", "seed=7", "seed=8"]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Store]:
    stores = {n: sweep(tmp_path_factory.mktemp("runs"), n) for n in (1, 2, 9, 12)}
    alone = {
        "net_seed=0": {"loss": (1.0, 0.5), "alone": (1.0, 2.0)},
        "net_seed=1": {"loss": (2.0,)},
    }
    return {**stores, 3: stored(tmp_path_factory.mktemp("runs"), alone)}


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from((1, 2, 3, 9, 12)),
    st.booleans(),
    st.sets(st.integers(0, 8), max_size=3),
    st.integers(-1, 8),
    st.booleans(),
    st.sampled_from((1, 8)),
    st.sampled_from(("braille", "ascii")),
)
def test_every_curve_of_a_page_has_a_name(
    stores, count, joined, pinned, focus, isolated, palette, marks
) -> None:
    look = Look(
        joined=joined,
        pinned=tuple(f"net_seed={n}" for n in pinned),
        focus=f"net_seed={focus}" if focus >= 0 else "",
        isolated=isolated,
    )
    store, colours = stores[count], RunColours()
    options = ChartOptions(palette=palette, marks=marks)
    shown = content(store, look, Judging(), colours, options)
    metrics = [MetricCurves(store, each, colours) for each in shown.arrangement.charts]
    for metric in metrics:  # colours may change places
        metric.selection = shown.selection
        metric.curves(palette)
    shown = content(store, look, Judging(), colours, options)
    beside = {(row.cue, row.role): row.label for row in shown.table.rows if row.drawn}
    for metric in metrics:
        curves = metric.curves(palette)
        style = style_of(curves, options)
        rows = draw_chart(metric.metric.title, curves, 200, 60, options).rows
        legend = "\n".join("".join(span.text for span in row) for row in rows)
        for curve in curves:
            if count > 1 and not curve.faded:
                same = beside.get((style.cue(curve), style.role(curve)), curve.label)
                assert f"{curve.label} ".startswith(f"{same} ")
            label = f"* {curve.label}" if curve.pinned else curve.label
            if f"{style.cue(curve)} {label} " in legend or (curve.faded and count > 1):
                continue
            if count == 1:
                assert curve.group in legend
                continue
            solid = replace(curve, pattern=0)
            name = beside[style.cue(solid), style.role(curve)]
            assert " ".join(filter(None, [name, curve.kind])) == curve.label
            assert f"{style.marks.cue(0, curve.pattern)} {curve.kind}" in legend or not curve.kind


def test_a_look_that_ranks_by_what_is_gone_ranks_by_the_main_metric(tmp_path: Path) -> None:
    shown = content(sweep(tmp_path, 2), replace(Look(), rank="gone"))
    assert shown.table.tag == "loss/val"


def test_runs_that_come_while_one_looks_are_no_fault(tmp_path: Path):
    later = iter(sweep(tmp_path / "later", 9).runs.values())
    store = stored(tmp_path / "first", {"a": {"loss/train": (1.0,)}})

    class Arriving(Store):
        @property
        def runs(self) -> Mapping[str, RunLog]:
            if (run := next(later, None)) is not None:
                self._runs[run.name] = run
                self._arrivals += 1
                self.structure += 1
            return super().runs

    store.__class__ = Arriving
    maker = ContentMaker(store)
    for _ in range(9):
        series = maker.newest_series("loss/train", "a", Look().selection())
        assert series is not None
        assert series.run == "a"
