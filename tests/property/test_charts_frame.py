"""plotext's frames and tuimon's own are the same text.

This file is also the program that compares them: plotext ends its process on input that it
cannot take, so it runs in one of its own.
"""

import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from tuimon.charts.frame import FrameTick, draw_frame, label_starts, load_plotext

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


def test_the_same_text_with_and_without_plotext() -> None:
    done = subprocess.run(
        [sys.executable, __file__], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "same\n"


if __name__ == "__main__":
    from tuimon.charts import frame as module

    assert load_plotext()
    plotext = module._plotext

    @settings(max_examples=500, database=None)
    @given(frames())
    def compare(arguments: Arguments) -> None:
        draw_frame.cache_clear()
        module._plotext = plotext
        drawn = draw_frame(*arguments)
        draw_frame.cache_clear()
        module._plotext = None
        assert draw_frame(*arguments) == drawn

    compare()
    print("same")
