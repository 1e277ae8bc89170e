"""How the charts are drawn: smoothing, axes, superseded points."""

from tuimon.charts.model import X_AXES
from tuimon.charts.smoothing import stepped
from tuimon.tui.actions.base import MonitorBase


class DrawingActions(MonitorBase):
    """Options of all charts at once."""

    def action_smooth(self, steps: int) -> None:
        self._change_charts(smoothing=stepped(self._charts.options.smoothing, steps))

    def action_log_y(self) -> None:
        self._change_charts(log_y=not self._charts.options.log_y)

    def action_x_axis(self) -> None:
        index = X_AXES.index(self._charts.options.x_axis) + 1
        self._charts.state.forget_x()
        self._change_charts(x_axis=X_AXES[index % len(X_AXES)])

    def action_superseded(self) -> None:
        self._change_charts(superseded=not self._charts.options.superseded)
        if not self._charts.superseded:
            self.notify("No point here is superseded.")
