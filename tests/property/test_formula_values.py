"""What formulas come to is what pandas comes to, however the points arrive."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimon.present.derived_series import DerivedSeries, LoggedTerm, StepwisePositions, term_of
from tuimon.store.formulas import (
    FUNCTIONS,
    Formula,
    FormulaError,
    FormulaName,
    NumberTerm,
    Operation,
    TagTerm,
    completions,
    formula_text,
    parse_formula,
    parse_formulas,
    quoted,
    tags_in,
)
from tuimon.store.series import Points, Series
from tuimon.store.step_order import Oddity
from tuimon.store.timeline import Restarts
from tuimon.text import safe

TAGS = ("a", "b", "c/d")
Batch = tuple[str, list[tuple[int, float]]]


def _operation(parts: tuple[str, *tuple[Formula, ...]]) -> Operation:
    return Operation(parts[0], parts[1:])


numbers = st.one_of(st.floats(-8, 8), st.sampled_from([0.0, np.nan, np.inf, -np.inf]))
formulas: st.SearchStrategy[Formula] = st.recursive(
    st.sampled_from([TagTerm(tag) for tag in TAGS]) | st.floats(-4, 4).map(NumberTerm),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from("+-*/"), inner, inner).map(_operation),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(_operation),
        st.tuples(st.sampled_from([n for n, c in FUNCTIONS.items() if c == 1]), inner).map(
            _operation
        ),
        st.tuples(inner, st.floats(0, 0.99).map(NumberTerm)).map(lambda one: Operation("ema", one)),
    ),
    max_leaves=5,
)
batches = st.lists(
    st.tuples(st.sampled_from(TAGS), st.lists(st.tuples(st.integers(0, 12), numbers), min_size=1)),
    min_size=3,
    max_size=8,
)


def expected(formula: Formula, logged: Mapping[str, Series]) -> pd.Series:
    """As pandas has it, by the step; a number is an array without one."""
    if isinstance(formula, TagTerm):
        return logged_values(logged[formula.tag])
    if isinstance(formula, NumberTerm):
        return formula.value
    first, *others = (expected(value, logged) for value in formula.values)
    if formula.name in ("+", "-", "*", "/", "min", "max"):
        left, right = first, others[0]
        if isinstance(left, pd.Series) and isinstance(right, pd.Series):
            left, right = (side[~side.index.duplicated(keep="last")] for side in (left, right))
            common = left.index.intersection(right.index).sort_values()
            left, right = left[common], right[common]
        make = {"min": np.minimum, "max": np.maximum, "/": np.divide}.get(formula.name)
        if make is None:
            make = {"+": np.add, "-": np.subtract, "*": np.multiply}[formula.name]
        return make(left, right)
    if not isinstance(first, pd.Series):
        one = pd.Series([first])
        return float(function(formula, one).iloc[-1]) if formula.name != "delta" else np.nan
    return function(formula, first)


def logged_values(series: Series) -> pd.Series:
    """By step; by number where there are no steps."""
    points, numbered = series.snapshot(), Oddity.NO_STEPS in series.oddities
    return pd.Series(points.values, None if numbered else points.steps)


def function(formula: Operation, series: pd.Series) -> pd.Series:
    name = formula.name
    if name == "delta":
        return pd.Series(np.diff(series.to_numpy()), series.index[1:])
    if name == "sum":
        return pd.Series(np.cumsum(series.to_numpy()), series.index)
    if name == "ema":
        weight = formula.values[1].value
        finite = series.where(np.isfinite(series))
        mean = finite.ewm(alpha=1 - weight, adjust=True, ignore_na=True).mean()
        return mean.where(np.isfinite(series), series)
    return getattr(np, name)(series)


def stored(log: Sequence[Batch]) -> dict[str, Series]:
    series = {tag: Series("run", tag, Restarts()) for tag in TAGS}
    for tag in TAGS:
        put(series[tag], [(0, 1.0)])
    for tag, points in log:
        put(series[tag], points)
    return series


def put(series: Series, points: Sequence[tuple[int, float]]) -> None:
    steps, values = zip(*points, strict=True)
    times = 1e9 + np.array(steps, np.float64)
    series.append("file", (np.array(steps, np.int64), times, np.array(values, np.float64)))


def same(points: Points, wanted: pd.Series) -> None:
    assert points.steps.tolist() == wanted.index.tolist()
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(points.values, wanted.to_numpy(), rtol=1e-6, atol=1e-6)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@given(formula=formulas, log=batches)
@settings(max_examples=60, deadline=None)
def test_formulas_come_to_what_pandas_says(formula: Formula, log: list[Batch]) -> None:
    if not tags_in(formula):
        return
    series = stored([])
    derived = DerivedSeries("run", FormulaName.of(formula), series)
    before, epoch = derived.snapshot(), derived.epoch
    for tag, points in log:
        put(series[tag], points)
        now, after = derived.epoch, derived.snapshot()
        if now == epoch:  # what was drawn stays as it is
            count = len(before.steps)
            assert after.steps[:count].tolist() == before.steps.tolist()
            np.testing.assert_array_equal(after.values[:count], before.values)
        before, epoch = after, now
    with np.errstate(all="ignore"):
        same(derived.snapshot(), expected(formula, series))


@given(formula=formulas)
@settings(max_examples=60, deadline=None)
def test_a_formula_that_is_written_is_read_again(formula: Formula) -> None:
    assert formula == TagTerm("a") or tags_in(formula) is not None
    text = formula_text(formula)
    if not tags_in(formula) or len(text) > 400:
        return
    [again] = parse_formulas(text)
    assert text_of(again.formula) == text_of(formula)


def text_of(formula: Formula) -> str:
    """A negative number is read as the product of it and -1."""
    return re.sub(r"\(-1 \* (\d[^ )]*)\)", r"-\1", formula_text(formula)).replace("-0", "0")


@given(st.text(min_size=1, max_size=20) | st.text("a\x1b[\"'\\u\u202e\ud800", min_size=1))
@settings(max_examples=100, deadline=None)
def test_a_tag_in_quotes_is_text_that_can_be_shown(tag: str) -> None:
    text = quoted(tag)
    assert safe(text) == text
    assert parse_formula(text).formula == TagTerm(tag)
    [completed] = completions("2 * ", [tag])
    assert parse_formulas(completed, ())[0].formula == Operation("*", (NumberTerm(2), TagTerm(tag)))


@given(st.text(max_size=60) | st.text("ab/(),+-*.1\"'e ", max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_text_is_a_formula_of_tags_or_none(text: str) -> None:
    with suppress(FormulaError):
        found = parse_formulas(text, {"a", "b", "a/b"})
        assert found
        assert all(tags_in(one.formula) for one in found)


@given(log=batches)
@settings(max_examples=40, deadline=None)
def test_positions_are_what_x_had_last(log: list[Batch]) -> None:
    series = stored([])
    positions = StepwisePositions(term_of(parse_formula("b").formula, series))
    for tag, points in log:
        put(series[tag], points)
        y = LoggedTerm(series["a"])
        found = positions.of(y.points(), y.epoch)
        last = logged_values(series["b"])
        last = last[~last.index.duplicated(keep="last")]
        steps = logged_values(series["a"]).index
        np.testing.assert_array_equal(found, last.reindex(steps, method="ffill").to_numpy())
