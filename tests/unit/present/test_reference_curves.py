"""What runs are compared with, against what pandas makes of the same points."""

from pathlib import Path

import pandas as pd
import pytest

from support.event_files import scalar, version, write
from tuimon.charts.legend import newest_entries
from tuimon.charts.model import ChartOptions
from tuimon.charts.reference import change_against
from tuimon.charts.style import style_of
from tuimon.charts.track import make_track
from tuimon.present.curves import MetricCurves
from tuimon.present.pairing import pair_tags
from tuimon.present.reference_curves import own_baseline
from tuimon.present.run_colours import RunColours
from tuimon.present.selection import Selection
from tuimon.present.value_table import SortOrder, TableBuilder
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.store.store import Reference, Store
from tuimon.summaries.reader import SummaryReader

OWN = {"loss/train": {0: 1.0, 3: 0.7, 6: 0.5}, "loss/val": {5: 0.9}, "new": {1: 1.0, 2: 1.0}}
BASE = {"loss/train": {n: 2.0 / (n + 1) for n in range(0, 40, 2)}, "loss/val": {0: 1.0, 4: 0.6}}


def stored(directory: Path, tags: dict[str, dict[int, float]]) -> Store:
    points = [scalar(tag, step, v) for tag, course in tags.items() for step, v in course.items()]
    write(directory, [version(), *points])
    return load(
        [LogSource(path=str(directory.parent if directory.name == "a" else directory))]
    ).store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = stored(tmp_path / "own", OWN)
    found.reference = Reference("base", stored(tmp_path / "base", BASE))
    return found


def expected(tag: str) -> float:
    """The last value against what the baseline had last at its step."""
    base = pd.Series(BASE[tag])
    step, value = [*OWN[tag].items()][-1]
    at = base[base.index <= step].iloc[-1]
    return float((value - at) / at)


def test_values_are_compared_at_their_steps(store: Store):
    table = TableBuilder(store, SummaryReader()).build(Selection(), SortOrder())
    changes = {row.values.tag: row.change for row in table.rows}
    assert changes == {
        "loss/train": pytest.approx(expected("loss/train")),
        "loss/val": pytest.approx(expected("loss/val")),
        "new": None,
    }
    assert "Δ" in [column.name for column in table.columns]


def test_curves_of_a_baseline_come_last_and_end_soon_after_the_others(store: Store):
    [metric] = [one for one in pair_tags(OWN) if one.title == "loss"]
    curves = MetricCurves(store, metric, RunColours())
    found = curves.curves(8)
    assert [(curve.label, curve.faded) for curve in found] == [
        ("train", False),
        ("val", False),
        ("baseline train", True),
        ("baseline val", True),
    ]
    assert found[2].steps.tolist() == [0, 2, 4, 6, 8]
    assert curves.references.name == "base"
    assert len(curves.curves(8, references=False)) == 2
    tracks = [make_track(curve, "step") for curve in found]
    entries = newest_entries(tracks, style_of(found, ChartOptions()))
    assert [(one.label, one.change and one.change[0]) for one in entries] == [
        ("train", f"{expected('loss/train'):+.1%}"),
        ("val", f"{expected('loss/val'):+.1%}"),
        ("baseline", None),
    ]


def test_where_the_baseline_has_nothing_no_change_is_told(store: Store):
    assert store.reference is not None
    points = next(iter(store.reference.store.runs.values())).series["loss/val"].snapshot()
    assert change_against(points, 8, 1.2) == pytest.approx(1.0)  # an interval behind its end
    assert change_against(points, 9, 1.2) is change_against(points, -1, 1.2) is None
    assert change_against(points, 4, float("nan")) is None


def test_a_baseline_among_the_runs_is_not_drawn_twice(tmp_path: Path):
    base = stored(tmp_path / "logs" / "b", BASE)
    both = stored(tmp_path / "logs" / "a", OWN)
    both.reference = Reference("base", base)
    assert own_baseline(both) == "b"
    [metric] = [one for one in pair_tags(OWN) if one.title == "loss"]
    found = MetricCurves(both, metric, RunColours()).curves(8)
    assert not [curve for curve in found if curve.faded]
    assert [curve.reference is None for curve in found] == [False, False, True, True]
    rows = TableBuilder(both, SummaryReader()).build(Selection(), SortOrder()).rows
    assert {row.values.run for row in rows if row.change is not None} == {"a"}
