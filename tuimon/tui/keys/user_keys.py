"""The user's keymap: other keys for what the tables in `keys` bind."""

from collections.abc import Iterator, Mapping, Sequence

from tuimon.config import ConfigError, Problem, Settings
from tuimon.decoding import near
from tuimon.present.key import Key, shown_key
from tuimon.tui.keys.key_names import is_key, textual_name


class UserKeys:
    """The tables of keys with the user's own in place."""

    def __init__(self, overrides: Mapping[str, str]) -> None:
        """`overrides` are keys by the id of a binding, as the settings have them."""
        self.keymap = {
            id_: ",".join(map(textual_name, _split(keys))) for id_, keys in overrides.items()
        }
        """For `App.set_keymap`."""

    def of(self, table: Sequence[Key]) -> tuple[Key, ...]:
        """The table as it is in force: for the footer, help and palette."""
        return tuple(self._rebound(key) for key in table)

    def _rebound(self, key: Key) -> Key:
        keys = self.keymap.get(key.id)
        return key if keys is None else key._replace(keys=keys)


def user_keys(settings: Settings) -> UserKeys:
    """The user's keys.

    Raises:
        ConfigError: an id or key that there is not, or a key with two meanings on one screen.
    """
    keys = UserKeys(settings.keys)
    # Without any there is nothing to check them against: the tables import all kinds of views.
    problems = list(_unknown(settings)) if settings.keys else []
    if settings.keys and not problems:
        problems = list(_conflicts(settings, keys))
    if problems:
        raise ConfigError(problems)
    return keys


def _unknown(settings: Settings) -> Iterator[Problem]:
    from tuimon.tui.keys.keymap import TABLES

    ids = [key.id for table in TABLES.values() for key in table]
    for id_, keys in settings.keys.items():
        origin = settings.origins[f"keys.{id_}"]
        if id_ not in ids:
            yield Problem(
                origin, f"no binding has the id {id_}{near(id_, ids)} (tuimon config --keys)"
            )
        for key in _split(keys):
            if not is_key(key):
                yield Problem(
                    origin, f'{id_}: no key is called {key}; write "a", "?", "ctrl+s", "f5" …'
                )


def _conflicts(settings: Settings, keys: UserKeys) -> Iterator[Problem]:
    from tuimon.tui.keys.keymap import MEANINGS

    told: set[tuple[str, str]] = set()
    for screen, table in MEANINGS.items():
        meanings: dict[str, Key] = {}
        # What the user set comes last, so that a conflict is told where it was made.
        for key in sorted(keys.of(table), key=lambda key: key.id in settings.keys):
            for name in _split(key.keys):
                other = meanings.setdefault(textual_name(name), key)
                pair = key.id, other.id
                if other is not key and key.id in settings.keys and pair not in told:
                    told.add(pair)
                    yield Problem(
                        settings.origins[f"keys.{key.id}"],
                        f"{key.id}: {shown_key(textual_name(name))} is {other.id} on the {screen}"
                        f" already; give {other.id} another key",
                    )


def _split(keys: str) -> list[str]:
    """The names of keys in a list separated by commas; a comma among them is ``comma``."""
    return [key.strip() for key in keys.split(",") if key.strip()] or ["comma"]
