"""What a table of keys is made of, and what is made of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from textual.binding import Binding

from tuimon.tui.keys.key_names import shown_key


class Key(NamedTuple):
    """One binding."""

    id: str
    keys: str
    """As Textual names them, separated by commas; the first one is shown."""
    action: str
    name: str
    """In the command palette."""
    help: str = ""
    """In the help; empty where the key before explains this one, too."""
    label: str = ""
    """In the footer."""
    footer: int = 0
    """Importance in the footer; 0 keeps it out."""

    @property
    def shown(self) -> str:
        """As a person reads it."""
        return shown_key(self.keys.split(",")[0])


Topics = Mapping[str, Sequence[Key]]
"""Keys by what they have to do with."""


def all_of(topics: Topics) -> tuple[Key, ...]:
    """The keys of all topics, in their order."""
    return tuple(key for keys in topics.values() for key in keys)


def everywhere(screen: str) -> tuple[Key, ...]:
    """Keys that every screen of its own has, with ids of that screen."""
    return (
        Key(f"{screen}palette", "ctrl+p,colon", "app.command_palette", "Commands", "All commands"),
        Key(f"{screen}repaint", "ctrl+l", "app.repaint", "Repaint", "Repaint the screen"),
        Key(f"{screen}suspend", "ctrl+z", "app.suspend_process", "Suspend", "Suspend; fg returns"),
    )


def bindings(keys: Iterable[Key]) -> list[Binding]:
    """A table as Textual bindings; their ids are those of the user's keymap."""
    return [
        Binding(
            key.keys,
            key.action,
            key.name,
            show=False,
            key_display=key.shown,
            tooltip=key.help or key.name,
            id=key.id,
        )
        for key in keys
    ]


def help_rows(keys: Iterable[Key]) -> list[tuple[str, str]]:
    """(keys, what they do), keys that belong together on one row."""
    rows: list[tuple[str, str]] = []
    for key in keys:
        if key.help or not rows:
            rows.append((key.shown, key.help or key.name))
        else:
            rows[-1] = (f"{rows[-1][0]} {key.shown}", rows[-1][1])
    return rows
