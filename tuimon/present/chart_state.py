"""How charts are looked at besides the options of all: windows, limits, cursor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tuimon.charts.model import Cursor
from tuimon.charts.viewport import Area, Viewport

Change = Callable[[Viewport, Area], Viewport]


@dataclass(slots=True)
class ChartState:
    """The view of each chart by its title, one for all others, and the cursor of all.

    x of a chart that was zoomed by itself is its own; all others share theirs.
    """

    common: Viewport = field(default_factory=Viewport)
    own: dict[str, Viewport] = field(default_factory=dict)
    cursor: Cursor | None = None

    def view(self, title: str) -> Viewport:
        """What is shown of the chart of this title."""
        return self.own.get(title, self.common)

    def change(self, title: str, area: Area, change: Change) -> None:
        """Change what is shown of one chart."""
        view = change(self.view(title), area)
        self._set(title, view)

    def change_all(self, area: Area, change: Change) -> None:
        """Change what is shown of all charts, as if all were like the one with this area."""
        self.common = change(self.common, area)
        for title, view in [*self.own.items()]:
            self._set(title, replace(view, x=self.common.x, tail=self.common.tail))

    def limit(self, title: str | None, view: Viewport) -> None:
        """Set the limits of one chart, or of all."""
        if title is None:
            self.common, self.own = view, {}
        else:
            self._set(title, view)

    def forget_x(self) -> None:
        """Show all of x: its units have changed."""
        self.common = replace(self.common, x=None, tail=None)
        for title, view in [*self.own.items()]:
            self._set(title, replace(view, x=None, tail=None))
        self.cursor = None

    def views(self) -> Mapping[str, Viewport]:
        """All views by title, the common one under an empty one."""
        return {"": self.common, **self.own}

    def _set(self, title: str, view: Viewport) -> None:
        if view == self.common:
            self.own.pop(title, None)
        else:
            self.own[title] = view
