import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.text import (
    REPLACEMENT,
    by_number,
    exact_value,
    fit,
    format_age,
    format_duration,
    format_step,
    format_value,
    safe,
    shorten,
    width,
)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("Loss/train", "Loss/train"),
        ("\x1b[2J\x1b]0;title\x07", "␛[2J␛]0;title␇"),
        ("a\tb\r\nc\u2028d\u2029e\x85f", "a b  c d e f"),
        ("\x9b31m", REPLACEMENT + "31m"),
        ("\x7f\x00", "␡␀"),
        ("user\u202egnp.exe\u2066\u200b\u200d\ufeff", "usergnp.exe"),
        ("\ud800x\udfff", f"{REPLACEMENT}x{REPLACEMENT}"),
        ("\ue000\U0010ffff", REPLACEMENT * 2),
        ("z" + "\u0301" * 50 + "y", "z\u0301\u0301y"),
        ("z" + "\u0301\u200d" * 50 + "y", "z\u0301\u0301y"),
        ("\u0301x", "x"),
        ("葛\U000e0100", "葛"),
        ("non\u00a0breaking\u3000wide", "non breaking wide"),
        ("🇩🇪 👍🏽 ☺\ufe0f", "DE 👍 ☺"),
        ("損失", "損失"),
        ("épоque", "épоque"),
    ],
)
def test_safe(hostile: str, shown: str) -> None:
    assert safe(hostile) == shown


def test_safe_is_linear_in_marks() -> None:
    marks = "\u0301\u0323" * 200_000
    assert safe("a" + marks + "b") == "a\u0301\u0323b"


@pytest.mark.parametrize(
    ("text", "cells", "fitted"),
    [
        ("loss", 6, "loss  "),
        ("loss", 4, "loss"),
        ("losses", 4, "los…"),
        ("損失関数", 8, "損失関数"),
        ("損失関数", 7, "損失関…"),
        ("損失関数", 6, "損失… "),
        ("損失", 1, "…"),
        ("loss", 0, ""),
        ("loss", -3, ""),
    ],
)
def test_fit(text: str, cells: int, fitted: str) -> None:
    assert fit(text, cells) == fitted


def test_fit_aligns() -> None:
    assert fit("ab", 5, "right") == "   ab"
    assert fit("ab", 5, "center") == " ab  "


@pytest.mark.parametrize(
    ("text", "cells", "head", "shortened"),
    [
        ("/home/me/runs", 13, 2, "/home/me/runs"),
        ("/home/me/runs", 9, 2, "/h…e/runs"),
        ("/home/me/runs", 9, 3, "/ho…/runs"),
        ("/home/me/runs", 6, 2, "/home…"),
        ("损失损失损失", 9, 2, "损失…损失"),
        ("损失损失损失", 8, 2, "损失…失"),
        ("abc", 0, 0, ""),
        ("abc", -3, -1, ""),
    ],
)
def test_shorten(text: str, cells: int, head: int, shortened: str) -> None:
    assert shorten(text, cells, head=head) == shortened


def test_fit_leaves_out_an_ellipsis_that_does_not_fit() -> None:
    assert fit("losses", 2, ellipsis="...") == "lo"
    assert fit("losses", 5, ellipsis="..") == "los.."


def test_width_counts_cells() -> None:
    assert width("abc") == 3
    assert width("損失") == 4
    assert width("e\u0301") == 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.35371, "0.3537"),
        (0.5, "0.5"),
        (1.0, "1"),
        (0.99996, "0.99996"),
        (-0.9999999, "-0.99999"),
        (0.9999, "0.9999"),
        (-0.0, "0"),
        (123.456, "123.5"),
        (9999.4, "9999"),
        (9999.6, "10k"),
        (12_345.0, "12.35k"),
        (-12_345_678.0, "-12.35M"),
        (1.5e9, "1.5e9"),
        (999_990_000.0, "1e9"),
        (0.001, "0.001"),
        (0.00099999, "0.001"),
        (3e-4, "3e-4"),
        (1.2345e-5, "1.234e-5"),
        (1e300, "1e300"),
        (5e-324, "4.941e-324"),
        (math.nan, "NaN"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
    ],
)
def test_format_value(value: float, shown: str) -> None:
    assert format_value(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.0, "1"),
        (0.0, "0"),
        (0.10000000149011612, "0.1"),
        (0.1, "0.1"),
        (0.9999600052833557, "0.99996"),
        (1 / 3, "0.3333333333333333"),
        (0.3333333432674408, "0.33333334"),
        (16777217.0, "16777217"),
        (-1.5e-30, "-1.5e-30"),
        (3.4028234663852886e38, "3.4028235e38"),
        (1e300, "1e300"),
        (1.401298464324817e-45, "1e-45"),
        (math.nan, "NaN"),
        (-math.inf, "-Inf"),
    ],
)
def test_exact_value(value: float, shown: str) -> None:
    assert exact_value(value) == shown


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        (0, "0"),
        (950, "950"),
        (9_999, "9999"),
        (12_500, "12.5k"),
        (1_253_400, "1.253M"),
        (2_000_000_000, "2B"),
        (-12_500, "-12.5k"),
        (2**63 - 1, "9.223e18"),
        (-(2**63), "-9.223e18"),
        (999_949, "999.9k"),
        (999_999, "1M"),
        (-999_950, "-1M"),
    ],
)
def test_format_step(step: int, shown: str) -> None:
    assert format_step(step) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0s"),
        (45.9, "45s"),
        (192, "3m 12s"),
        (3840, "1h 04m"),
        (183_600, "2d 03h"),
        (-75, "-1m 15s"),
        (-0.4, "0s"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_format_duration(seconds: float, shown: str) -> None:
    assert format_duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.2, "now"),
        (-5, "now"),
        (3.9, "3 s ago"),
        (301, "5 min ago"),
        (7300, "2 h ago"),
        (172_800, "2 d ago"),
        (math.inf, "never"),
    ],
)
def test_format_age(seconds: float, shown: str) -> None:
    assert format_age(seconds) == shown


@pytest.mark.parametrize(
    "names",
    [
        ["lr=1e-4", "lr=0.001", "lr=.01", "lr=0.1", "lr=1", "lr=10"],
        ["lr1e-05_seed10", "lr0.1_seed2", "lr0.1_seed10"],
        ["w=-2", "w=-1.5", "w=0", "w=3"],
        ["run-1", "run-2", "run-10"],
        ["v1.9", "v1.10"],
        ["1.2.9", "1.2.10", "1.10.0"],
        ["2024-01-02_09.30.10", "2024-01-02_10.5.1", "2024-01-10_00.0.0"],
        ["-3e-5", "-1e-9", "0", "1", "a"],
        ["a1e5f", "a2"],
        ["9" * 30, "1" + "0" * 30],
    ],
)
def test_names_are_in_the_order_of_their_numbers(names: list[str]):
    mixed = names[::-1]
    assert sorted(mixed, key=by_number) == names


@given(st.lists(st.text(alphabet="0123456789.eE+-=v_a\u0664"), max_size=6))
def test_any_names_have_an_order(names: list[str]):
    mixed = names[::-1]
    assert sorted(mixed, key=by_number) == sorted(names, key=by_number)
