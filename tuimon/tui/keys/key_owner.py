"""Who has keys of its own, and which keys work where the focus is: for footer, help and palette."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar

from textual.actions import SkipAction
from textual.binding import Binding
from textual.screen import Screen

from tuimon.tui.keys.key_tables import URGENT, Key, Topics, all_of, bindings
from tuimon.tui.viewer_app import keys_of

R = TypeVar("R")


class KeyLoan(NamedTuple):
    """Keys of a pane that a screen lends: they work whatever has the focus, unless that binds the
    same ones itself."""

    pane: str
    """A selector."""
    topics: Topics


class KeyOwner:
    """A pane, prompt or screen that binds keys."""

    TOPICS: ClassVar[Topics] = {}
    """Its keys. Where several owners bind one physical key, each with a meaning of its own, the
    key has the same id in all of them: the user moves them together."""
    LOANS: ClassVar[tuple[KeyLoan, ...]] = ()
    """Of a screen: what it lends."""
    about: ClassVar[str] = ""
    """What the help tells first while the focus is in it."""
    quiet_keys: ClassVar[Collection[str]] = ()
    """Ids of keys of others that the footer leaves out while the focus is in it."""

    takes_keys: ClassVar[bool] = False
    """Whether most keys are text while the focus is in it, so that the footer offers no others."""

    def topics(self) -> Topics:
        """Its keys as they are now."""
        return self.TOPICS

    def idle_keys(self) -> Collection[str]:
        """Ids of its keys that do nothing now."""
        return ()

    def urgent_keys(self) -> Collection[str]:
        """Ids of its keys that the footer offers now before all others."""
        return ()

    def key_labels(self) -> Mapping[str, str]:
        """What its keys are called in the footer now, by id, where that is not always the same."""
        return {}


KeySource = Literal["focus", "screen", "loan"]
"""Whose key it is: of what is around the focus, the screen, or a pane that the screen lends from.
"""


class FocusKey(NamedTuple):
    """A key that works where the focus is."""

    source: KeySource
    topic: str
    key: Key
    """As the user has it, with the label of this moment; the screen can run its action."""


def lent(loans: Iterable[KeyLoan]) -> list[Binding]:
    """Bindings of a screen for keys of its panes; it has an action `lent(pane, action)`."""
    return bindings(
        key._replace(action=_lent(loan.pane, key.action))
        for loan in loans
        for key in all_of(loan.topics)
    )


def focus_keys(screen: Screen[Any], *, offered: bool = False) -> list[FocusKey]:
    """The keys that work where the focus is: of what has it, what is around that, what the
    screen lends, the screen itself. Only the nearest meaning of a physical key is among them.

    With `offered` those that do nothing now are left out, and hide no others.
    """
    found: list[FocusKey] = []
    taken: set[str] = set()
    places = list(_places(screen))
    quiet: set[str] = set()
    if offered:
        quiet.update(*(owner.quiet_keys for source, owner, _, _ in places if source == "focus"))
    for source, owner, pane, topics in places:
        hidden = {*owner.idle_keys(), *quiet} if offered else ()
        labels, urgent = owner.key_labels(), owner.urgent_keys()
        for topic, table in topics.items():
            for key in keys_of(screen.app, table):
                free = [name for name in key.keys.split(",") if name not in taken]
                if key.id in hidden or not free:
                    continue
                taken.update(free)
                action = _lent(pane, key.action) if pane else key.action
                label = labels.get(key.id, key.label)
                footer = URGENT if key.id in urgent else key.footer
                shown = key._replace(keys=",".join(free), action=action, label=label, footer=footer)
                found.append(FocusKey(source, topic, shown))
        if offered and owner.takes_keys and source == "focus":
            break
    return found


def _places(screen: Screen[Any]) -> Iterator[tuple[KeySource, KeyOwner, str, Topics]]:
    """Owners from the focus outwards, how the screen finds each, and their keys."""
    path = (screen.focused or screen).ancestors_with_self
    near = path[: path.index(screen)]
    for node in near:
        if isinstance(node, KeyOwner):
            yield "focus", node, f"#{node.id}", node.topics()
    if isinstance(screen, KeyOwner):
        for loan in screen.LOANS:
            pane = screen.query_one(loan.pane)
            if isinstance(pane, KeyOwner) and pane not in near:
                yield "loan", pane, loan.pane, loan.topics
        yield "screen", screen, "", screen.topics()


class KeyScreen(KeyOwner, Screen[R]):
    """A screen that binds keys beside those of its panes."""

    @property
    def keys(self) -> list[Key]:
        """Those that work where the focus is, as the user has them; it can run their actions."""
        return [each.key for each in focus_keys(self)]

    async def action_lent(self, pane: str, action: str) -> None:
        """Do what the key of a pane does, whatever has the focus."""
        for owner in self.query(pane):  # none where the screen has just gone
            if not await self.app.run_action(action, owner):
                raise SkipAction


def _lent(pane: str, action: str) -> str:
    return f"lent({pane!r}, {action!r})"
