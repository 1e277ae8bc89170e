"""What the signs on the screen mean: for the help, and the page of keys."""

from tuimon.charts.event_marks import EVENT_SIGNS, HAPPENED
from tuimon.charts.marks import MARKS
from tuimon.charts.model import MarkStyle

Signs = tuple[tuple[str, str], ...]
"""(signs, what they mean) in their order."""

STATE_SIGNS: Signs = (
    ("◌ ●", "starting; running, or what tuimon did not launch"),
    ("⏸", "paused"),
    ("✓ ⚠", "finished; with a warning"),
    ("■ ✗ ?", "stopped; failed or killed; lost"),
)
LIST_SIGNS: Signs = (
    ("►", "this has the focus"),
    ("›", "the highlighted run; a row under the cursor"),
    ("*", "a pinned run, which is always highlighted"),
    ("·", "a run that is not drawn"),
    ("▸ ▾", "folded; unfolded, or in the order of these values"),
    ("Δ", "the baseline of a directory; change against it, the pinned run, the mark"),
    ("!", "an alert"),
    ("…", "there is more"),
)


def chart_signs(style: MarkStyle) -> Signs:
    """Those of charts that are drawn in a style."""
    marks = MARKS[style]
    lines = ("* + x", "lines of curves, a letter for each")
    if not marks.ascii:
        lines = ("━ ╍ ┅ ┉", "lines of curves: solid, dashed, dotted, both")
    return (
        lines,
        (marks.best, "the best value of a curve"),
        (marks.nan, "NaN"),
        (marks.resumed, "resumed here: what had been logged from there on is overwritten"),
        (f"{marks.above} {marks.below}", "infinite values"),
        (f"{marks.over} {marks.under}", "values beyond the limits of y, and how many"),
        ("~" if marks.ascii else "≈", "the value of a smoothed line"),
        (marks.upright, "the cursor, and what it is compared with"),
        (" ".join(EVENT_SIGNS.values()), f"on the x axis: {', '.join(HAPPENED.values())}"),
    )


def signs(style: MarkStyle) -> Signs:
    """All of the main screen, with charts in a style."""
    return (*STATE_SIGNS, *chart_signs(style), *LIST_SIGNS)
