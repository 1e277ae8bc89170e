import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from support.summary_files import WRITERS, events, values, written
from tuimon.charts import roles
from tuimon.summaries.pr_curves import PrCurve, decode_pr_curve
from tuimon.views import pr_curve
from tuimon.views.base import ViewOptions
from tuimon.views.layout import StepPlace
from tuimon.views.pr_curve import PrCurveView, area


def curve(recall: np.ndarray, precision: np.ndarray) -> PrCurve:
    counts = np.zeros(len(recall), np.int64)
    thresholds = np.linspace(0, 1, len(recall))
    return PrCurve(thresholds, counts, counts, counts, counts, precision, recall)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_curve_that_was_logged(tmp_path, writer, place):
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 2000)
    guesses = np.clip(labels * 0.4 + random.random(2000) * 0.6, 0, 1)
    found = values(written(tmp_path, lambda w: w.add_pr_curve("pr", labels, guesses), writer))
    decoded = decode_pr_curve(found["pr"])
    assert 0.85 < area(decoded) < 1
    rows = pr_curve.rows(place, decoded, ViewOptions(None, 60, 20))
    text = ["".join(span.text for span in row) for row in rows]
    assert "thresholds" in text[1]
    assert [line[:5].strip() for line in text[3:-2] if line[4] == "┤"] == ["1.0┤", "0.5┤", "0.0┤"]
    drawn = [index for index, line in enumerate(text[3:-2]) if line[5:].strip()]
    assert drawn[0] == 0
    assert drawn[-1] < len(text[3:-2]) * 2 / 3  # precision never falls below a half


def test_the_area_is_that_of_the_trapezoids():
    assert area(curve(np.array([1, 0.5, 0]), np.array([0.5, 1, 1]))) == pytest.approx(0.875)
    assert area(curve(np.array([1, 0.5]), np.array([0.5, 0.8]))) == pytest.approx(0.4 + 0.325)
    assert np.isnan(area(curve(np.array([np.nan]), np.array([1.0]))))


@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_size_is_exceeded(fits, place, ascii_only):
    for one in (
        curve(np.linspace(1, 0, 50), np.linspace(0.3, 1, 50)),
        curve(np.array([0.5]), np.array([0.5])),
        curve(np.array([]), np.array([])),
    ):
        fits(
            lambda w, h, one=one: pr_curve.rows(
                place, one, ViewOptions(None, w, h, ascii_only=ascii_only)
            )
        )


@pytest.mark.filterwarnings("error")
@given(arrays(np.float64, (2, 6), elements=st.floats() | st.floats(0, 1)))
def test_any_numbers_are_drawn(table):
    assert pr_curve.rows(StepPlace("pr", 0, 0, 1), curve(*table), ViewOptions(None, 40, 15))


def written_runs(subjects, runs=("a", "b"), steps=6):
    """Labels that are guessed the better the later, and best in the first run."""
    random = np.random.default_rng(0)
    for number, run in enumerate(runs):

        def write(w, number=number):
            for step in range(steps):
                labels = random.integers(0, 2, 1000)
                weight = (0.2 + step / 10) / (1 + number)
                guesses = np.clip(labels * weight + random.random(1000) * (1 - weight), 0, 1)
                w.add_pr_curve("pr", labels, guesses, step)

        found = subjects(write, run)
    return found["pr-curve", runs[0], "pr"]


def text(row) -> str:
    return "".join(span.text for span in row)


def test_a_threshold_is_read_as_it_was_logged(subjects):
    subject = written_runs(subjects, runs=("a",))
    view, look = PrCurveView(), ViewOptions(3, 120, 24)
    shown = view.draw(subject, look)
    assert "area" in text(shown.rows[1])
    assert shown.idle == ["pr-curve-runs"]
    view.press("pr-curve-higher")
    rows = view.draw(subject, look).rows
    _, logged = subject.summary(3, PrCurve)
    at = int(np.abs(logged.thresholds - 0.5).argmin())
    told = text(rows[1])
    assert f"threshold {logged.thresholds[at]:.3f}" in told
    assert f"precision {logged.precision[at]:.3f}" in told
    assert f"recall {logged.recall[at]:.3f}" in told
    assert f"TP {logged.true_positives[at]}  FP {logged.false_positives[at]}" in told
    assert sum(text(row).count("◆") for row in rows) == 1
    before = view._threshold
    view.press("pr-curve-up")
    assert 0.01 < view._threshold - before < 0.04
    view.press("pr-curve-lower")
    view.press("pr-curve-lower")
    assert view._threshold < before


def test_a_click_marks_the_nearest_point(subjects):
    subject = written_runs(subjects, runs=("a",))
    view, look = PrCurveView(), ViewOptions(None, 80, 24)
    view.draw(subject, look)
    _, logged = subject.summary(None, PrCurve)
    at = 40
    column = 5 + int(logged.recall[at] * 75)
    row = 3 + int((1 - logged.precision[at]) * 19)
    view.point(column, row)
    found = int(np.flatnonzero(logged.thresholds == view._threshold)[0])
    assert abs(logged.recall[found] - logged.recall[at]) < 0.05
    assert abs(logged.precision[found] - logged.precision[at]) < 0.05


def test_runs_are_compared_with_their_areas(subjects):
    subject = written_runs(subjects)
    view, look = PrCurveView(), ViewOptions(None, 100, 24)
    assert view.draw(subject, look).idle == []
    view.press("pr-curve-runs")
    rows = view.draw(subject, look).rows
    legend = rows[2]
    assert [span.role for span in legend if span.text == "━"] == [roles.curve(0), roles.curve(1)]
    words = text(legend).split()
    assert words[2] == "a"
    assert words[5] == "b"
    assert float(words[3]) > float(words[6])
    assert any(span.role == roles.curve(1) for row in rows[3:] for span in row)
    few = view.draw(subject, look._replace(palette=1)).rows[2]
    assert [span.text for span in few if isinstance(span.role, roles.CurveRole)] == ["━", "╍"]


def test_earlier_steps_are_behind(subjects):
    subject = written_runs(subjects, runs=("a",))
    view, look = PrCurveView(), ViewOptions(None, 100, 24)
    view.press("pr-curve-steps")
    rows = view.draw(subject, look).rows
    assert "step 5" in text(rows[2])
    assert "from step 0" in text(rows[2])
    assert any(span.role == roles.past(0) for row in rows[3:] for span in row)
    first = view.draw(subject, look._replace(step=0))
    assert "pr-curve-steps" in first.idle


def test_the_numbers_are_those_of_tensorboards_plugin(tmp_path):
    """What its web server would answer for the run."""
    from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
    from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
    from tensorboard.context import RequestContext
    from tensorboard.plugins import base_plugin
    from tensorboard.plugins.pr_curve.pr_curves_plugin import PrCurvesPlugin

    random = np.random.default_rng(0)
    labels, guesses = random.integers(0, 2, 500), random.random(500)
    written(tmp_path / "a", lambda w: w.add_pr_curve("pr", labels, guesses, 4))
    multiplexer = EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(tmp_path))
    multiplexer.Reload()
    provider = MultiplexerDataProvider(multiplexer, str(tmp_path))
    context = base_plugin.TBContext(logdir=str(tmp_path), data_provider=provider)
    ((answer,),) = (
        PrCurvesPlugin(context).pr_curves_impl(RequestContext(), "", ["a"], "pr").values()
    )
    ours = decode_pr_curve(values(events(tmp_path))["pr"])
    assert ours.precision == pytest.approx(answer["precision"])
    assert ours.recall == pytest.approx(answer["recall"])
    assert ours.thresholds == pytest.approx(answer["thresholds"])
    assert ours.true_positives.tolist() == [int(one) for one in answer["true_positives"]]
    assert ours.false_negatives.tolist() == [int(one) for one in answer["false_negatives"]]


def test_other_runs_are_named_before_earlier_steps(subjects):
    view, look = PrCurveView(), ViewOptions(None, 52, 22)
    subject = written_runs(subjects)
    view.press("pr-curve-runs")
    view.press("pr-curve-steps")
    legend = view.draw(subject, look).rows[2]
    assert [span.role for span in legend if span.text == "━"][:2] == [
        roles.curve(0),
        roles.curve(1),
    ]
