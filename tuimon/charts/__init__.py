"""Series to terminal cells: scales, bins, braille curves, frames. Pure functions, no Textual."""

from tuimon.charts.chart import draw_chart
from tuimon.charts.frame import load_plotext
from tuimon.charts.model import ChartOptions, Curve, Drawing, Row, Scales, Span
from tuimon.charts.smoothing import Smoothed
from tuimon.charts.sparkline import sparkline

__all__ = [
    "ChartOptions",
    "Curve",
    "Drawing",
    "Row",
    "Scales",
    "Smoothed",
    "Span",
    "draw_chart",
    "load_plotext",
    "sparkline",
]
