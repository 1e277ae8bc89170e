"""The frame of a chart: axes, tick marks and tick labels.

Drawn by plotext once it is loaded (which takes longer than a first picture may), by this module
before, in a second thread meanwhile, and wherever plotext cannot be imported: the text is the same.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from tuimon.charts.plotext_figure import frame_figure


class FrameTick(NamedTuple):
    """A tick: the cell of the plot it stands at (from the left or the top), and its label."""

    cell: int
    label: str


class Frame(NamedTuple):
    """The text of a frame around an empty plot."""

    labels: tuple[str, ...]
    """The y labels left of the axis, one string of equal width for each plot row."""
    y_axis: str
    """The character of the y axis in each plot row."""
    x_axis: str
    """Corner and x axis below the plot."""
    x_labels: str
    """Labels below the x axis, from the corner on."""


@lru_cache(maxsize=128)
def draw_frame(
    width: int,
    height: int,
    label_width: int,
    y_ticks: tuple[FrameTick, ...],
    x_ticks: tuple[FrameTick, ...],
) -> Frame:
    """Draw the frame around a plot of width × height cells.

    Args:
        width, height: size of the plot inside the axes, at least 1 × 1.
        label_width: width of every y label.
        y_ticks: from the top row 0 down; labels of `label_width` cells.
        x_ticks: from the left column 0; labels that fit side by side (see :func:`label_starts`).
    """
    with frame_figure() as figure:
        # plotext leaves out the strips of axes without ticks.
        if figure is None or not x_ticks or not y_ticks:
            return _own_frame(width, height, label_width, y_ticks, x_ticks)
        return _plotext_frame(figure, width, height, label_width, y_ticks, x_ticks)


def label_starts(width: int, cells: Sequence[int], labels: Sequence[str]) -> list[int]:
    """Return where labels begin that are centred below cells of a row, but kept inside it."""
    return [
        max(0, min(cell - (len(label) - 1) // 2, width - len(label)))
        for cell, label in zip(cells, labels, strict=True)
    ]


def _own_frame(
    width: int,
    height: int,
    label_width: int,
    y_ticks: tuple[FrameTick, ...],
    x_ticks: tuple[FrameTick, ...],
) -> Frame:
    labels = [" " * label_width] * height
    y_axis = ["│"] * height
    for row, label in y_ticks:
        labels[row] = label
        y_axis[row] = "┤"
    x_axis = ["─"] * width
    x_labels = [" "] * width
    starts = label_starts(width, [cell for cell, _ in x_ticks], [label for _, label in x_ticks])
    for (column, label), start in zip(x_ticks, starts, strict=True):
        x_axis[column] = "┬"
        x_labels[start : start + len(label)] = label
    return Frame(tuple(labels), "".join(y_axis), "└" + "".join(x_axis), " " + "".join(x_labels))


def _plotext_frame(
    figure: Any,
    width: int,
    height: int,
    label_width: int,
    y_ticks: tuple[FrameTick, ...],
    x_ticks: tuple[FrameTick, ...],
) -> Frame:
    figure.clear()
    figure.plot_size(label_width + 1 + width, height + 2)
    figure.axes(False, axis=0, side=1)
    figure.axes(False, axis=1, side=1)
    # One unit is one cell, so that a tick lands where its curve does. Limits must differ.
    figure.ruler("x").lim(0, max(1, width - 1))
    figure.ruler("x").ticks([tick.cell for tick in x_ticks], [tick.label for tick in x_ticks])
    figure.ruler("y").lim(0, max(1, height - 1))
    figure.ruler("y").ticks(
        [height - 1 - tick.cell for tick in y_ticks], [tick.label for tick in y_ticks]
    )
    lines = figure.build().string(colorless=True).split("\n")
    return Frame(
        tuple(line[:label_width] for line in lines[:height]),
        "".join(line[label_width] for line in lines[:height]),
        lines[height][label_width:],
        lines[height + 1][label_width:],
    )
