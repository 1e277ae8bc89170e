"""Themes of the user's, and which theme is on the screen."""

from pathlib import Path

import pytest
from textual.color import Color

from tuimon.charts import roles
from tuimon.config.reading import ConfigError
from tuimon.config.schema import ScreenSettings, Settings
from tuimon.runs.paths import state_home
from tuimon.tui.themes.styles import RoleStyles
from tuimon.tui.themes.theme_file import ANSI, CONTRAST, DARK, LIGHT, THEMES
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


def luminance(color: Color) -> float:
    """Relative luminance of WCAG 2."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


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
        assert (luminance(ink) + 0.05) / 0.05 >= 7, role


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
