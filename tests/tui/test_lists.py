"""What all lists have in common, by keys, clicks and the wheel."""

from collections.abc import Sequence

from textual import on
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot

from tuimon.charts.model import Row, Span
from tuimon.text import fit
from tuimon.tui.panes.cursor_list import CursorList


class Words(CursorList[str]):
    """Words; those in capitals are headings."""

    HEAD_ROWS = 1

    def key_of(self, item: str) -> str:
        return item

    def is_heading(self, item: str) -> bool:
        return item.isupper()

    def head(self, cells: int) -> list[Row]:
        return [(Span(fit(f"{len(self.items)} words, {self.below} below", cells), "dim"),)]

    def item_row(self, item: str, cells: int, *, selected: bool) -> Row:
        return (Span(fit(("> " if selected else "  ") + item, cells), "text"),)


class WordsApp(App[None]):
    """A list of words and what it tells."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__()
        self._words = words
        self.list = Words()
        self.moved: list[str | None] = []
        self.opened: list[str | None] = []

    def compose(self) -> ComposeResult:
        yield self.list

    def on_mount(self) -> None:
        self.list.set_items(self._words)

    @on(CursorList.Moved)
    def _moved(self) -> None:
        self.moved.append(self.list.chosen)

    @on(CursorList.Opened)
    def _opened(self) -> None:
        self.opened.append(self.list.chosen)


WORDS = ["A", "ant", "ape", "B", "bee", "cat", "cow", "doe", "dog"]


async def shown(pilot: Pilot[None]) -> list[str]:
    await pilot.pause()
    assert isinstance(pilot.app, WordsApp)
    while not (text := pilot.app.list.shown_text()):  # not laid out yet
        await pilot.pause()
    return text.split("\n")[:-1]


async def test_headings_are_passed_over() -> None:
    app = WordsApp(WORDS)
    async with app.run_test(size=(30, 5)) as pilot:
        assert await shown(pilot) == ["9 words, 5 below", "  A", "> ant", "  ape", "  B"]
        assert not app.list.move_cursor(-1)
        assert app.list.move_cursor(2)
        assert await shown(pilot) == ["9 words, 4 below", "  ant", "  ape", "  B", "> bee"]
        app.list.move_cursor(-1)
        assert (await shown(pilot))[2] == "> ape"
        app.list.move_cursor(-1)
        assert await shown(pilot) == ["9 words, 5 below", "  A", "> ant", "  ape", "  B"]
        assert app.moved == ["ant", "bee", "ape", "ant"]


async def test_a_click_moves_the_cursor_and_a_second_one_opens() -> None:
    app = WordsApp(WORDS)
    async with app.run_test(size=(30, 12)) as pilot:
        await pilot.click(app.list, offset=(3, 6))
        assert (app.list.chosen, app.opened) == ("cat", [])
        await pilot.click(app.list, offset=(3, 4))  # a heading
        await pilot.click(app.list, offset=(3, 0))
        await pilot.click(app.list, offset=(3, 11))  # below the last one
        assert (app.list.chosen, app.opened) == ("cat", [])
        await pilot.click(app.list, offset=(3, 6))
        assert app.opened == ["cat"]


async def test_the_wheel_moves_the_cursor() -> None:
    app = WordsApp(WORDS)
    async with app.run_test(size=(30, 5)) as pilot:
        for turned, chosen in ((MouseScrollDown, "bee"), (MouseScrollUp, "ant")):
            app.list.post_message(turned(None, 3, 3, 0, 0, 0, False, False, False))
            await pilot.pause()
            assert app.list.chosen == chosen


async def test_the_cursor_stays_on_its_item_or_beside_where_it_was() -> None:
    app = WordsApp(WORDS)
    async with app.run_test(size=(30, 12)) as pilot:
        app.list.move_cursor(4)
        assert app.list.chosen == "cat"
        app.list.set_items(["A", "aal", *WORDS[1:]])
        assert app.list.chosen == "cat"
        assert app.list.place == (7, 10)
        app.list.set_items(["A", "aal", "ant", "ape", "B", "bee", "cow"])
        assert app.list.chosen == "cow"
        app.list.set_items(["A", "ant"])
        assert app.list.chosen == "ant"
        app.list.set_items([])
        await pilot.pause()
        assert (app.list.chosen, app.list.place) == (None, (0, 0))
        app.list.action_choose()
        await pilot.pause()
        assert app.opened == []


async def test_a_terminal_that_grows_leaves_no_blank_rows() -> None:
    app = WordsApp(WORDS)
    async with app.run_test(size=(30, 4)) as pilot:
        app.list.move_cursor(99)
        assert await shown(pilot) == ["9 words, 0 below", "  cow", "  doe", "> dog"]
        await pilot.resize_terminal(30, 6)
        assert (await shown(pilot))[1:] == ["  bee", "  cat", "  cow", "  doe", "> dog"]
