"""The pace that is to come: as it is, as it goes on to change, as it has just become."""

from random import Random

import numpy as np
import pytest

from tuimon.recorder.progress.pace_outlook import PaceOutlook, pace_outlook

CHANCE = Random(7)
NOISE = [CHANCE.gauss(0.0, 0.02) for _ in range(24)]


def outlook(paces: list[float], middle: float = 60.0, shortest: float = 0.0) -> PaceOutlook:
    noisy = [pace * (1 + noise) for pace, noise in zip(paces, NOISE, strict=False)]
    return pace_outlook(np.arange(len(noisy)) + 0.5, np.array(noisy), middle, shortest)


def test_what_stays_stays():
    found = outlook([3.0] * 24)
    assert found.pace == pytest.approx(3.0, rel=0.02)
    assert found.deviation < 0.1 * 3.0


def test_what_grows_may_go_on_to_grow():
    found = outlook([1 + place / 10 for place in range(24)])
    assert found.pace == pytest.approx(0.75 * 7.0 + 0.25 * 3.4, rel=0.05)
    assert found.pace + found.deviation > 7.0


def test_a_slope_is_none_within_an_epoch():
    found = outlook([1 + place / 10 for place in range(24)], shortest=30.0)
    assert found.pace < 3.4


@pytest.mark.parametrize("before", [0.5, 2.0, 20.0])
def test_what_was_before_a_change_is_forgotten(before: float):
    assert outlook([before] * 16 + [1.0] * 8).pace == pytest.approx(1.0, rel=0.05)


def test_what_has_changed_is_less_sure():
    assert outlook([1.0] * 12 + [1.5] * 12).deviation > 2 * outlook([1.5] * 24).deviation


def test_of_one_block_little_is_known():
    found = outlook([2.0])
    assert found.pace == pytest.approx(2.0, rel=0.05)
    assert found.deviation >= 0.2


def test_steps_that_took_no_time_are_no_error():
    assert outlook([0.0] * 5) == pytest.approx((0.0, 0.0))
