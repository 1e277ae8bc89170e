"""The line in which the app says something, and the list of what it said."""

import pytest

from support.screens import shown
from tuimon.present.key import Key
from tuimon.text import width
from tuimon.tui.panes.message_line import MessageLine, app_message, message_row
from tuimon.tui.screens.pages import FactsScreen
from tuimon.tui.viewer_app import ViewerApp


@pytest.mark.parametrize("cells", [1, 12, 20, 80])
@pytest.mark.parametrize("text", ["saved x", "a path " * 20, "損失" * 30, "\x1b[2J[/b]\nnext"])
def test_a_message_is_one_line_of_its_room(text: str, cells: int) -> None:
    keys = [Key("messages", "M", "app.messages", "Messages", "", "messages", 1)]
    row = message_row(app_message(text, "title", "error"), keys, cells)
    shown = "".join(span.text for span in row)
    assert width(shown) == cells
    assert "\x1b" not in shown
    assert "\n" not in shown
    assert shown.endswith("M messages ") == (cells == 80)


async def test_what_was_said_is_gone_after_a_while_and_can_be_read_again() -> None:
    app = ViewerApp[None]()
    async with app.run_test(size=(60, 10)) as pilot:
        for text in ("one", "two"):
            app.notify(text, severity="warning", timeout=0.2)
            await pilot.pause()
        (line,) = app.screen.query(MessageLine)
        assert shown(line).split() == ["⚠", "two"]
        while line.display:
            await pilot.pause(0.01)
        app.action_messages()
        await pilot.pause()
        assert isinstance(app.screen, FactsScreen)
        assert [text for _, text in app._tell_messages()[1]] == ["two", "one"]
