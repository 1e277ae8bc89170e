"""Where resumed curves are marked."""

from collections.abc import Sequence
from pathlib import Path

from support.event_files import scalar, version, write
from tuimon.charts.chart import draw_chart
from tuimon.charts.model import Curve
from tuimon.charts.resumes import resumes_of
from tuimon.present.series_curves import SeriesCurves
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load


def curve(directory: Path, lives: Sequence[range]) -> Curve:
    """That of a training whose lives have logged these steps, one after the other."""
    clock = 1.7e9
    for number, steps in enumerate(lives):
        name = f"events.out.tfevents.{int(clock)}.host.{number}"
        records = [version(clock)]
        for step in steps:
            clock += 1.0
            records.append(scalar("loss", step, 1.0 / (1 + step), clock))
        clock += 10.0
        write(directory / name, records)
    [run] = load([LogSource(path=str(directory))]).store.runs.values()
    return SeriesCurves().curve(run, run.series["loss"], "loss")


def test_the_first_point_after_a_resume_is_told(tmp_path: Path):
    one = curve(tmp_path, [range(0, 100, 10), range(50, 150, 10)])
    assert [int(one.steps[at]) for at in resumes_of(one)] == [50]
    rows = ["".join(text for text, _ in row) for row in draw_chart("loss", [one], 60, 12).rows]
    [axis] = [row for row in rows if "↺" in row]
    assert axis.count("↺") == 1
    assert 0.3 < axis.index("↺") / len(axis) < 0.5


def test_a_resume_that_was_given_up_itself_is_none(tmp_path: Path):
    one = curve(tmp_path, [range(0, 100, 10), range(50, 80, 10), range(30, 90, 10)])
    assert [int(one.steps[at]) for at in resumes_of(one)] == [30]


def test_two_resumes_one_behind_the_other_are_two(tmp_path: Path):
    one = curve(tmp_path, [range(0, 100, 10), range(50, 150, 10), range(120, 200, 10)])
    assert [int(one.steps[at]) for at in resumes_of(one)] == [50, 120]


def test_what_goes_on_without_a_break_has_no_mark(tmp_path: Path):
    assert resumes_of(curve(tmp_path, [range(0, 50, 10), range(50, 90, 10)])) == []
