"""The list of ways to group runs: those that are possible, or one that is typed."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static
from textual.widgets.option_list import Option

from tuimon.present.run_groups import (
    BY_DIRECTORY,
    BY_SETTINGS,
    BY_WANDB,
    GroupError,
    RunTraits,
    group_names,
    ways_of,
)
from tuimon.present.selection import BY_PREFIX
from tuimon.store.filters import MOST_LENGTH
from tuimon.store.spread import SPREAD_WORDS, SPREADS, SpreadKind
from tuimon.text import safe
from tuimon.tui.dialogs.theme_list import ThemeNames

_NAMED = {
    "": "each run by itself",
    BY_SETTINGS: "everything but the seed",
    BY_DIRECTORY: "directory",
    BY_WANDB: "W&B group",
    BY_PREFIX: "one chart for each tag prefix",
}
_TYPED = "type lr,model or /^(.*)-s/ …"
_KEYS = "Enter chooses, s another spread, Esc leaves it"


class Grouping(NamedTuple):
    """How runs are grouped, and what is told of a group."""

    way: str
    spread: SpreadKind
    traits: Mapping[str, RunTraits]
    """What they were grouped by."""


class GroupMenu(ModalScreen[Grouping | None]):
    """Returns how to group; None after Escape. Keys that come early wait until it is known what is
    possible."""

    DEFAULT_CSS = """
    GroupMenu { align: center middle; background: $background 60%; }
    GroupMenu Vertical {
        width: 56; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
        background: $surface; border: round $primary;
    }
    GroupMenu Static { height: auto; }
    GroupMenu ThemeNames, GroupMenu ThemeNames:focus {
        height: auto; max-height: 12; border: none; padding: 0; background: $surface;
        color: $foreground;
    }
    GroupMenu Input { display: none; }
    GroupMenu #why { color: $error; display: none; }
    """

    def __init__(
        self, way: str, spread: SpreadKind, read_traits: Callable[[], Mapping[str, RunTraits]]
    ) -> None:
        """`read_traits` may take long."""
        super().__init__()
        self._now, self._spread = way, spread
        self._read = read_traits
        self._traits: Mapping[str, RunTraits] | None = None
        self._ways: Sequence[str] = ()
        self._early: list[events.Key] = []
        self._list = ThemeNames(markup=False)
        self._input = Input(compact=True, max_length=MOST_LENGTH)
        self._told = Static(markup=False)
        self._why = Static(markup=False, id="why")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("Group runs by", markup=False)
            yield from (self._list, self._input, self._why, self._told)

    def on_mount(self) -> None:
        self._tell()
        self._look()

    def _tell(self) -> None:
        self._told.update(f"\n{SPREAD_WORDS[self._spread]}\n{_KEYS}")

    @work(thread=True, exit_on_error=False)
    def _look(self) -> None:
        traits = self._read()
        ways = ["", *(ways_of(traits) if len(traits) > 1 else []), BY_PREFIX]
        ways += [] if self._now in ways else [self._now]
        texts = [safe(_NAMED.get(way, way)) + _count(way, traits) for way in ways]
        self.app.call_from_thread(self._show, traits, ways, texts)

    def _show(
        self, traits: Mapping[str, RunTraits], ways: Sequence[str], texts: Sequence[str]
    ) -> None:
        """Show what is possible; the cursor is on what is now, or on what is most often wanted."""
        if not self.is_attached:
            return
        self._traits, self._ways = traits, ways
        typed = [_TYPED] if len(traits) > 1 else []
        self._list.add_options([Option(text) for text in (*texts, *typed)])
        wanted = ways[1] if not self._now and ways[1] != BY_PREFIX else self._now
        self._list.highlighted = ways.index(wanted)
        self._list.focus()
        for event in self._early:
            self.app.post_message(events.Key(event.key, event.character))

    @on(ThemeNames.OptionSelected)
    def _choose(self, message: ThemeNames.OptionSelected) -> None:
        if message.option_index < len(self._ways):
            self._end(self._ways[message.option_index])
            return
        self._input.display = True
        self._input.focus()

    @on(Input.Submitted)
    def _take(self, message: Input.Submitted) -> None:
        way = message.value.strip()
        try:
            if not group_names(way, self._traits or {}):
                raise GroupError("no run has that")
        except GroupError as error:
            self._why.update(safe(str(error)))
            self._why.display = True
        else:
            self._end(way)

    def _end(self, way: str) -> None:
        self.dismiss(Grouping(way, self._spread, self._traits or {}))

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif self._traits is None:
            event.stop()
            self._early.append(event)
        elif event.character == "s" and not self._input.has_focus:
            event.stop()
            self._spread = SPREADS[(SPREADS.index(self._spread) + 1) % len(SPREADS)]
            self._tell()
        elif event.character in ("j", "k") and not self._input.has_focus:
            event.stop()
            down = event.character == "j"
            (self._list.action_cursor_down if down else self._list.action_cursor_up)()


def _count(way: str, traits: Mapping[str, RunTraits]) -> str:
    """How many groups there are, as it stands behind a way."""
    if way in ("", BY_PREFIX):
        return ""
    try:
        count = len(set(group_names(way, traits).values()))
    except GroupError:
        return ""
    return f": {count} group" + "s" * (count != 1)
