"""When a rule of the user's own is fulfilled."""

import numpy as np
import pytest

from tuimon.events.points import ScalarColumns
from tuimon.health.rule_watch import RuleWatch
from tuimon.own_rules import parse_rules


def points(*values: float) -> ScalarColumns:
    steps = np.arange(len(values))
    return ScalarColumns(steps, steps.astype(float), np.array(values))


def watch(rules: str) -> RuleWatch:
    return RuleWatch(parse_rules(rules))


def test_a_rule_without_a_time_is_fulfilled_by_the_first_point_once() -> None:
    rules = watch("loss > 3: stop")
    assert rules.take("adam", "loss", points(1.0, 3.0), 0.0) == []
    ((rule, alert),) = rules.take("adam", "loss", points(2.0, 3.5, 2.0), 7.0)
    assert (rule.action, alert.title, alert.wall_time) == ("stop", "adam/loss > 3", 7.0)
    assert alert.text == "3.5 at step 1, by your rule loss > 3: stop."
    assert rules.take("adam", "loss", points(9.0), 8.0) == []


def test_a_value_goes_on_to_hold_until_the_next_one() -> None:
    rules = watch("val/loss >= 3 for 5m")
    assert rules.take(".", "val/loss", points(3.0), 0.0) == []
    assert rules.look(299.0) == []
    assert [one.alert.title for one in rules.look(300.0)] == ["val/loss >= 3 for 5m"]
    assert rules.look(400.0) == []


@pytest.mark.parametrize("between", [(1.0,), (9.0, 1.0), (1.0, 9.0)])
def test_the_time_begins_anew_with_a_value_that_does_not_hold(between: tuple[float, ...]) -> None:
    rules = watch("loss > 3 for 1m")
    rules.take(".", "loss", points(9.0), 0.0)
    rules.take(".", "loss", points(*between), 50.0)
    assert rules.look(100.0) == []
    assert len(rules.look(110.0)) == (between[-1] == 9.0)


def test_of_several_metrics_nan_counts_where_it_breaks_something() -> None:
    rules = watch("* is nan: stop")
    assert rules.take(".", "accuracy", points(np.nan), 0.0) == []
    (one,) = rules.take(".", "train/loss", points(1.0, np.inf), 0.0)
    assert one.alert.title == "train/loss is nan"
    assert rules.covers(".", "train/loss", one.alert) is False
    assert len(watch("accuracy is nan").take(".", "accuracy", points(np.nan), 0.0)) == 1


def test_a_rule_about_nothing_is_told_once_late_or_at_the_end() -> None:
    rules = watch("val/lss > 3; loss > 3")
    assert list(rules.unmatched(9e9)) == []
    rules.take(".", "loss", points(1.0), 0.0)
    rules.take(".", "val/loss", points(1.0), 0.0)
    assert list(rules.unmatched(599.0)) == []
    (alert,) = rules.unmatched(600.0)
    assert alert.title == "no metric is called val/lss"
    assert alert.text == (
        "None was so far: your rule val/lss > 3: notify has nothing to look at; did you mean "
        "val/loss?"
    )
    assert list(rules.unmatched(700.0, ended=True)) == []
    assert len(list(watch("x > 1").unmatched(0.0, ended=True))) == 1
