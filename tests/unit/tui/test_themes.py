"""Themes of the user's, and which theme is on the screen."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from tuimon.charts import roles
from tuimon.config.reading import ConfigError
from tuimon.config.schema import ScreenSettings, Settings
from tuimon.runs.paths import state_home
from tuimon.terminal.driver import BackgroundTold
from tuimon.tui.themes.contrast import (
    LINES,
    MUTED,
    TEXT,
    contrast,
    legible,
    luminance,
    readable,
    with_muted,
)
from tuimon.tui.themes.inks import ROLES
from tuimon.tui.themes.styles import RoleStyles, curve_colours
from tuimon.tui.themes.theme_file import ANSI, ANSI_LIGHT, CONTRAST, DARK, LIGHT, THEMES
from tuimon.tui.themes.users import read_theme, themes_directory
from tuimon.tui.viewer_app import ViewerApp


@pytest.fixture
def directory() -> Path:
    directory = themes_directory()
    directory.mkdir(parents=True)
    return directory


def written(directory: Path, name: str, text: str) -> Path:
    path = directory / f"{name}.toml"
    path.write_text(text)
    return path


def test_a_theme_is_what_differs_from_one_of_tuimons(directory: Path) -> None:
    text = 'base = "tuimon-light"\nprimary = "gold"\ncurves = ["red", "#00ff00"]\n'
    text += '[roles]\naxis = "blue"'
    theme = read_theme(written(directory, "mine", text))
    assert (theme.name, theme.primary, theme.dark) == ("mine", "gold", False)
    styles = RoleStyles(theme.variables, Color.parse("white"), ansi=False)
    assert styles[roles.curve(2)] == styles[roles.curve(0)]
    assert styles[roles.curve(1)].color.get_truecolor().hex == "#00ff00"
    assert styles["axis"].color.get_truecolor().hex == "#0000ff"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'base = "tuimon-drak"',
            "1: base = 'tuimon-drak': must be one of tuimon-dark, tuimon-light",
        ),
        ('\nprimry = "red"', "2: unknown: primry; did you mean primary?"),
        ('primary = "reed"', "1: primary = 'reed': must be a colour, such as"),
        ("curves = []", "1: curves = []: must be 1 to 32 colours"),
        ('[roles]\naxis = "x"', "2: axis = 'x': must be a colour"),
        ("primary = ", "1: not TOML"),
        ("dark = 1", "1: dark = 1: must be true or false"),
        ("fade = 2.0", "1: fade = 2.0: must be a number from 0 to 1"),
        ('roles = "red"', "1: roles is a table"),
        ('[roles]\naxes = "red"', "2: unknown: axes; did you mean axis?"),
        ('[roles]\nzzz = "red"', "2: unknown: zzz; there are text, "),
    ],
)
def test_what_is_no_theme_is_told_with_its_line(directory: Path, text: str, said: str) -> None:
    path = written(directory, "mine", text)
    with pytest.raises(ConfigError) as raised:
        read_theme(path)
    assert str(raised.value).removeprefix(f"{path}:").startswith(said)


def test_all_that_is_wrong_is_told_in_the_order_of_lines(directory: Path) -> None:
    text = 'dark = 1\nprimry = "red"\ncurves = ["red", 3]\n[roles]\naxis = "x"\ntext = "red"\n'
    with pytest.raises(ConfigError) as raised:
        read_theme(written(directory, "mine", text))
    assert [problem.origin.line for problem in raised.value.problems] == [1, 2, 3, 5]


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_every_theme_has_colours_for_eight_curves(theme) -> None:
    styles = RoleStyles(theme.variables, Color.parse("black"), ansi=theme.ansi)
    assert len({styles[roles.curve(index)].color for index in range(8)}) == 8


def test_with_16_colours_the_range_of_the_others_does_not_outshine_the_curves() -> None:
    styles = RoleStyles(ANSI.variables, Color.parse("black"), ansi=True)
    # Not all terminals draw dim ink dimmer than the plain one.
    shade = styles["shade"].color
    assert shade is not None
    assert shade.number == 8
    assert shade not in {styles[roles.curve(index)].color for index in range(8)}


GROUNDS = ("background", "surface", "panel")
FAINT = {role for role, ink in ROLES.items() if not ink.least}
"""What is no text."""
OWN = [DARK, LIGHT, CONTRAST]
OFFERED = [legible(theme) for theme in BUILTIN_THEMES.values() if not theme.ansi]

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
SIGHT = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}
XYZ = [
    [0.4124564, 0.3575761, 0.1804375],
    [0.2126729, 0.7151522, 0.072175],
    [0.0193339, 0.119192, 0.9503041],
]


def lab(colour: Color, sight: str) -> np.ndarray:
    """CIELAB (D65) of what is seen of a colour."""
    parts = np.array(colour.normalized)
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = np.array(XYZ) @ np.clip(np.array(SIGHT[sight]) @ linear, 0, 1)
    x, y, z = (
        np.cbrt(part) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116
        for part in seen / (0.95047, 1, 1.08883)
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_no_two_curves_look_alike_without_the_cones_for_red_or_green(theme, sight) -> None:
    found = [lab(Color.parse(colour), sight) for colour in curve_colours(theme.variables)]
    assert len(found) == 8
    distances = [np.linalg.norm(one - other) for one, other in combinations(found, 2)]
    assert min(distances) >= 15


@pytest.mark.parametrize("theme", [*OWN, *OFFERED], ids=lambda theme: theme.name)
def test_all_that_is_read_can_be_read_in_every_theme(theme) -> None:
    own = theme in OWN
    theme = with_muted(theme)
    colours = theme.to_color_system().generate()
    for name in GROUNDS:
        ground = Color.parse(colours[name])
        for muted in MUTED:
            assert contrast(Color.parse(colours[muted]), ground) >= TEXT - 0.01
        styles = RoleStyles({**colours, **theme.variables}, ground, ansi=False)
        for role in ROLES.keys() - FAINT:
            assert contrast(Color.from_rich_color(styles[role].color), ground) >= TEXT - 0.01, role
        for number in range(8) if name == "background" or not own else ():
            line, end = (
                contrast(Color.from_rich_color(styles[role(number)].color), ground)
                for role in (roles.curve, roles.end)
            )
            assert line >= LINES - 0.01
            assert end >= TEXT - 0.01


def test_what_can_be_read_is_left_as_it_is() -> None:
    white, ink = Color.parse("white"), Color.parse("#767676")
    assert readable(ink, white) == ink
    assert contrast(readable(Color.parse("#999999"), white), white) == pytest.approx(4.5, abs=0.1)
    assert readable(Color.parse("#102030"), Color.parse("#0f1318")).brightness > 0.3
    assert legible(ANSI) == ANSI


def test_with_high_contrast_all_that_is_read_has_it() -> None:
    variables = {**vars(CONTRAST), **CONTRAST.variables}
    styles = RoleStyles(
        {name: value for name, value in variables.items() if isinstance(value, str)},
        Color.parse("black"),
        ansi=False,
    )
    for role in (
        "text",
        "title",
        "note",
        "legend",
        "tick",
        "dim",
        "warn",
        roles.curve(0),
        roles.curve(7),
    ):
        ink = Color.from_rich_color(styles[role].color)
        assert contrast(ink, Color.parse("black")) >= 7, role


async def test_a_theme_that_is_saved_is_on_the_screen_at_once(directory: Path) -> None:
    path = written(directory, "mine", 'primary = "red"')
    app = ViewerApp(settings=Settings(screen=ScreenSettings(theme="mine")))
    async with app.run_test() as pilot:
        assert Color.parse(app.theme_variables["primary"]).r > 250
        path.write_text('primary = "blue"  # saved')
        app._themes.reload()
        await pilot.pause()
        assert Color.parse(app.theme_variables["primary"]).b > 250
        path.write_text("primary = ")
        app._themes.reload()
        await pilot.pause()
        assert Color.parse(app.theme_variables["primary"]).b > 250
        assert any("mine.toml:1: not TOML" in message.text for message in app.messages)


async def test_the_theme_that_was_chosen_is_there_again_until_the_settings_name_another() -> None:
    app = ViewerApp()
    async with app.run_test() as pilot:
        assert app.theme == DARK.name
        app.theme = CONTRAST.name
        await pilot.pause()
    assert state_home().exists()
    assert ViewerApp().theme == CONTRAST.name
    assert ViewerApp(few_colours=True).theme == ANSI.name
    assert ViewerApp(settings=Settings(screen=ScreenSettings(theme="nord"))).theme == "nord"


async def test_the_list_shows_the_theme_that_its_cursor_is_on() -> None:
    app = ViewerApp(settings=Settings(screen=ScreenSettings(theme="dracula")))
    async with app.run_test() as pilot:
        assert app.theme == "dracula"
        assert app.current_theme == legible(BUILTIN_THEMES["dracula"])
        app.action_change_theme()
        await pilot.pause()
        await pilot.press("home", "down")
        assert app.theme == DARK.name
        await pilot.press("down", "escape")
        assert app.theme == "dracula"
        app.action_change_theme()
        await pilot.pause()
        await pilot.press("home", "down", "down", "enter")
        assert app.theme == LIGHT.name == app._themes._kept()
        app.action_change_theme()
        await pilot.pause()
        await pilot.press("home", "enter")
        assert (app.theme, app._themes._kept()) == ("dracula", None)
        assert app._themes.names()[:6] == ["", *THEMES]


async def test_the_theme_follows_the_terminal_until_one_is_chosen() -> None:
    app = ViewerApp()
    async with app.run_test() as pilot:
        app.post_message(BackgroundTold(True))
        await pilot.pause()
        assert app.theme == LIGHT.name
        assert ViewerApp().theme == LIGHT.name  # the next one begins with it
        assert ViewerApp(few_colours=True).theme == ANSI_LIGHT.name
        app.theme = CONTRAST.name
        await pilot.pause()
        app.post_message(BackgroundTold(False))
        await pilot.pause()
        assert app.theme == CONTRAST.name


# xterm's own 16 colours.
XTERM = {
    "black": "#000000",
    "red": "#cd0000",
    "blue": "#0000ee",
    "magenta": "#cd00cd",
    "bright_black": "#7f7f7f",
    "bright_red": "#ff0000",
    "bright_blue": "#5c5cff",
    "bright_magenta": "#ff00ff",
}


def test_with_16_colours_on_white_no_ink_vanishes() -> None:
    inks = [*curve_colours(ANSI_LIGHT.variables), ANSI_LIGHT.primary, ANSI_LIGHT.accent]
    inks += [ANSI_LIGHT.warning, ANSI_LIGHT.error, ANSI_LIGHT.success]
    for ink in inks:
        seen = Color.parse(XTERM[ink.removeprefix("ansi_")])
        assert contrast(seen, Color.parse("white")) >= LINES, ink


async def test_no_colour_is_sent_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = ViewerApp(few_colours=True)
    async with app.run_test():
        assert app.theme == ANSI.name
        assert app.native_ansi_color


def test_a_theme_of_ones_own_says_how_dim_and_how_bright_it_is(directory: Path) -> None:
    theme = read_theme(written(directory, "mine", "dark = false\nfade = 0.25"))
    assert not theme.dark
    ground = Color.parse("white")
    own = RoleStyles({"foreground": "#000000", **theme.variables}, ground, ansi=False)
    usual = RoleStyles({"foreground": "#000000", **DARK.variables}, ground, ansi=False)
    assert luminance(Color.from_rich_color(own["dim"].color)) < luminance(
        Color.from_rich_color(usual["dim"].color)
    )


def test_the_light_theme_is_read_from_its_file_as_any_other() -> None:
    assert (LIGHT.name, LIGHT.dark, LIGHT.ansi) == ("tuimon-light", False, False)
    assert (ANSI.dark, ANSI.ansi) == (True, True)
    assert CONTRAST.variables["fade"] == "0.5"
