"""The list of themes."""

from textual.app import App
from textual.widgets.option_list import Option

from tuimon.tui.dialogs.theme_list import ThemeNames


async def test_a_list_may_be_paged_before_it_is_laid_out() -> None:
    names = ThemeNames(*(Option(f"{number}") for number in range(40)))
    names.highlighted = 26
    names.action_page_up()
    names.action_page_down()
    assert names.highlighted == 26
    async with App[None]().run_test(size=(40, 10)) as pilot:
        await pilot.app.mount(names)
        await pilot.pause()
        names.action_page_down()
        assert names.highlighted is not None
        assert names.highlighted > 26
