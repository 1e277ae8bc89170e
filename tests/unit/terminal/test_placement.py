"""What the terminal is told of pictures while other things come and go over them."""

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from tuimon.terminal.graphics import ScreenArea, TerminalPicture, removed, removed_all
from tuimon.terminal.placement import Placement
from tuimon.terminal.screen_image import TerminalImage

SIZE = Size(20, 4)
PICTURE = TerminalPicture(ScreenArea(2, 1, 10, 2), "<picture>", 7)
OTHER = TerminalPicture(ScreenArea(0, 1, 10, 2), "<other>", 8)
BESIDE = TerminalPicture(ScreenArea(13, 1, 7, 2), "<beside>", 9)
GONE = removed("kitty", [PICTURE])


class Screen:
    """Draws lines, and tells what is sent."""

    def __init__(self) -> None:
        self.image = TerminalImage()
        self.placement = Placement(self.image)

    def draw(self, *lines: str) -> None:
        strips = [
            [Strip([Segment(line.ljust(SIZE.width), Style(bgcolor="#112233"))])] for line in lines
        ]
        self.image.draw(LayoutUpdate(strips, Region(0, 0, SIZE.width, len(lines))), SIZE)
        self.placement.drawn()

    def sent(self) -> tuple[str, str]:
        """Cells, and what was sent of pictures."""
        cells = self.image.take(1 << 20, SIZE, ColorSystem.TRUECOLOR, erases=False)
        return cells, self.placement.take("kitty")


@pytest.fixture
def screen() -> Screen:
    screen = Screen()
    screen.draw("head", "", "", "foot")
    screen.sent()
    screen.placement.place([PICTURE])
    return screen


def test_a_picture_is_sent_once(screen: Screen):
    assert screen.sent()[1] == "\x1b7\x1b[2;3H<picture>\x1b8"
    screen.draw("other head", "", "", "")
    screen.placement.place([PICTURE])
    assert screen.sent()[1] == ""


def test_what_covers_a_picture_hides_it_until_it_is_gone(screen: Screen):
    screen.sent()
    screen.draw("head", "", "          saved to x", "foot")
    cells, pictures = screen.sent()
    assert "saved to x" in cells
    assert pictures == GONE
    screen.draw("head", "", "          saved to y", "foot")
    assert screen.sent()[1] == ""
    screen.draw("head", "", "", "foot")
    cells, pictures = screen.sent()
    assert cells
    assert pictures.endswith("<picture>\x1b8")


def test_beside_a_picture_nothing_covers_it(screen: Screen):
    screen.sent()
    screen.draw("head", "x           x", "", "foot")
    assert screen.sent()[1] == ""


def test_a_picture_waits_until_its_cells_are_blank():
    screen = Screen()
    screen.draw("head", "", "▀▀▀▀", "foot")
    screen.sent()
    screen.placement.place([PICTURE])
    assert screen.sent()[1] == ""
    screen.draw("head", "", "", "foot")
    assert screen.sent()[1].endswith("<picture>\x1b8")


def test_another_picture_erases_the_cells_of_the_one_before(screen: Screen):
    screen.sent()
    screen.placement.place([OTHER])
    cells, pictures = screen.sent()
    assert cells.count(" ") >= 20
    assert pictures == GONE + "\x1b7\x1b[2;1H<other>\x1b8"
    screen.placement.place([])
    cells, pictures = screen.sent()
    assert cells
    assert pictures == removed("kitty", [OTHER])


def test_a_picture_that_stays_is_not_sent_again(screen: Screen):
    screen.sent()
    screen.placement.place([PICTURE, BESIDE])
    assert screen.sent()[1] == "\x1b7\x1b[2;14H<beside>\x1b8"
    screen.placement.place([BESIDE])
    assert screen.sent()[1] == GONE
    screen.draw("head", "", "              x", "foot")
    assert screen.sent()[1] == removed("kitty", [BESIDE])


def test_what_was_covered_for_a_moment_is_sent_again(screen: Screen):
    screen.sent()
    screen.draw("head", "", "          saved to x", "foot")
    screen.draw("head", "", "", "foot")  # parts of the other may have been sent
    assert screen.sent()[1] == GONE + "\x1b7\x1b[2;3H<picture>\x1b8"


def test_the_terminal_shows_pictures_until_it_was_told(screen: Screen):
    assert not screen.placement.seen
    screen.sent()
    screen.placement.place([])
    assert screen.placement.seen
    screen.sent()
    assert not screen.placement.seen


def test_after_a_repaint_it_is_sent_again(screen: Screen):
    screen.sent()
    screen.image.forget()
    screen.placement.forget()
    screen.draw("head", "", "", "foot")
    assert screen.sent()[1] == removed_all("kitty") + "\x1b7\x1b[2;3H<picture>\x1b8"


def test_a_picture_is_not_drawn_beyond_the_edge_of_a_smaller_terminal(screen: Screen):
    screen.sent()
    screen.image.forget()
    screen.placement.forget()
    screen.draw("head", "")  # the lines of the new size; a sixel beyond them would scroll all
    assert screen.sent()[1] == removed_all("kitty")


def test_what_is_left_of_a_covered_picture_is_erased(screen: Screen):
    screen.sent()
    screen.draw("head", "", "          saved to x", "foot")
    screen.sent()
    screen.placement.place([])
    cells, pictures = screen.sent()
    assert cells.count(" ") >= 10
    assert pictures == ""
