"""Keys of the screen with other data, and those that kinds of views have of their own."""

from collections.abc import Collection, Iterable

from tuimon.tui.keys.key import Key, everywhere
from tuimon.views.base import View
from tuimon.views.kinds import KINDS

_BACK = "Back: to the list, to the charts"
_OPEN = "Open the view: the whole width, its own keys"
_FILTER = "List only some runs and tags: loss -val, run:adam"
_SCROLL = "Scroll what is longer than the screen"

SUMMARY_KEYS = (
    Key("summary-back", "escape", "back", "Back", _BACK, "back", 100),
    Key("summary-help", "question_mark,f1", "help", "Help", "This help", "help", 90),
    Key("summary-enter", "enter", "enter", "Open", _OPEN, "open", 86),
    Key("summary-down", "down,j", "select(1)", "Next tag", "Next, previous tag", "tag", 80),
    Key("summary-up", "up,k", "select(-1)", "Previous tag"),
    Key("summary-left", "left,h", "scrub(-1)", "Step back", "Back, on by one step; ten"),
    Key("summary-right", "right,l", "scrub(1)", "Step on", label="step", footer=85),
    Key("summary-left-10", "H,shift+left", "scrub(-10)", "Ten steps back"),
    Key("summary-right-10", "L,shift+right", "scrub(10)", "Ten steps on"),
    Key("summary-first", "home,0", "first", "First step", "First, newest step", "first", 60),
    Key("summary-newest", "end,dollar_sign", "newest", "Newest step", label="newest", footer=61),
    Key("summary-filter", "slash,F", "filter", "Filter the list", _FILTER, "filter", 58),
    Key("summary-page", "n,pagedown,space", "page(1)", "Scroll", _SCROLL, "scroll", 70),
    Key("summary-page-up", "p,pageup", "page(-1)", "Scroll back"),
    Key("summary-charts", "q,v,ctrl+c", "charts", "Charts", "To the charts at once"),
    *everywhere("summary-"),
)


def beside(own: Iterable[Key]) -> list[Key]:
    """Keys of the screen while a kind has these of its own: / filters the list only elsewhere."""
    taken = {name for key in own for name in key.names}
    return [
        key._replace(keys="F") if key.id == "summary-filter" and "slash" in taken else key
        for key in SUMMARY_KEYS
    ]


def offered(
    kind: type[View], idle: Collection[str], *, inside: bool, scrolls: bool, steps: int
) -> tuple[set[str], list[Key]]:
    """Ids of keys that do nothing while a kind is shown, and the keys in the footer's order.

    Args:
        kind: of the view.
        idle: its keys that do nothing, as it says.
        inside: it was entered.
        scrolls: there is more of it than is seen.
        steps: how many it has.
    """
    hidden = {key.id for key in kind.keys if key.inside and not inside}
    own = [key for key in kind.keys if key.id not in hidden]
    taken = {name for key in own for name in key.names}
    hidden |= {key.id for key in SUMMARY_KEYS if taken.intersection(key.names)}
    hidden |= set(idle)
    if inside:
        hidden.add("summary-enter")
    if not scrolls:
        hidden.add("summary-page")
    if steps < 2:
        hidden |= {"summary-right", "summary-first", "summary-newest"}
    return hidden, [*SUMMARY_KEYS[:2], *own, *SUMMARY_KEYS[2:]]


VIEW_KEYS = tuple(key for kind in KINDS for key in kind.keys)
"""Of all kinds of views; those of the kind that is shown work."""
