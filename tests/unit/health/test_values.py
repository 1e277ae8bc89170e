"""Which values are worth an alert."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import loss_courses
from support.loss_courses import Kind, Training, trainings
from tuimon.events.points import ScalarColumns
from tuimon.health.growth import Growth
from tuimon.health.values import ValueRules
from tuimon.runs.alerts import Alert, AlertLevel


def points(values: list[float], first_step: int = 0) -> ScalarColumns:
    steps = np.arange(first_step, first_step + len(values))
    return ScalarColumns(steps, steps.astype(float), np.array(values))


def titles(tag: str, *stretches: ScalarColumns, run: str = ".") -> list[str]:
    rules = ValueRules()
    return [alert.title for one in stretches for alert in rules.take(run, tag, one, 0.0)]


def alerts(training: Training) -> list[Alert]:
    rules = ValueRules()
    return [
        alert
        for tag, values in training.items()
        for alert in rules.take(".", tag, points(list(values)), 0.0)
    ]


FALLING = [2.0 * 0.95**n for n in range(60)]


@pytest.mark.parametrize(
    "tag", ["losses/value_loss", "train/policy_loss", "Loss_G", "loss/critic", "losses/qf1_loss"]
)
def test_losses_that_need_not_fall(tag: str) -> None:
    assert titles(tag, points([*FALLING, *[20.0] * 90])) == []


@pytest.mark.parametrize(
    "tag",
    [
        "train/cross_entropy",
        "train/mae",
        "train/rmse",
        "train_err",
        "train/error",
        "td_error",
        "wer",
    ],
)
def test_errors_that_are_not_finite_are_told_and_may_grow(tag: str) -> None:
    assert titles(tag, points([1.0, np.nan])) == [f"{tag} is NaN"]


def test_gradients_are_vital_but_may_grow() -> None:
    growing = [0.1 * 1.1**n for n in range(90)]
    assert titles("grad_norm", points([*growing, np.inf])) == ["grad_norm is +Inf"]


@pytest.mark.parametrize(("value", "shown"), [(np.nan, "NaN"), (np.inf, "+Inf"), (-np.inf, "-Inf")])
def test_a_loss_that_is_not_finite_is_told_with_its_first_step(value: float, shown: str) -> None:
    told = ValueRules().take("adam", "Loss/train", points([1.0, value, value], first_step=40), 7.0)
    assert [(alert.title, alert.step, alert.wall_time) for alert in told] == [
        (f"adam/Loss/train is {shown}", 41, 7.0)
    ]


def test_an_accuracy_may_be_nan() -> None:
    assert titles("accuracy", points([np.nan] * 5)) == []


def test_a_loss_that_has_grown_is_told_once_with_its_best() -> None:
    rules = ValueRules()
    assert rules.take(".", "Loss/train", points(FALLING), 0.0) == []
    (alert,) = rules.take(".", "Loss/train", points([2.0] * 90, 60), 7.0)
    assert rules.take(".", "Loss/train", points([9.0] * 90, 150), 8.0) == []
    assert (alert.level, alert.wall_time) == (AlertLevel.WARN, 7.0)
    assert alert.title == "Loss/train has grown"
    assert alert.text == "2 at step 81, and it does not come back; it was 0.1075 at step 59."
    assert alert.step == 81


def test_what_goes_on_behind_an_earlier_step_is_another_training() -> None:
    assert titles("loss", points(FALLING), points([2.0] * 90, 30)) == []


def test_beside_rewards_no_loss_need_fall_and_beside_divergences_a_little() -> None:
    course = points([*FALLING, *[2.2] * 90])
    for tag, told in (("ep_rew_mean", 0), ("loss_d", 0), ("kl", 0), ("accuracy", 1)):
        rules = ValueRules()
        rules.take(".", tag, points([1.0]), 0.0)
        assert len(rules.take(".", "loss", course, 0.0)) == told, tag


def test_what_is_measured_on_other_data_may_grow_as_the_training_overfits() -> None:
    assert titles("val/loss", points([*FALLING, *[6.0] * 90])) == []
    assert titles("val/loss", points([*FALLING, *[60.0] * 90])) == ["val/loss has grown"]


@pytest.mark.parametrize("kinds", [loss_courses.HEALTHY, loss_courses.UNSEEN_HEALTHY])
def test_no_healthy_training_raises_an_alarm(kinds: tuple[Kind, ...]) -> None:
    told = [(name, alert.title) for name, one in trainings(kinds, 1) for alert in alerts(one)]
    assert told == []


def missed(kinds: tuple[Kind, ...]) -> list[str]:
    return [name for name, one in trainings(kinds, 1) if not alerts(one)]


def test_faults_are_found() -> None:
    assert missed(loss_courses.FAULTS) == []


def test_unseen_faults_are_found_but_where_the_course_ends_too_soon() -> None:
    assert missed(loss_courses.UNSEEN_FAULTS) == ["rate_far_too_large", "epochs_lost"]


@given(st.lists(st.floats(), max_size=80), st.integers(1, 10))
def test_how_points_are_cut_into_batches_changes_nothing(values: list[float], size: int) -> None:
    whole = {alert.key for alert in ValueRules().take(".", "loss", points(values), 0.0)}
    rules = ValueRules()
    parts = {
        alert.key
        for start in range(0, len(values), size)
        for alert in rules.take(".", "loss", points(values[start : start + size], start), 0.0)
    }
    assert parts == whole


def test_what_is_kept_of_a_loss_is_bounded() -> None:
    growth = Growth()
    kept = set()
    for step in range(5000):
        assert not growth.take(step, 1.0 + (step % 7) / 10, 0.35)
        kept.add(len(growth._levels))
    assert max(kept) == 512 - 1
