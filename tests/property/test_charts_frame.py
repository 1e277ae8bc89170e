"""plotext's frames and tuimon's own are the same text.

This file is also the program that compares them: plotext ends its process on input that it
cannot take, so it runs in one of its own.
"""

import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimon.charts import plotext_figure
from tuimon.charts.frame import FrameTick, draw_frame, label_starts
from tuimon.charts.plotext_figure import load_plotext

Arguments = tuple[int, int, int, tuple[FrameTick, ...], tuple[FrameTick, ...]]
_LABEL = st.text("0123456789.+-ekM:h", min_size=1, max_size=8)


@st.composite
def frames(draw: st.DrawFn) -> Arguments:
    width, height, label_width = (
        draw(st.integers(1, 250)),
        draw(st.integers(1, 80)),
        draw(st.integers(1, 12)),
    )
    rows = draw(st.sets(st.integers(0, height - 1), max_size=10))
    y_ticks = [FrameTick(row, draw(_LABEL)[:label_width].rjust(label_width)) for row in rows]
    x_ticks: list[FrameTick] = []
    end = -1
    for cell in sorted(draw(st.sets(st.integers(0, width - 1), max_size=10))):
        label = draw(_LABEL)
        (start,) = label_starts(width, [cell], [label])
        if start > end and len(label) <= width:
            x_ticks.append(FrameTick(cell, label))
            end = start + len(label) + 1
    return width, height, label_width, tuple(y_ticks), tuple(x_ticks)


def some_frames(seed: int, count: int) -> list[Arguments]:
    """Frames with ticks along both axes, which plotext draws."""
    chance = random.Random(seed)
    found: list[Arguments] = []
    for number in range(count):
        width, height = chance.randint(9, 120), chance.randint(3, 40)
        rows = chance.sample(range(height), 3)
        y_ticks = tuple(FrameTick(row, f"{number:5}") for row in rows)
        found.append((width, height, 5, y_ticks, (FrameTick(0, "0"), FrameTick(width - 1, "9"))))
    return found


def test_the_same_text_with_and_without_plotext() -> None:
    assert program("compare") == "same\n"


@pytest.mark.long
def test_the_same_text_from_one_thread_and_from_several() -> None:
    assert program("threads") == "same\n"


def program(which: str) -> str:
    done = subprocess.run(
        [sys.executable, __file__, which], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@settings(max_examples=500, database=None)
@given(frames())
def compare(arguments: Arguments) -> None:
    drawn = draw_frame.__wrapped__(*arguments)
    figure, plotext_figure._frames = plotext_figure._frames, None
    try:
        assert draw_frame.__wrapped__(*arguments) == drawn
    finally:
        plotext_figure._frames = figure


def threads() -> None:
    sys.setswitchinterval(1e-5)
    several = [some_frames(seed, 500) for seed in range(4)]
    drawn = [[draw_frame.__wrapped__(*one) for one in frames] for frames in several]
    with ThreadPoolExecutor(len(several)) as pool:
        again = pool.map(lambda some: [draw_frame.__wrapped__(*one) for one in some], several)
        assert list(again) == drawn


if __name__ == "__main__":
    assert load_plotext()
    {"compare": compare, "threads": threads}[sys.argv[1]]()
    print("same")
