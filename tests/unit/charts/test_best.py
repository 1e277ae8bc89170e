"""Which value of a metric is its best."""

import pytest

from tuimon.charts.best import best_of


@pytest.mark.parametrize(
    ("tag", "best"),
    [
        ("Loss/train", "min"),
        ("val/rmse", "min"),
        ("loss/accuracy", "max"),
        ("losses/explained_variance", "max"),
        ("rollout/ep_rew_mean", "max"),
        ("charts/episodic_return", "max"),
        ("losses/value_loss", "min"),
        ("lr", None),
        ("retries", None),
    ],
)
def test_best(tag: str, best: str | None) -> None:
    assert best_of(tag) == best
