"""How far values are from those of the curve that they are compared with."""

import math

import numpy as np

from tuimon.charts import roles
from tuimon.charts.model import Curve
from tuimon.charts.roles import Role
from tuimon.metrics import Best
from tuimon.store.series import Points
from tuimon.text import format_change


def change_against(reference: Curve | Points, step: int, value: float) -> float | None:
    """How much larger a value is than what the reference had last at a step, as its share.

    None where it has nothing there, as from one of its intervals behind its last point on.
    """
    steps = reference.steps
    at = int(np.searchsorted(steps, step, side="right")) - 1
    if at < 0:
        return None
    if at == len(steps) - 1 and step - steps[at] > (steps[at] - steps[at - 1] if at else 0):
        return None
    return share_of(value, float(reference.values[at]))


def share_of(value: float, base: float) -> float | None:
    """How much larger a value is than another one, as its share; None where that is no number."""
    return (value - base) / abs(base) if base and math.isfinite(value - base) else None


def change_of(curve: Curve, step: int, value: float) -> tuple[str, Role] | None:
    """The change of a curve's value at a step against its reference, to be told beside it."""
    change = None if curve.reference is None else change_against(curve.reference, step, value)
    return None if change is None else (format_change(change), role_of_change(change, curve.best))


def role_of_change(change: float, best: Best | None) -> Role:
    """Whether a change is for the good, where that is known."""
    if best is None or change == 0:
        return roles.DIM
    return roles.OK if (change < 0) == (best == "min") else roles.WARN
