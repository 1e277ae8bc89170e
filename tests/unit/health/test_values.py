"""Which values are worth an alert."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.events.points import ScalarColumns
from tuimon.health.values import TagRules
from tuimon.runs.alerts import AlertLevel


def points(values: list[float], first_step: int = 0) -> ScalarColumns:
    steps = np.arange(first_step, first_step + len(values))
    return ScalarColumns(steps, steps.astype(float), np.array(values))


def titles(rules: TagRules, *stretches: ScalarColumns) -> list[str]:
    return [alert.title for one in stretches for alert in rules.take(one, 0.0)]


@pytest.mark.parametrize(
    "tag", ["losses/value_loss", "train/policy_loss", "Loss_G", "loss/critic", "losses/qf1_loss"]
)
def test_losses_that_need_not_fall(tag: str) -> None:
    growing = [0.1 * 1.1**n for n in range(90)]
    assert titles(TagRules(".", tag), points(growing)) == []


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
    assert titles(TagRules(".", tag), points([1.0, np.nan])) == [f"{tag} is NaN"]


def test_gradients_are_vital_but_may_grow() -> None:
    growing = [0.1 * 1.1**n for n in range(90)]
    assert titles(TagRules(".", "grad_norm"), points([*growing, np.inf])) == ["grad_norm is +Inf"]


@pytest.mark.parametrize(("value", "shown"), [(np.nan, "NaN"), (np.inf, "+Inf"), (-np.inf, "-Inf")])
def test_a_loss_that_is_not_finite_is_told_with_its_first_step(value: float, shown: str) -> None:
    alerts = TagRules("adam", "Loss/train").take(points([1.0, value, value], first_step=40), 7.0)
    assert [(alert.title, alert.step, alert.wall_time) for alert in alerts] == [
        (f"adam/Loss/train is {shown}", 41, 7.0)
    ]


def test_an_accuracy_may_be_nan() -> None:
    assert titles(TagRules(".", "accuracy"), points([np.nan] * 5)) == []


def test_a_loss_that_grows_for_long_is_told_once() -> None:
    falling = [2.0 * 0.95**n for n in range(60)]
    growing = [0.1 * 1.1**n for n in range(60)]
    rules = TagRules(".", "Loss/train")
    assert titles(rules, points(falling)) == []
    assert titles(rules, points(growing, 60), points(growing, 120)) == ["Loss/train grows"]


def test_a_spike_and_noise_near_zero_are_no_growth() -> None:
    random = np.random.default_rng(0)
    falling = [2.0 * 0.95**n for n in range(100)]
    noisy = list(random.uniform(0.001, 0.05, 200))
    assert titles(TagRules(".", "loss"), points([*falling, 30.0, *noisy])) == []


def test_the_best_that_a_loss_has_left_is_told_with_its_step() -> None:
    falling = [2.0 * 0.9**n for n in range(60)]
    (alert,) = TagRules(".", "loss").take(points([*falling, *[20.0] * 30]), 7.0)
    assert (alert.level, alert.wall_time) == (AlertLevel.WARN, 7.0)
    assert alert.step == 69
    assert alert.text.endswith("at step 59.")


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([1.0, *[9.0] * 19, *[0.5] * 60], id="a warm-up"),
        pytest.param([2.0 * 0.9**n for n in range(60)] + [9.0, 0.01] * 30, id="one point in two"),
        pytest.param([2.0 - n / 600 for n in range(60)] + [2.5] * 60, id="a small part of it"),
        pytest.param([2.0 * 0.9**n for n in range(90)] + [0.3] * 60, id="near zero"),
    ],
)
def test_what_is_no_growth(values: list[float]) -> None:
    assert titles(TagRules(".", "loss"), points(values)) == []


def test_a_reward_like_loss_below_zero_is_no_growth_while_it_falls() -> None:
    assert titles(TagRules(".", "loss"), points([-0.5 * n for n in range(100)])) == []


@given(st.lists(st.floats(), max_size=80), st.integers(1, 10))
def test_how_points_are_cut_into_batches_changes_nothing(values: list[float], size: int) -> None:
    whole = {alert.key for alert in TagRules(".", "loss").take(points(values), 0.0)}
    rules = TagRules(".", "loss")
    parts = {
        alert.key
        for start in range(0, len(values), size)
        for alert in rules.take(points(values[start : start + size], start), 0.0)
    }
    assert parts == whole
