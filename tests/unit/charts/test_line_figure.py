"""Any series as a figure of plotext's, which ends its process on numbers that it cannot take."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from tuimon.charts.line_figure import line_figure
from tuimon.charts.model import ChartOptions, Curve

NAN, INF = math.nan, math.inf


def curve(values: object, steps: Sequence[int] | None = None, label: str = "a") -> Curve:
    found = np.array(values, np.float64)
    at = np.arange(len(found)) if steps is None else np.array(steps, np.int64)
    return Curve(label=label, steps=at, wall_times=np.zeros(len(found)), values=found)


def text(curves: list[Curve], title: str = "loss", **options: object) -> list[str]:
    figure = line_figure(title, curves, 60, 12, ChartOptions(**options))  # type: ignore[arg-type]
    return [line.rstrip() for line in figure.build().string(colorless=True).splitlines()]


def test_a_line() -> None:
    figure = line_figure("loss", [curve(range(11))], 40, 12, ChartOptions())
    lines = figure.build().string(colorless=True).splitlines()
    assert [line.rstrip() for line in lines] == [
        "                   loss",
        "  ┌────────────────────────────────────┐",
        "10┤                             ┌─────┐│",
        "  │                           ⢀⣀│     ││",
        "  │                     ⣀⣀⠤⠤⠒⠊⠁ │ ⢕ a ││",
        " 5┤               ⣀⡠⠤⠔⠊⠉        │     ││",
        "  │        ⢀⡠⠤⠒⠒⠉⠉              └─────┘│",
        "  │ ⢀⣀⠤⠔⠒⠊⠉⠁                           │",
        " 0┤⠈⠁                                  │",
        "  └┬─────────────────┬────────────────┬┘",
        "   0                 5               10",
        "                   step",
    ]


@pytest.mark.parametrize("values", [[], [NAN] * 9, [INF, -INF, NAN]])
def test_nothing_to_draw_is_an_empty_frame(values: list[float]) -> None:
    lines = text([curve(values)])
    assert len(lines) == 12
    assert "⢕" not in "".join(lines)
    assert not text([])[0].strip().removeprefix("loss")


def test_what_is_not_finite_is_left_out_and_counted() -> None:
    assert text([curve([1, NAN, 2, INF, -INF, NAN, 3])])[0].split("  ")[-3:] == [
        "2 NaN",
        "1 +Inf",
        "1 -Inf",
    ]
    assert "2 ≤ 0  log y" in text([curve([1, -1, 0, 10])], log_y=True)[0]


def test_a_line_breaks_where_nan_are() -> None:
    values = [1.0] * 40 + [NAN] * 20 + [1.0] * 40
    (row,) = (line for line in text([curve(values)]) if "⠤" in line or "⠒" in line or "⠉" in line)
    assert "  " in row.split("┤")[-1].rstrip(" │")


def test_huge_values_and_steps() -> None:
    assert any("5e300┤" in line for line in text([curve([1e300 * one for one in range(9)])]))
    assert any("1e307┤" in line for line in text([curve([1.7e308, -1.7e308])]))
    assert any("┤" in line for line in text([curve([1.7e308, 5e-324])], log_y=True)[2:-3])
    last = text([curve(range(9), [2**63 - 9 + one for one in range(9)])])
    assert last[-1].strip() == f"steps after {2**63 - 9}"
    assert last[-2].split() == ["+0", "+2", "+4", "+6", "+8"]
    assert text([curve([1, 2], [-(2**63), 2**63 - 1])])[-2].split()[0] == "+0"


def test_a_spike_among_many_points_is_seen() -> None:
    values = np.zeros(2_000_000)
    values[777_777] = 9.0
    (top,) = [line for line in text([curve(values)]) if line.strip().startswith("10")]
    below = next(line for line in text([curve(values)]) if line.strip().startswith("5"))
    assert "⡇" in below or "⢸" in below
    assert "⡇" not in top
    assert "smoothing 0.9" in text([curve(values)], smoothing=0.9)[0]


def test_names_of_any_kind() -> None:
    lines = text([curve([1, 2], label="\x1b[31mévil\n\udc80 名前" * 9)], "\x1b]0;\a" * 99)
    assert not any(char in "".join(lines) for char in "\x1b\a\udc80")
    assert any("⢕" in line for line in lines)


def test_a_legend_tells_how_many_it_has_no_room_for() -> None:
    lines = text([curve([one, one], label=f"run{one}") for one in range(100)])
    assert any("⢕ +99 more" in line or "⢕ +98 more" in line for line in lines)
