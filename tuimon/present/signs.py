"""What the signs on the screen mean: for the help, and the page of keys."""

Signs = tuple[tuple[str, str], ...]
"""(signs, what they mean) in their order."""

STATE_SIGNS: Signs = (
    ("◌ ●", "starting; running, or what tuimon did not launch"),
    ("⏸", "paused"),
    ("✓ ⚠", "finished; with a warning"),
    ("■ ✗ ?", "stopped; failed or killed; lost"),
)
CHART_SIGNS: Signs = (
    ("━ ╍ ┅ ┉", "lines of curves: solid, dashed, dotted, both"),
    ("◆", "the best value of a curve"),
    ("×", "NaN; in a legend: so many runs as one curve"),
    ("▲ ▼", "infinite values"),
    ("↑ ↓", "values beyond the limits of y"),
    ("≈", "the smoothed value at the cursor"),
    ("│ ┊", "the cursor; what it is compared with"),
)
LIST_SIGNS: Signs = (
    ("►", "this has the focus"),
    ("›", "the highlighted run; a row under the cursor"),
    ("*", "a pinned run, which is always highlighted"),
    ("·", "a run that is not drawn"),
    ("▸ ▾", "folded; unfolded"),
    ("!", "an alert"),
    ("…", "there is more"),
)
SIGNS: Signs = (*STATE_SIGNS, *CHART_SIGNS, *LIST_SIGNS)
