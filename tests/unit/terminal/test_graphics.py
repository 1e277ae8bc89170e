"""What terminals answer, and pictures as each protocol has them."""

import base64
import io
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tuimon.terminal.graphics import (
    Graphics,
    PictureEncoder,
    ScreenArea,
    encode,
    placed,
    removed,
    removed_all,
    sixel,
)
from tuimon.views.base import Picture

XTERM = {"TERM": "xterm-256color"}
KITTY = "\x1b_Gi=1;OK\x1b\\\x1bP>|kitty(0.32.1)\x1b\\\x1b[6;20;9t\x1b[?62;c"
ITERM2 = "\x1bP>|iTerm2 3.5.0\x1b\\\x1b[6;17;8t\x1b[?62;4c"
FOOT = "\x1b_Gi=1;EBADF:no\x1b\\\x1bP>|foot(1.16)\x1b\\\x1b[6;18;9t\x1b[?62;4;22c"
VTE = "\x1bP>|VTE(7600)\x1b\\\x1b[?65;1;9c"
AREA = ScreenArea(3, 4, 5, 2)


def told(answers: str, environ: dict[str, str] = XTERM) -> Graphics:
    graphics = Graphics()
    assert graphics.ask(environ)
    assert graphics.feed(answers) == ""
    return graphics


def picture(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.stack([8 * x % 256, 9 * y % 256, (x + y) % 2 * 255], -1).astype(np.uint8)


@pytest.mark.parametrize(
    ("answers", "protocol", "cell"),
    [
        (KITTY, "kitty", (9, 20)),
        (ITERM2, "iterm2", (8, 17)),
        (FOOT, "sixel", (9, 18)),
        (VTE, "", (8, 16)),
        ("\x1b[?1;2c", "", (8, 16)),
    ],
)
def test_what_terminals_can_show(answers, protocol, cell):
    graphics = told(answers)
    assert (graphics.protocol, graphics.cell) == (protocol, cell)


@given(st.lists(st.integers(0, len(KITTY)), max_size=6))
def test_answers_may_come_in_pieces_among_keys(cuts):
    graphics = Graphics()
    graphics.ask(XTERM)
    text = "j" + KITTY + "k\x1b[A"
    edges = [0, *sorted(cuts), len(text)]
    rest = "".join(graphics.feed(text[a:b]) for a, b in pairwise(edges))
    # A lone escape is a key at once: the answer that it began is then none.
    if not any(text[cut - 1 : cut] == "\x1b" for cut in cuts):
        assert rest == "jk\x1b[A"
        assert graphics.protocol == "kitty"


def test_keys_pass_when_nothing_was_asked_or_answered():
    graphics = Graphics()
    assert graphics.feed(KITTY) == KITTY
    graphics.ask(XTERM)
    for keys in ("j", "\x1b", "\x1b[A", "\x1b[1;5C", "\x1b[<0;3;4M", "\x1bb", "é"):
        assert graphics.feed(keys) == keys


@pytest.mark.parametrize(
    "environ",
    [
        {"TERM": "tmux-256color"},
        {"TERM": "screen"},
        {"TERM": "xterm", "TMUX": "/tmp/tmux-0/default,1,0"},
        {"TERM": "xterm", "STY": "1.pts"},
    ],
)
def test_multiplexers_are_not_asked_what_they_would_take_for_a_title(environ):
    question = Graphics().ask(environ)
    assert "\x1b_" not in question
    assert "\x1bP" not in question
    assert question.endswith("\x1b[c")


def test_who_cannot_answer_is_not_asked():
    for term in ("", "dumb", "linux"):
        assert Graphics().ask({"TERM": term}) == ""
    graphics = Graphics()
    assert graphics.ask(XTERM)
    assert graphics.ask(XTERM) == ""


def test_kitty_gets_chunks_of_a_png():
    pixels = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    one = encode("kitty", AREA, pixels)
    data = one.data
    chunks = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", data)
    assert "".join(f"\x1b_G{keys};{part}\x1b\\" for keys, part in chunks) == data
    assert chunks[0][0].startswith("a=T,f=100,q=2")
    assert [keys[-3:] for keys, _ in chunks] == ["m=1"] * (len(chunks) - 1) + ["m=0"]
    assert max(len(part) for _, part in chunks) <= 4096
    png = base64.b64decode("".join(part for _, part in chunks))
    assert (np.asarray(Image.open(io.BytesIO(png))) == pixels).all()
    name = re.search(r"i=(\d+)", one.data)
    assert name is not None
    assert f"d=I,i={name[1]}," in removed("kitty", [one])
    assert removed_all("kitty").startswith("\x1b_Ga=d")


def test_iterm2_gets_a_png_inline():
    pixels = picture(40, 33)
    one = encode("iterm2", AREA, pixels)
    match = re.fullmatch(r"\x1b\]1337;File=inline=1;([^:]*):(.*)\x07", one.data)
    assert match
    assert "width=33px;height=40px" in match[1]
    png = Image.open(io.BytesIO(base64.b64decode(match[2])))
    assert (np.asarray(png) == pixels).all()
    assert removed("iterm2", [one]) == removed_all("iterm2") == ""


def decoded(data: str) -> np.ndarray:
    """The pixels of a sixel string, by DEC's rules."""
    body = re.fullmatch(r"\x1bP0;1q(.*)\x1b\\", data, re.DOTALL)[1]
    _, _, width, height = map(int, re.match(r'"(\d+);(\d+);(\d+);(\d+)', body).groups())
    pixels = np.zeros((height + 6, width, 3))
    palette: dict[int, tuple[float, ...]] = {}
    colour = x = y = 0
    tokens = re.findall(r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|([$-])", body)
    for number, r, g, b, select, count, repeated, single, control in tokens:
        if number:
            palette[int(number)] = tuple(int(part) * 2.55 for part in (r, g, b))
        elif select:
            colour = int(select)
        elif control:
            x, y = 0, y + 6 * (control == "-")
        else:
            bits = ord(repeated or single) - 63
            times = int(count or 1)
            for bit in range(6):
                if bits >> bit & 1:
                    pixels[y + bit, x : x + times] = palette[colour]
            x += times
    return pixels[:height]


@pytest.mark.parametrize("shape", [(1, 1), (6, 7), (13, 40), (20, 9)])
def test_sixels_are_the_pixels(shape):
    pixels = picture(*shape) // 85 * 85  # few enough colours
    assert np.abs(decoded(sixel(pixels)) - pixels).max() <= 12


def test_pictures_stand_where_they_should_and_the_cursor_stays():
    one = encode("sixel", AREA, picture(4, 4))
    text = placed([one])
    assert text.startswith("\x1b7\x1b[5;4H\x1bP")
    assert text.endswith("\x1b8")


def test_iterm2_gets_photos_as_jpeg_which_are_a_fraction_of_the_bytes():
    smooth = np.add.outer(np.linspace(0, 180, 300), np.linspace(0, 60, 400))[..., None]
    noise = np.random.default_rng(0).normal(0, 5, (300, 400, 3))
    photo = (smooth + noise).clip(0, 255).astype(np.uint8)
    sent = encode("iterm2", AREA, photo).data
    shown = Image.open(io.BytesIO(base64.b64decode(sent.split(":")[1].rstrip("\x07"))))
    assert shown.format == "JPEG"
    assert np.abs(np.asarray(shown).astype(int) - photo).mean() < 5
    assert len(sent) < len(encode("kitty", AREA, photo).data) / 3


def test_pictures_that_stay_are_not_encoded_again():
    first, other = picture(40, 33), picture(20, 33)
    encoder = PictureEncoder()
    one = Picture(0, 2, 4, 2, first)
    (before,) = encoder.encode("iterm2", [one])
    again, beside = encoder.encode("iterm2", [one, Picture(5, 2, 4, 2, other)])
    assert again is before
    assert beside.area == ScreenArea(5, 2, 4, 2)
    (moved,) = encoder.encode("iterm2", [one._replace(x=1)])
    assert moved.area.x == 1
    (another,) = encoder.encode("sixel", [one])
    assert another.data != before.data
    (changed,) = encoder.encode("sixel", [one._replace(pixels=other)])
    assert changed.data != another.data
