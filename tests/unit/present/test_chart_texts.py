"""Charts as they are typed, and which of all charts come first."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from support.event_files import scalar, version, write
from tuimon.present.arrangement import PINNED, arrange
from tuimon.present.own_charts import ChartText, OwnCharts, lasting, pinned_first
from tuimon.present.pairing import pair_tags, split_tags
from tuimon.present.selection import Selection
from tuimon.runs.sources import LogSource
from tuimon.store.filters import parse_filter
from tuimon.store.formulas import FormulaError, formula_text, parse_formula
from tuimon.store.loading import load

TAGS = ("loss", "val", "a/b", "a", "b", "my tag", "lr=1/loss", "2")


@pytest.mark.parametrize(
    ("text", "title", "formulas"),
    [
        ("gap = val - loss", "gap", "val - loss"),
        ("loss, val*2", "loss, val*2", "loss, val*2"),
        ("both = loss , ema(val,.9)", "both", "loss , ema(val,.9)"),
        ("lr=1/loss", "lr=1/loss", '"lr=1/loss"'),
        ("x = my tag / 2", "x", '("my tag" / 2)'),
        ("x = b/a", "x", "(b / a)"),
        ("x = a/b, b/a*'2'", "x", 'a/b, ((b / a) * "2")'),
        ("x = a/b", "x", "a/b"),
        ("x = lr=1/loss", "x", '"lr=1/loss"'),
    ],
)
def test_a_chart_is_typed_and_lasts(text: str, title: str, formulas: str) -> None:
    typed = ChartText.parse(text, TAGS)
    assert (typed.title, typed.formulas, typed.missing) == (title, formulas, ())
    assert lasting(formulas, ()) == formulas


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("gap = val - ", "character 13: a tag, a number or a bracket is missing"),
        (" = val", "a title stands before ="),
        ("x = val loss", "character 9: not understood from here"),
        ("x = 2", "character 5: no tag in it"),
        ("x = min(val)", "character 5: min takes 2 values"),
        ("x = ema(val, loss)", "character 5: the weight of ema is a number from 0 to less than 1"),
        ('x = "val', "character 5: a tag, a number or a bracket is missing"),
    ],
)
def test_what_is_no_chart_is_told_with_its_place(text: str, why: str) -> None:
    with pytest.raises(FormulaError) as told:
        ChartText.parse(text, TAGS)
    assert str(told.value) == why


def test_the_longest_tag_is_meant() -> None:
    def meant(text: str, tags: Sequence[str]) -> str:
        return formula_text(parse_formula(text, tags).formula)

    assert meant("a/b", ["a", "b"]) == '("a" / "b")'
    assert meant("a/b", ["a", "b", "a/b"]) == '"a/b"'
    assert meant("a/b", []) == '"a/b"'
    assert meant("a-b*2", ["a", "b"]) == '("a" - ("b" * 2))'
    assert meant("loss_val", ["loss", "val"]) == '"loss_val"'
    assert meant("2 * a", TAGS) == '(2 * "a")'
    assert meant("'2' * a", TAGS) == '("2" * "a")'
    assert meant("min / max(a, b)", ["a", "b", "min"]) == '("min" / max("a", "b"))'
    assert ChartText.parse("x = los", TAGS).missing == ("los",)


def test_what_is_pinned_comes_first_by_title_or_tag() -> None:
    joined, apart = (
        pair(["train/loss", "val/loss", "lr", "x"]) for pair in (pair_tags, split_tags)
    )
    pins = ["lr", "val/loss"]
    assert [one.title for one in pinned_first(joined, pins)] == ["lr", "loss", "x"]
    assert [one.title for one in pinned_first(apart, pins)] == ["lr", "val/loss", "train/loss", "x"]
    assert [one.title for one in pinned_first(apart, ["loss"])][:2] == ["train/loss", "val/loss"]
    assert pinned_first(joined, []) == joined
    [section] = arrange(pinned_first(joined, pins), [PINNED]).folded
    assert [one.title for one in section.metrics] == ["lr", "loss"]


def test_a_filter_shows_charts_of_ones_own_by_what_is_in_them(tmp_path: Path) -> None:
    write(tmp_path, [version(), scalar("a", 1, 1), scalar("b", 1, 1)])
    own = OwnCharts(load([LogSource(path=str(tmp_path), recursive=True)]).store)
    charts = {"one": "a*2", "both": "a, b", "none": "c"}

    def titles(text: str) -> list[str]:
        shown = own.shown(charts, Selection(text=text, shows=parse_filter(text)))
        return [metric.title for metric in shown]

    assert titles("") == ["one", "both"]
    assert titles("b") == ["both"]
    assert titles("-a") == ["both"]
    assert [metric.title for metric in own.empty(charts, Selection())] == ["none"]
