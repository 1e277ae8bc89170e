"""Values of documents: what is taken as which type, and what is said of what is not."""

import math
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.decoding import Rule, checked, near, within, written


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Point:
    x: float
    y: Annotated[int, within(0, 9)] | None = None


class Line(NamedTuple):
    points: tuple[Point, ...]
    name: str = ""


Share = Annotated[float, within(0, 1)]
Word = Annotated[str, Rule(str.isalpha, "must be one word")]


@pytest.mark.parametrize(
    ("value", "kind", "found"),
    [
        (True, bool, True),
        (3, int, 3),
        (3, float, 3.0),
        (0.5, Share, 0.5),
        (0, Share, 0.0),
        ("word", Word, "word"),
        ("step", Literal["step", "wall"], "step"),
        (None, Word | None, None),
        ("red", Colour, Colour.RED),
        ([1, 2], tuple[float, float], (1.0, 2.0)),
        ([], tuple[int, ...], ()),
        (["a", "b"], tuple[Word, ...], ("a", "b")),
        ({"a": [1]}, Mapping[str, tuple[int, ...]], {"a": (1,)}),
        ({"a": [None]}, Mapping[str, Any], {"a": [None]}),
        ({"x": 1, "z": "of a newer version"}, Point, Point(1.0)),
        ({"points": [{"x": 1.5, "y": 2}]}, Line, Line((Point(1.5, 2),))),
    ],
)
def test_what_a_document_has_becomes_of_the_type(value: object, kind: Any, found: object) -> None:
    got = checked(value, kind)
    assert got == found
    assert type(got) is type(found)


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (1, bool, "must be true or false"),
        (True, int, "must be int"),
        (True, float, "must be float"),
        (10**400, float, "must be float"),
        (1.0, int, "must be int"),
        (3, str, 'must be text in quotes, such as "auto"'),
        (None, str, 'must be text in quotes, such as "auto"'),
        (1, Share, "must be at least 0 and less than 1"),
        (math.nan, Share, "must be at least 0 and less than 1"),
        ("much", Share, "must be at least 0 and less than 1"),
        (10**400, Share, "must be at least 0 and less than 1"),
        ("two words", Word | None, "must be one word"),
        ("steps", Literal["step", "wall"], "must be one of step, wall; did you mean step?"),
        (3, Literal["step", "wall"], "must be one of step, wall"),
        ("blue", Colour, "'blue' is not a valid Colour"),
        ([1], tuple[float, float], "must be tuple"),
        ("ab", tuple[str, ...], "must be tuple"),
        ([], Mapping[str, int], "must be Mapping"),
        ([], Point, "must be Point"),
        ({}, float, "must be float"),
        ({"x": 1, "y": 9}, Point, "y = 9: must be at least 0 and less than 9"),
    ],
)
def test_what_is_of_no_such_type_is_told(value: object, kind: Any, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        checked(value, kind)


def test_a_field_that_is_missing_is_told() -> None:
    with pytest.raises(ValueError, match="'x'"):
        checked({"y": 1}, Point)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=9,
    ),
    st.sampled_from([bool, int, float, Share, Word | None, Colour, Point, Line, Point | None]),
)
def test_any_value_is_of_a_type_or_told(value: object, kind: Any) -> None:
    with suppress(ValueError):
        found = checked(value, kind)
        assert found is value or found == value or isinstance(found, Point | Line)


def test_the_nearest_name_is_told_if_one_is_near() -> None:
    assert near("smothing", ["sort", "smoothing"]) == "; did you mean smoothing?"
    assert near("x", ["sort", "smoothing"]) == ""


def test_a_number_of_endless_digits_is_no_choice() -> None:
    with pytest.raises(ValueError, match="must be one of a"):
        checked(10**5000, Literal["a"])


def test_values_are_told_on_one_short_line() -> None:
    assert written(True) == "true"
    assert written("a\n" * 99) == repr("a\n" * 99)[:60]
    assert written(10**5000) == "…"
