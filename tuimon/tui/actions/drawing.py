"""How the charts are drawn: smoothing, axes, superseded points."""

from tuimon.charts.model import XAxis
from tuimon.tui.actions.base import MonitorBase

_X_AXES: tuple[XAxis, ...] = ("step", "relative", "wall")
_SMOOTHINGS = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)


class DrawingActions(MonitorBase):
    """Options of all charts at once."""

    def action_smooth(self, steps: int) -> None:
        smoothing = self._charts.options.smoothing
        nearest = min(_SMOOTHINGS, key=lambda value: abs(value - smoothing))
        index = _SMOOTHINGS.index(nearest) + steps
        self._change_charts(smoothing=_SMOOTHINGS[min(max(index, 0), len(_SMOOTHINGS) - 1)])

    def action_log_y(self) -> None:
        self._change_charts(log_y=not self._charts.options.log_y)

    def action_x_axis(self) -> None:
        index = _X_AXES.index(self._charts.options.x_axis) + 1
        self._charts.state.forget_x()
        self._change_charts(x_axis=_X_AXES[index % len(_X_AXES)])

    def action_superseded(self) -> None:
        self._change_charts(superseded=not self._charts.options.superseded)
        if not self._charts.superseded:
            self.notify("No point here is superseded.")
