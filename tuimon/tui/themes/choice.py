"""The theme on the screen: the settings', the one chosen since, and the user's as they change."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme

from tuimon.abandoned import Aside
from tuimon.config.schema import Settings
from tuimon.regular_file import read_regular
from tuimon.runs.paths import state_home
from tuimon.runs.replacement import replace_file
from tuimon.text import safe
from tuimon.tui.themes.contrast import MUTED, legible, with_muted
from tuimon.tui.themes.last_background import keep_background, last_background
from tuimon.tui.themes.theme_file import ANSI, ANSI_LIGHT, DARK, LIGHT, THEMES
from tuimon.tui.themes.users import read_themes, themes_directory

_LOOK_EVERY = 1.0
_MOST_BYTES = 1 << 16


class ThemeChoice:
    """Applies themes to an app, keeps what is chosen in it, and reloads files that are saved.

    What is chosen on the screen holds for all screens to come, until the settings name another.
    Where nothing is, it follows the terminal's background.
    """

    def __init__(self, app: App[Any], settings: Settings, *, few_colours: bool) -> None:
        """`few_colours`: the terminal has 16 or none."""
        self._app = app
        self._set = settings.screen.theme
        self._few_colours = few_colours
        self._directory = themes_directory()
        self._seen = self._stamps()
        self._look = Aside(self._stamps)
        self._is_light = last_background()
        self._tries = False
        """Themes are looked at, none is chosen."""

    def begin(self) -> None:
        """Register all themes and take the one that is wanted."""
        for theme in (*THEMES.values(), *read_themes(self._directory).themes.values()):
            self._app.register_theme(theme)
        self._show(self._wanted())

    def names(self) -> list[str]:
        """All themes: that of the settings as an empty name, tuimon's own, the user's, others."""
        others = {name for name in self._app.available_themes if name not in THEMES}
        users = sorted(others - BUILTIN_THEMES.keys())
        return ["", *THEMES, *users, *sorted(others & BUILTIN_THEMES.keys())]

    def try_on(self, name: str) -> None:
        """Show a theme without choosing it; an empty name shows what the settings want."""
        self._tries = True
        self._show(name or self._default())

    def choose(self, name: str) -> None:
        """Keep a theme, as what has been tried on; with an empty name that of the settings."""
        self._tries = False
        self._show(name or self._default())
        if name:
            self._keep(self._app.current_theme)
        else:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def give_up(self) -> None:
        """Show again what was there before themes were tried on."""
        self._show(self._wanted())
        self._tries = False

    def on_background(self, is_light: bool) -> None:
        """The terminal has told what it is."""
        if is_light != self._is_light:
            self._is_light = is_light
            keep_background(is_light)
            if self._set == "auto" and self._kept() is None and not self._tries:
                self._show(self._default())

    def _show(self, name: str) -> None:
        """Show a theme; one of Textual's with inks that can be read."""
        theme = self._app.available_themes.get(name)
        if theme is not None and MUTED[0] not in theme.variables:
            self._app.register_theme(_as_shown(theme))
        self._app.theme = name

    def _wanted(self) -> str:
        """What was chosen last or is set; never one that is no longer there."""
        kept = self._kept()
        return kept if kept in self._app.available_themes else self._default()

    def follow(self) -> None:
        """Keep what is chosen from now on, and look for changed files now and then."""
        self._app.theme_changed_signal.subscribe(self._app, self._keep)
        self._app.set_interval(_LOOK_EVERY, self.reload)

    def reload(self) -> None:
        """Take over what has been saved in the user's themes."""
        stamps = self._look.ask()
        if stamps is None or stamps == self._seen:
            return
        self._seen = stamps
        found = read_themes(self._directory)
        for theme in found.themes.values():
            shown = _as_shown(theme)
            changed = self._app.available_themes.get(theme.name) != shown
            self._app.register_theme(shown)
            if changed and theme.name == self._app.theme:
                self._app.mutate_reactive(App.theme)
        for problem in found.problems[:1]:
            self._app.notify(safe(str(problem)), severity="error", markup=False)

    def _default(self) -> str:
        if self._set == "auto":
            pair = (ANSI, ANSI_LIGHT) if self._few_colours else (DARK, LIGHT)
            return pair[bool(self._is_light)].name
        return self._set

    @property
    def _path(self) -> Path:
        return state_home() / "theme.json"

    def _kept(self) -> str | None:
        if self._few_colours:
            return None
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(read_regular(self._path, _MOST_BYTES))
            if kept["instead_of"] == self._set:
                return str(kept["theme"])
        return None

    def _keep(self, theme: Theme) -> None:
        if self._tries or theme.name == (self._kept() or self._default()):
            return
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept = {"theme": theme.name, "instead_of": self._set}
            replace_file(self._path, json.dumps(kept).encode())

    def _stamps(self) -> dict[str, int]:
        stamps: dict[str, int] = {}
        with suppress(OSError):
            for path in self._directory.glob("*.toml"):
                with suppress(OSError):
                    stamps[path.name] = path.stat().st_mtime_ns
        return stamps


def _as_shown(theme: Theme) -> Theme:
    """A theme as it is on the screen: what the user and tuimon have chosen is left as it is."""
    return legible(theme) if BUILTIN_THEMES.get(theme.name) == theme else with_muted(theme)
