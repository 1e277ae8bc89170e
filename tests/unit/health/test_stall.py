"""When silence is worth an alert."""

from tuimon.health.stall import StallRule


def trained(rule: StallRule, every: float, until: float) -> float:
    now = 0.0
    while now < until:
        now += every
        rule.sign_of_life(now, points=1)
    return now


def test_silence_is_told_once_and_again_after_a_sign_of_life() -> None:
    rule = StallRule(0.0, lambda: "rank 1 at load (data.py:38)")
    now = trained(rule, 1.0, 100)
    assert rule.check(now + 179, 0) is None
    alert = rule.check(now + 181, 5.0)
    assert alert is not None
    assert alert.text.endswith(" or so. Where it is: rank 1 at load (data.py:38)")
    assert alert.title == "nothing new for 3m 01s"
    assert alert.wall_time == 5.0
    assert rule.check(now + 300, 0) is None
    rule.sign_of_life(now + 400, points=1)
    again = rule.check(now + 1300, 0)
    assert again is not None
    assert again.key != alert.key


def test_a_slow_training_may_be_silent_for_longer() -> None:
    rule = StallRule(0.0)
    now = trained(rule, 100.0, 2000)
    assert rule.check(now + 499, 0) is None
    assert rule.check(now + 501, 0) is not None


def test_a_long_validation_is_usual_once_it_was_seen() -> None:
    rule = StallRule(0.0)
    now = trained(rule, 1.0, 100) + 600
    rule.sign_of_life(now, points=1)
    assert rule.check(now + 1100, 0) is None
    assert rule.check(now + 1300, 0) is not None


def test_output_is_a_sign_of_life() -> None:
    rule = StallRule(0.0)
    now = trained(rule, 1.0, 100)
    rule.sign_of_life(now + 170)
    assert rule.check(now + 300, 0) is None


def test_nothing_is_told_before_the_first_point() -> None:
    assert StallRule(0.0).check(1e6, 0) is None


def test_what_comes_before_the_first_point_is_not_usual() -> None:
    rule = StallRule(0.0)
    rule.sign_of_life(2000.0, points=1)
    for second in range(100):
        rule.sign_of_life(2001.0 + second, points=1)
    assert rule.check(2100.0 + 179, 0) is None
    assert rule.check(2100.0 + 181, 0) is not None
