"""Colours of the levels of `roles.heat`, from few to many on a dark screen.

matplotlib's viridis, which is perceptually uniform, from where it can be told from the background.
"""

RAMP = (
    "#3d2a6e",
    "#414487",
    "#3b528b",
    "#34618d",
    "#2d708e",
    "#277f8e",
    "#218e8d",
    "#1f9e89",
    "#2db27d",
    "#4ac16d",
    "#73d056",
    "#a0da39",
    "#c8e020",
    "#e7e419",
    "#fde725",
)
