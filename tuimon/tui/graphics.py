"""Pictures in pixels: what the terminal can show, and the bytes that show it.

Three protocols: kitty's (https://sw.kovidgoyal.net/kitty/graphics-protocol/), iTerm2's
(https://iterm2.com/documentation-images.html) and sixel (DEC STD 070). A terminal is asked once,
when pictures are about to be seen; nobody waits for the answer, and what does not answer gets half
blocks. A multiplexer would take a question in kitty's protocol for a title: it is asked for its
device attributes alone, which tell whether it knows sixel itself.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Literal, NamedTuple

import numpy as np

from tuimon.views.image.pixels import Pixels

Protocol = Literal["", "kitty", "iterm2", "sixel"]

_KITTY_QUESTION = "\x1b_Gi=1,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_VERSION_QUESTION = "\x1b[>q"
_CELL_QUESTION = "\x1b[16t"
_ATTRIBUTES_QUESTION = "\x1b[c"
"""Every terminal answers it, and answers come in turn: it is the last."""
_ANSWER = re.compile(
    r"\x1b_G(?P<kitty>[^\x1b]*)\x1b\\"
    r"|\x1bP>\|(?P<version>[^\x1b]*)\x1b\\"
    r"|\x1b\[6;(?P<height>\d{1,4});(?P<width>\d{1,4})t"
    r"|\x1b\[\?(?P<attributes>[\d;]*)c"
)
_BEGUN = re.compile(r"\x1b(?:_[^\x1b]*\x1b?|P[^\x1b]*\x1b?|\[(?:6[\d;]*|\?[\d;]*)?)\Z")
_LONGEST_ANSWER = 256
_SIXEL = "4"
_OF_ITERM2 = ("iTerm2", "WezTerm")
_USUAL_CELL = 8, 16
_CHUNK = 4096
_COLOURS = 128
"""Of sixels: each takes a pass over the picture."""


class Area(NamedTuple):
    """Cells of the screen."""

    x: int
    y: int
    width: int
    height: int


class Encoded(NamedTuple):
    """A picture as the terminal takes it, without the place."""

    area: Area
    data: str


class Graphics:
    """What the terminal can show; at first nothing."""

    def __init__(self) -> None:
        self.protocol: Protocol = ""
        self.cell = _USUAL_CELL
        """Width and height of a cell in pixels."""
        self._asked = self._answered = False
        self._held = ""

    def ask(self, environ: Mapping[str, str] = os.environ) -> str:
        """What to send to the terminal to learn what it can show; empty when it was asked."""
        term = environ.get("TERM", "")
        if self._asked or term in ("", "dumb", "linux"):
            return ""
        self._asked = True
        if "TMUX" in environ or "STY" in environ or term.startswith(("screen", "tmux")):
            return _CELL_QUESTION + _ATTRIBUTES_QUESTION
        return _KITTY_QUESTION + _VERSION_QUESTION + _CELL_QUESTION + _ATTRIBUTES_QUESTION

    def feed(self, text: str) -> str:
        """Input without the answers in it. An answer that has begun is held until it ends."""
        if not self._asked or ("\x1b" not in text and not self._held):
            return text
        text, self._held = self._held + text, ""
        text = _ANSWER.sub(self._take, text)
        begun = None if self._answered else _BEGUN.search(text)
        if begun is not None and len(text) - begun.start() <= _LONGEST_ANSWER:
            self._held, text = text[begun.start() :], text[: begun.start()]
        return text

    def _take(self, answer: re.Match[str]) -> str:
        if answer["kitty"] is not None:
            if answer["kitty"].endswith(";OK"):
                self.protocol = "kitty"
        elif answer["version"] is not None:
            if answer["version"].startswith(_OF_ITERM2) and not self.protocol:
                self.protocol = "iterm2"
        elif answer["width"] is not None:
            width, height = int(answer["width"]), int(answer["height"])
            if 2 <= width <= 200 and 2 <= height <= 400:
                self.cell = width, height
        else:
            self._answered = True
            if _SIXEL in answer["attributes"].split(";")[1:] and not self.protocol:
                self.protocol = "sixel"
        return ""


def encode(protocol: Protocol, area: Area, pixels: Pixels) -> Encoded:
    """The picture in an area, for a protocol that is one. May take a while."""
    if protocol == "sixel":
        return Encoded(area, sixel(pixels))
    data = base64.b64encode(_png(pixels)).decode()
    if protocol == "iterm2":
        size = f"width={pixels.shape[1]}px;height={pixels.shape[0]}px"
        return Encoded(area, f"\x1b]1337;File=inline=1;doNotMoveCursor=1;{size}:{data}\x07")
    chunks = [data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK)]
    first = "a=T,f=100,q=2,C=1,"
    parts = [
        f"\x1b_G{'' if index else first}m={int(index < len(chunks) - 1)};{chunk}\x1b\\"
        for index, chunk in enumerate(chunks)
    ]
    return Encoded(area, "".join(parts))


def placed(pictures: Sequence[Encoded]) -> str:
    """What draws pictures, and leaves the cursor and its style where they were."""
    return "".join(f"\x1b7\x1b[{area.y + 1};{area.x + 1}H{data}\x1b8" for area, data in pictures)


def removed(protocol: Protocol) -> str:
    """What takes all pictures off the screen; those of other protocols go with their cells."""
    return "\x1b_Ga=d,d=A,q=2\x1b\\" if protocol == "kitty" else ""


def sixel(pixels: Pixels) -> str:
    """Pixels as sixels, in at most `_COLOURS` colours."""
    from PIL import Image as Pillow

    image = Pillow.fromarray(pixels).quantize(_COLOURS, Pillow.Quantize.FASTOCTREE)
    palette = np.asarray(image.getpalette() or [], np.int64).reshape(-1, 3)
    numbers = np.asarray(image)
    height, width = numbers.shape
    parts = [f'\x1bP0;1q"1;1;{width};{height}']
    for number in np.unique(numbers).tolist():
        red, green, blue = (round(part * 100 / 255) for part in palette[number].tolist())
        parts.append(f"#{number};2;{red};{green};{blue}")
    weights = (1 << np.arange(6))[:, None]
    for top in range(0, height, 6):
        band = numbers[top : top + 6]
        lines = []
        for number in np.unique(band).tolist():
            bits = ((band == number) * weights[: len(band)]).sum(axis=0)
            lines.append(f"#{number}{_runs(bits)}")
        parts += ["$".join(lines), "-"]
    return "".join(parts) + "\x1b\\"


def _runs(bits: np.ndarray) -> str:
    """A line of sixels [width], repetitions counted, blanks at its end left out."""
    ends = np.append(np.flatnonzero(np.diff(bits)) + 1, len(bits))
    starts = np.append(0, ends[:-1])
    parts = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        char, count = chr(63 + int(bits[start])), end - start
        if char == "?" and end == len(bits):
            break
        parts.append(f"!{count}{char}" if count > 3 else char * count)
    return "".join(parts)


def _png(pixels: Pixels) -> bytes:
    from PIL import Image as Pillow

    buffer = BytesIO()
    Pillow.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
