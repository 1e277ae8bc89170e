"""How charts are looked at: options of all, the part shown of each, the cursor in all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tuimon.charts.event_marks import ChartEvent
from tuimon.charts.model import ChartOptions, Cursor
from tuimon.charts.viewport import Area, Viewport

Views = Mapping[str, Viewport]
"""The part that is shown of each chart, by its title; of all others under an empty one.

x of a chart that was zoomed by itself is its own; all others share theirs.
"""
Change = Callable[[Viewport, Area], Viewport]

_WHOLE = Viewport()


@dataclass(frozen=True, slots=True)
class ChartState:
    """All that a drawing of a chart depends on besides its data, size and selection."""

    options: ChartOptions = field(default_factory=ChartOptions)
    views: Views = field(default_factory=dict)
    cursor: Cursor | None = None
    events: tuple[ChartEvent, ...] = ()
    """What happened meanwhile."""

    def view(self, title: str) -> Viewport:
        """What is shown of the chart of this title."""
        return view_of(self.views, title)


def view_of(views: Views, title: str) -> Viewport:
    """What is shown of the chart of this title; of all charts with an empty one."""
    return views.get(title, views.get("", _WHOLE))


def with_view(views: Views, title: str, view: Viewport) -> Views:
    """The views with another one of one chart; with an empty title, of all charts alike."""
    return {"": view} if not title else _from(view_of(views, ""), {**views, title: view})


def changed(views: Views, title: str, area: Area, change: Change) -> Views:
    """Change what is shown of one chart, that now shows `area`; with an empty title of all, as if
    all were like that one: those with a view of their own get its x.
    """
    view = change(view_of(views, title), area)
    if title:
        return with_view(views, title, view)
    own = {each: replace(old, x=view.x, tail=view.tail) for each, old in views.items()}
    return _from(view, own)


def without_x(views: Views) -> Views:
    """Show all of x: its units have changed."""
    whole = {title: replace(view, x=None, tail=None) for title, view in views.items()}
    return _from(view_of(whole, ""), whole)


def _from(common: Viewport, views: Views) -> Views:
    """One for all, and those that differ from it."""
    own = {title: view for title, view in views.items() if title and view != common}
    return {"": common, **own}
