"""Where something happened in a training: a letter on the x axis, as many as have room."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from tuimon.charts.axis import Axis
from tuimon.charts.ticks import nice_steps

EventKind = Literal["restart", "alert", "rate", "saved", "epoch"]
EVENT_SIGNS: Mapping[EventKind, str] = {
    "restart": "r",
    "alert": "!",
    "rate": "l",
    "saved": "s",
    "epoch": "e",
}
"""Those that matter most first: others give way to them."""
HAPPENED: Mapping[EventKind, str] = {
    "restart": "restart",
    "alert": "alert",
    "rate": "learning rate drops",
    "saved": "checkpoint",
    "epoch": "epoch",
}
_APART = 4
"""Cells from one to the next."""


class ChartEvent(NamedTuple):
    """Something that happened in a training."""

    kind: EventKind
    text: str
    """Safe text."""
    step: int
    wall_time: float
    elapsed: float
    """Seconds since its start."""
    x: float = float("nan")
    """Along an axis that was logged."""


def placed(events: Sequence[ChartEvent], axis: Axis, columns: int) -> dict[int, ChartEvent]:
    """The events that find room along an axis of so many columns, by their cells.

    Where there are too many of a kind, every second, fifth, tenth … of them.
    """
    found: dict[int, ChartEvent] = {}
    low, high = axis.limits
    for kind in EVENT_SIGNS:
        of_kind = [(_position(event, axis), event) for event in events if event.kind == kind]
        inside = sum(low <= position <= high for position, _ in of_kind)
        steps = nice_steps(max(1.0, inside * _APART / columns))
        every = int(next(step for step in steps if step == int(step)))
        for position, event in of_kind[every - 1 :: every]:
            if low <= position <= high:
                cell = axis.cell(position, columns)
                if all(abs(cell - other) >= _APART for other in found):
                    found[cell] = event
    return found


def _position(event: ChartEvent, axis: Axis) -> float:
    if axis.kind == "step":
        return float(event.step - axis.origin)
    return {"relative": event.elapsed, "wall": event.wall_time, "metric": event.x}[axis.kind]
