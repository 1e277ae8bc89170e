"""How the curves of a chart are told apart: colours, dashes, letters."""

from collections.abc import Iterable
from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.marks import MARKS, Marks, key_letter, line_letter
from tuimon.charts.model import ChartOptions, Curve


class CurveStyle(NamedTuple):
    """How curves are told apart."""

    options: ChartOptions
    marks: Marks
    lettered: bool
    """Whether letters name curves at their lines, as colours do not."""

    def pattern(self, curve: Curve) -> int:
        """The dashes of a curve's line: those of its own, more where colours come again."""
        if curve.faded:
            return 0
        again = curve.colour // max(1, self.options.palette) if self.lettered else 0
        return curve.pattern + again

    def number(self, curve: Curve) -> int:
        """Which letter draws a curve in ASCII, and names it."""
        return curve.colour if curve.number is None else curve.number

    def key(self, curve: Curve) -> str:
        """The letter that names a curve at its line; empty where none is needed."""
        if not self.lettered or curve.faded:
            return ""
        return (line_letter if self.marks.ascii else key_letter)(self.number(curve))

    def line_cue(self, curve: Curve) -> str:
        """What a curve's line looks like, in one cell."""
        return self.marks.cue(self.number(curve), self.pattern(curve))

    def cue(self, curve: Curve) -> str:
        """What stands for a curve in the legend."""
        cue = self.line_cue(curve)
        return cue if self.marks.ascii or _is_one_of_many(curve) else cue + self.key(curve)

    def role(self, curve: Curve) -> roles.Role:
        """The role of a curve's line."""
        return roles.FADED if curve.faded else roles.curve(curve.colour)


def style_of(curves: Iterable[Curve], options: ChartOptions) -> CurveStyle:
    """How these curves of one chart are told apart."""
    alone = {curve.colour for curve in curves if not (curve.faded or _is_one_of_many(curve))}
    lettered = len({colour % max(1, options.palette) for colour in alone}) < len(alone)
    return CurveStyle(options, MARKS[options.marks], lettered)


def _is_one_of_many(curve: Curve) -> bool:
    """Whether it is drawn as one with others that have no name in common."""
    return bool(curve.group) and curve.spread is None
