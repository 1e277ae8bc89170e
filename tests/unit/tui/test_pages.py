"""Screens to read: what is looked for, and what the signs mean."""

from pathlib import Path

from tuimon.present.signs import LIST_SIGNS, STATE_SIGNS
from tuimon.terminal.terminal_app import screen_strips
from tuimon.tui.screens.pages import TextScreen, TextSection
from tuimon.tui.viewer_app import ViewerApp

ROOT = Path(__file__).parents[3]


def test_words_are_looked_for_in_all_of_a_row() -> None:
    section = TextSection("Charts", [("z Z", "Zoom in, out"), ("Enter", "Zoom what is focused")])
    assert section.found(["zoom"]).rows == section.rows
    assert section.found(["charts", "out"]).rows == [("z Z", "Zoom in, out")]
    assert section.found(["enter"]).rows == [("Enter", "Zoom what is focused")]
    assert section.found(["zoom", "pan"]).rows == []


async def test_what_is_read_is_searched_while_one_types() -> None:
    app = ViewerApp[None]()
    rows = [(f"key{number}", f"meaning [b]{number}[/b]") for number in range(40)]
    async with app.run_test(size=(80, 24)) as pilot:
        page = TextScreen("keys", "What there is.", TextSection("Keys", rows))
        await app.push_screen(page)
        await pilot.press("slash", *"ning")
        await pilot.press("space", "3", "9")
        await pilot.pause()
        assert "meaning [b]39[/b]" in text_of(page)
        assert "key38" not in text_of(page)
        await pilot.press("q")
        await pilot.pause()
        assert "Nothing has these words." in text_of(page)
        await pilot.press("escape")
        await pilot.pause()
        assert "What there is." in text_of(page)
        assert "key3 " in text_of(page)
        assert app.focused is page.query_one("VerticalScroll")


def text_of(page: TextScreen) -> str:
    return "\n".join(strip.text for strip in screen_strips(page))


def test_every_sign_that_is_explained_is_drawn_somewhere() -> None:
    drawn = "".join(
        path.read_text()
        for folder in ("charts", "present", "tui", "views")
        for path in (ROOT / "tuimon" / folder).rglob("*.py")
        if path.name != "signs.py"
    )
    told = (*STATE_SIGNS, *LIST_SIGNS)  # those of charts are what they are drawn with
    assert not [sign for signs, _ in told for sign in signs.split() if sign not in drawn]
