"""What is written into a plot: where best values go, and the cursor."""

from tuimon.charts import roles
from tuimon.charts.canvas import Plot
from tuimon.charts.marks import Marks


def row_of(height: float, plot: Plot, marks: Marks) -> int:
    """The row of the plot, from the top, that holds a height 0…1."""
    dots: int = plot.height * marks.down
    dot = round(height * (dots - 1))
    return (dots - 1 - dot) // marks.down


def put_cursor(plot: Plot, cell: int | None, mark: int | None, marks: Marks) -> None:
    """Draw the upright lines of a cursor and of its mark; they show where nothing else does."""
    if mark is not None and mark != cell:
        plot.stand_upright(mark, "┊" if not marks.ascii else ":", roles.CURSOR)
    if cell is not None:
        plot.stand_upright(cell, marks.upright, roles.CURSOR)
