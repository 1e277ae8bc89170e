"""Tables of keys, and what is made of them."""

from collections.abc import Iterable, Mapping, Sequence

from textual.binding import Binding

from tuimon.present.key import Key as Key

URGENT = 101
"""What an urgent key matters in the footer; that one leaves is all that matters 100."""
Topics = Mapping[str, Sequence[Key]]
"""Keys by what they have to do with."""


def all_of(topics: Topics) -> tuple[Key, ...]:
    """The keys of all topics, in their order."""
    return tuple(key for keys in topics.values() for key in keys)


def everywhere(screen: str) -> tuple[Key, ...]:
    """Keys that every screen of its own has, with ids of that screen."""
    return (
        Key(f"{screen}palette", "ctrl+p,colon", "app.command_palette", "Commands", "Find commands"),
        Key(f"{screen}messages", "M", "app.messages", "Messages", "List the messages"),
        Key(f"{screen}repaint", "ctrl+l", "app.repaint", "Repaint", "Repaint the screen"),
        Key(f"{screen}suspend", "ctrl+z", "app.suspend_process", "Suspend", "Suspend; fg returns"),
    )


def beside(own: Iterable[Key], keys: Iterable[Key]) -> list[Key]:
    """Keys without what others of a pane, which come first, have taken of theirs."""
    taken = {name for key in own for name in key.names}
    left = [(key, [name for name in key.names if name not in taken]) for key in keys]
    return [key._replace(keys=",".join(names)) for key, names in left if names]


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
