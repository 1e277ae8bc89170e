"""When the curves of a chart have to be drawn again."""

from pathlib import Path

from support.event_files import scalar, write
from tuimon.present.curves import MetricCurves
from tuimon.present.pairing import pair_tags, prefix_tags
from tuimon.present.run_colours import RunColours
from tuimon.present.selection import BY_PREFIX, Selection
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.store.parts import trainings


def test_curves_are_drawn_again_when_a_training_gets_its_colour(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / name, [scalar("loss", step, 1.0) for step in range(3)])
    store = load([LogSource(path=str(tmp_path))]).store
    colours = RunColours()
    curves = MetricCurves(store, pair_tags(["loss"])[0], colours)
    before = curves.versions
    assert curves.versions == before
    colours.meet(trainings(store.runs), keep=False)
    assert [curve.colour for curve in curves.curves(8)] == [0, 1]
    assert curves.versions != before
    colours.meet(trainings(store.runs))
    before = curves.versions
    colours.meet(trainings(store.runs))
    assert curves.versions == before


def test_what_stands_out_in_a_chart_differs_in_colour(tmp_path: Path) -> None:
    for run in range(12):
        better = run in (1, 5, 9)
        write(tmp_path / f"{run:02}", [scalar("loss", step, run + better * -50) for step in (0, 1)])
    store = load([LogSource(path=str(tmp_path))]).store
    colours = RunColours()
    colours.meet(trainings(store.runs))
    curves = MetricCurves(store, pair_tags(["loss"])[0], colours)

    def standing_out() -> dict[str, int]:
        return {
            curve.label.split()[0]: curve.colour % 4
            for curve in curves.curves(palette=4)
            if not curve.faded and curves.selection.draws(curve.label.split()[0])
        }

    curves.selection = Selection(pinned=frozenset({"01", "05", "09"}), isolated=True)
    pinned = standing_out()
    assert sorted(pinned) == ["01", "05", "09"]
    assert len(set(pinned.values())) == 3
    assert pinned["01"] == 1
    curves.selection = Selection(pinned=frozenset({"05", "09", "02"}), isolated=True)
    other = standing_out()
    assert (other["05"], other["09"]) == (pinned["05"], pinned["09"])
    assert len(set(other.values())) == 3
    curves.selection = Selection()
    assert len(set(standing_out().values())) < 6 == len(standing_out())  # more than colours


def test_grouped_by_prefix_a_colour_is_a_tag_only_where_there_are_several(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / name, [scalar(tag, 0, 1.0) for tag in ("lr", "grad/x", "grad/y")])
    store = load([LogSource(path=str(tmp_path))]).store
    colours = RunColours()
    colours.meet(trainings(store.runs))

    def looks(tags: list[str]) -> list[tuple[int, int]]:
        curves = MetricCurves(store, prefix_tags(tags)[0], colours)
        curves.selection = Selection(group=BY_PREFIX)
        return [(curve.colour, curve.pattern) for curve in curves.curves(8)]

    assert looks(["grad/x", "grad/y"]) == [(0, 0), (1, 0), (0, 1), (1, 1)]
    assert looks(["lr"]) == [(0, 0), (1, 0)]


def test_runs_stand_out_by_what_they_were_not_trained_on(tmp_path: Path) -> None:
    tags = ["val_loss", "train_loss_step", "train_loss_epoch"]
    for run in range(12):
        values = (float(run), -run, -run)
        points = [scalar(tag, 1, value) for tag, value in zip(tags, values, strict=True)]
        write(tmp_path / f"{run:02}", points)
    store = load([LogSource(path=str(tmp_path))]).store
    colours = RunColours()
    colours.meet(trainings(store.runs))
    curves = MetricCurves(store, pair_tags(tags)[0], colours)
    standing = {curve.label.split()[0] for curve in curves.curves(8) if not curve.faded}
    assert standing == {"00", "01"}


def test_runs_of_a_group_share_its_colour_and_stand_out_together(tmp_path: Path) -> None:
    for name in ("a1", "a2", "b1", "c"):
        write(tmp_path / name, [scalar("loss", step, 1.0) for step in (0, 1)])
    store = load([LogSource(path=str(tmp_path))]).store
    colours = RunColours()
    colours.meet(trainings(store.runs))
    curves = MetricCurves(store, pair_tags(["loss"])[0], colours)
    groups = {"a1": "lr=0.1", "a2": "lr=0.1", "b1": "lr=0.01"}
    curves.selection = Selection(group="lr", groups=groups, spread="ci", focus="a2")
    drawn = curves.curves(8)
    assert [curve.group for curve in drawn] == ["lr=0.1", "lr=0.1", "lr=0.01", ""]
    assert [curve.spread for curve in drawn] == ["ci", "ci", "ci", None]
    assert [curve.colour for curve in drawn[:3]] == [1, 1, 0]  # numbers by size
    assert [curve.faded for curve in drawn] == [False, False, True, True]
    assert [curve.is_member for curve in drawn] == [False, True, False, False]
    curves.selection = Selection(group="lr", groups=groups, members=True)
    assert [curve.is_member for curve in curves.curves(8)] == [True, True, True, False]
    assert not any(curve.faded for curve in curves.curves(8))
