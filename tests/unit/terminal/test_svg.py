"""The SVG of the screen: well-formed, exact, and harmless whatever is on the screen."""

import re
from xml.etree import ElementTree

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tuimon.terminal.svg import screen_svg

SVG = "{http://www.w3.org/2000/svg}"


def picture(*texts: str, style: Style | None = None) -> ElementTree.Element:
    strips = [Strip([Segment(text, style or Style())]) for text in texts]
    return ElementTree.fromstring(screen_svg(strips, "a <title> & more"))


def test_each_word_has_a_place_and_a_length_of_its_own():
    words = picture("a 漢b").findall(f"{SVG}text")
    places = [(word.text, float(word.get("x")), float(word.get("textLength"))) for word in words]
    assert places == [("a", 0, 8.4), ("漢b", 16.8, 25.2)]


def test_a_braille_cell_is_as_many_dots():
    (path,) = picture("⣿⠁⠀").findall(f"{SVG}path")
    assert path.get("d", "").count("M") == 9
    assert not picture("⣿⠁⠀").findall(f"{SVG}text")


def test_boxes_and_blocks_are_drawn_to_the_edges_of_their_cells():
    path = picture("─█").find(f"{SVG}path")
    boxes = re.findall(r"M([\d.]+) [\d.]+h([\d.]+)", path.get("d"))
    assert [(float(x), float(w)) for x, w in boxes] == [(0, 4.2), (4.2, 4.2), (8.4, 8.4)]


def test_half_blocks_are_halves():
    upper, lower = picture("▀").find(f"{SVG}path"), picture("▄").find(f"{SVG}path")
    assert upper.get("d") == "M0.0 0.0h8.4v9.0h-8.4z"
    assert lower.get("d") == "M0.0 9.0h8.4v9.0h-8.4z"


def test_markup_in_text_is_text():
    (text,) = picture("<script>&amp;").findall(f"{SVG}text")
    assert text.text == "<script>&amp;"


def test_backgrounds_other_than_the_pages_are_filled():
    strips = [
        Strip([Segment("x" * 9, Style(bgcolor="#111111")), Segment("y", Style(bgcolor="#222222"))])
    ]
    svg = ElementTree.fromstring(screen_svg(strips, ""))
    assert svg.find(f"{SVG}rect").get("fill") == "#111111"
    assert [path.get("fill") for path in svg.findall(f"{SVG}path")] == ["#222222"]


def test_an_empty_screen_is_a_picture():
    assert picture().tag == f"{SVG}svg"
