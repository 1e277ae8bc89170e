"""What the terminal tells of its background, among keys and in pieces."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.terminal.terminal_background import QUESTION, TerminalBackground, background_hint

XTERM = {"TERM": "xterm-256color"}
WHITE = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"


def asked() -> TerminalBackground:
    background = TerminalBackground(XTERM)
    assert background.ask().startswith(QUESTION)
    return background


@pytest.mark.parametrize(
    ("answer", "is_light"),
    [
        (WHITE, True),
        ("\x1b]11;rgb:fb/fc/fd\x07", True),
        ("\x1b]11;rgb:0f0f/1313/1818\x07", False),
        ("\x1b]11;rgb:0/0/0\x07", False),
        ("\x1b]11;rgba:ffff/ffff/ffff/8000\x07", True),
        ("\x1b]11;rgb:0000/0000/ffff\x07", False),
        ("\x1b]11;#ffffff\x07", None),
        ("\x1b[?997;1n", False),
        ("\x1b[?997;2n", True),
    ],
)
def test_what_terminals_tell(answer: str, is_light: bool | None) -> None:
    background = asked()
    assert background.feed(answer) == ""
    assert background.is_light is is_light


@given(st.lists(st.integers(0, len(WHITE) + 10), max_size=6))
def test_the_answer_may_come_in_pieces_among_keys(cuts: list[int]) -> None:
    background = asked()
    text = "j]" + WHITE + "k\x1b[A"
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    rest = "".join(background.feed(text[a:b]) for a, b in pairwise(edges))
    assert rest + background.release() == "j]k\x1b[A"
    assert background.is_light


def test_what_was_held_and_is_no_answer_are_keys() -> None:
    background = asked()
    assert background.feed("\x1b") == ""
    assert background.holds
    assert background.release() == "\x1b"
    # The escape was taken for a key; the rest of the answer is none.
    assert background.feed(WHITE[1:]) == ""
    assert background.is_light
    assert not background.holds


def test_keys_pass_once_all_is_answered() -> None:
    background = asked()
    background.feed(WHITE)
    for keys in ("]", "\x1b", "\x1b]", "\x1b[", "\x1b[A", "\x1b[<0;3;4M", "é", "\x1b[?", "1"):
        assert background.feed(keys) == keys
    assert background.feed("\x1b[?997;") + background.feed("1n") == ""
    assert background.is_light is False
    silent = asked()
    silent.answered()
    assert silent.feed("\x1b") == "\x1b"


@pytest.mark.parametrize("term", ["", "dumb", "linux", "vt100", "vt220"])
def test_who_may_print_the_question_is_not_asked(term: str) -> None:
    background = TerminalBackground({"TERM": term})
    assert background.ask() + background.leave() == ""
    assert background.feed("\x1b") == "\x1b"


@pytest.mark.parametrize(
    ("said", "is_light"), [("0;15", True), ("15;0", False), ("15;default;0", False), ("", None)]
)
def test_the_environment_may_say_it(said: str, is_light: bool | None) -> None:
    assert background_hint({"COLORFGBG": said}) is is_light
