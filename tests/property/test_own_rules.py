"""Rules as text and back; whatever else is typed is refused."""

import math
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.own_rules import OwnRule, are_rules, parse_rule, parse_rules

TAGS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters='"'), min_size=1)
LIMITS = st.floats(allow_nan=False, allow_infinity=False)
SECONDS = st.one_of(st.integers(0, 10**6).map(float), st.floats(0, 1e6).map(lambda x: round(x, 2)))
ACTIONS = st.sampled_from(["notify", "stop", signal.SIGUSR1, signal.SIGTERM])


def parts(rule: OwnRule) -> tuple[object, ...]:
    limit = None if math.isnan(rule.limit) else rule.limit
    return rule.tag, rule.sign, limit, rule.action, pytest.approx(rule.seconds)


@given(
    TAGS.filter(lambda tag: len(tag) < 300),
    st.sampled_from([">", ">=", "<", "<=", "is nan"]),
    LIMITS,
    SECONDS,
    ACTIONS,
)
def test_a_rule_is_what_it_is_written_as(tag, sign, limit, seconds, action) -> None:  # type: ignore[no-untyped-def]
    limit = math.nan if sign == "is nan" else limit
    rule = OwnRule(tag, sign, limit, seconds=seconds, action=action)
    again = parse_rule(str(rule))
    assert parts(again) == parts(rule)
    assert str(parse_rule(str(again))) == str(again)


@given(st.one_of(st.text(), st.text('ab<>=:" 3m.is nafor')))
def test_any_text_is_a_rule_that_is_read_again_or_none(text: str) -> None:
    if are_rules(text):
        for rule in parse_rules(text):
            assert parts(parse_rule(str(rule))) == parts(rule)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("loss > 3: explode", "'explode' is nothing that can be done"),
        ("loss: stop", "it compares nothing"),
        ("loss > 3 for ever: stop", "the time behind 'for' is none"),
        ("loss > 3: signal FOO", "there is no signal FOO"),
        ("> 3", "it cannot be read"),
        ("loss > nan", "it cannot be read"),
        ("x" * 501, "longer than 500 characters"),
    ],
)
def test_what_is_wrong_is_told(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"{why}.*; such as 'val/loss > 3 for 5m: notify'"):
        parse_rule(text)
    assert not are_rules(text)


def test_several_rules_are_separated_by_semicolons() -> None:
    found = parse_rules("val/loss>3 for 5 m:stop; * IS NaN : signal sigusr1;")
    assert list(map(str, found)) == ["val/loss > 3 for 5m: stop", "* is nan: signal USR1"]


@pytest.mark.parametrize(
    ("tag", "name", "is_about"),
    [
        ("val/loss", "val/loss", True),
        ("val/loss", "val/loss2", False),
        ("*loss", "val/loss", True),
        ("loss[0]", "loss[0]", True),
        ("loss[0]", "loss0", False),
        ("a?", "ab", False),
    ],
)
def test_which_metrics_it_is_about(tag: str, name: str, is_about: bool) -> None:
    assert OwnRule(tag, ">", 0.0).is_about(name) is is_about
