"""How the curves of a chart are told apart: colours, dashes, letters."""

from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.marks import Marks, key_letter
from tuimon.charts.model import ChartOptions, Curve


class Style(NamedTuple):
    """How curves are told apart."""

    options: ChartOptions
    marks: Marks
    lettered: bool
    """Whether letters name curves at their lines, as colours do not."""

    def pattern(self, curve: Curve) -> int:
        """The dashes of a curve's line: those of its own, more where colours come again."""
        if curve.faded:
            return 0
        return curve.pattern + curve.colour // max(1, self.options.palette)

    def number(self, curve: Curve) -> int:
        """Which letter draws a curve in ASCII, and names it."""
        return curve.colour if curve.number is None else curve.number

    def key(self, curve: Curve) -> str:
        """The letter that names a curve at its line; empty where none is needed."""
        return key_letter(self.number(curve)) if self.lettered and not curve.faded else ""

    def role(self, curve: Curve) -> str:
        """The role of a curve's line."""
        return roles.FADED if curve.faded else roles.curve(curve.colour)
