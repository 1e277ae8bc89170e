"""When the curves of a chart have to be drawn again."""

from pathlib import Path

from event_files import scalar, write

from tuimon.charts.pairing import pair_tags
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.store.parts import trainings
from tuimon.tui.curves import MetricCurves
from tuimon.tui.run_colours import RunColours


def test_curves_are_drawn_again_when_a_training_gets_its_colour(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / name, [scalar("loss", step, 1.0) for step in range(3)])
    store = load([LogSource(path=str(tmp_path))]).store
    colours = RunColours()
    curves = MetricCurves(store, pair_tags(["loss"])[0], colours)
    before = curves.versions
    assert curves.versions == before
    colours.meet(trainings(store.runs), keep=False)
    assert [curve.colour for curve in curves.curves()] == [0, 1]
    assert curves.versions != before
    before = curves.versions
    colours.meet(trainings(store.runs))
    assert curves.versions == before
