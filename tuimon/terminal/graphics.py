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
from zlib import crc32

import numpy as np

from tuimon.views.base import Picture
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
_IDS = (1 << 31) - 1
"""Names of pictures in kitty's protocol, from 1 on."""
_COLOURS_OF_A_PHOTO = 2048
"""In a sixteenth of a picture: drawings and masks have fewer, and stay as sharp as they are."""
_COLOURS = 128
"""Of sixels, each of which takes lines of its own."""


class ScreenArea(NamedTuple):
    """Cells of the screen."""

    x: int
    y: int
    width: int
    height: int


class TerminalPicture(NamedTuple):
    """A picture as the terminal takes it, without the place."""

    area: ScreenArea
    data: str
    id: int = 0
    """By which the terminal knows it, where it has names for pictures."""


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


class PictureEncoder:
    """Encodes pictures for a terminal; those that were there the last time are not done again.

    One thread at a time may use it.
    """

    def __init__(self) -> None:
        self._last: dict[tuple[int, Protocol, ScreenArea], tuple[Pixels, TerminalPicture]] = {}

    def encode(self, protocol: Protocol, pictures: Sequence[Picture]) -> list[TerminalPicture]:
        """The pictures as the terminal takes them. May take a while."""
        last, self._last = self._last, {}
        for one in pictures:
            area = ScreenArea(one.x, one.y, one.width, one.height)
            # While the pixels are held, no others have their id.
            key = id(one.pixels), protocol, area
            self._last[key] = last.get(key) or (one.pixels, encode(protocol, area, one.pixels))
        return [encoded for _, encoded in self._last.values()]


def encode(protocol: Protocol, area: ScreenArea, pixels: Pixels) -> TerminalPicture:
    """The picture in an area, for a protocol that is one. May take a while."""
    if protocol == "sixel":
        return TerminalPicture(area, sixel(pixels))
    if protocol == "iterm2":
        data = base64.b64encode(_jpeg(pixels) if _is_photo(pixels) else _png(pixels)).decode()
        size = f"width={pixels.shape[1]}px;height={pixels.shape[0]}px"
        return TerminalPicture(area, f"\x1b]1337;File=inline=1;doNotMoveCursor=1;{size}:{data}\x07")
    data = base64.b64encode(_png(pixels)).decode()
    chunks = [data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK)]
    id = 1 + crc32(f"{area}{data}".encode()) % _IDS
    first = f"a=T,f=100,q=2,C=1,i={id},"
    parts = [
        f"\x1b_G{'' if index else first}m={int(index < len(chunks) - 1)};{chunk}\x1b\\"
        for index, chunk in enumerate(chunks)
    ]
    return TerminalPicture(area, "".join(parts), id)


def placed(pictures: Sequence[TerminalPicture]) -> str:
    """What draws pictures, and leaves the cursor and its style where they were."""
    return "".join(
        f"\x1b7\x1b[{one.area.y + 1};{one.area.x + 1}H{one.data}\x1b8" for one in pictures
    )


def removed(protocol: Protocol, pictures: Sequence[TerminalPicture]) -> str:
    """What takes pictures off the screen; those of other protocols than kitty's go with cells."""
    if protocol != "kitty":
        return ""
    return "".join(f"\x1b_Ga=d,d=I,i={one.id},q=2\x1b\\" for one in pictures)


def removed_all(protocol: Protocol) -> str:
    """What takes all pictures off the screen."""
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
    for top in range(0, height, 6):
        parts += [_band(numbers[top : top + 6]), "-"]
    return "".join(parts) + "\x1b\\"


def _band(numbers: np.ndarray) -> str:
    """Numbers of colours, at most 6 rows of them, as a line of sixels for each colour."""
    width = numbers.shape[1]
    used, rows = np.unique(numbers, return_inverse=True)
    sixels = np.zeros((len(used), width), np.uint8)
    columns = np.arange(width)
    for bit, row in enumerate(rows.reshape(numbers.shape)):
        sixels[row, columns] |= 1 << bit
    flat = sixels.ravel()
    begins = np.ones(len(flat), np.bool_)
    begins[1:] = flat[1:] != flat[:-1]
    begins[::width] = True
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(flat))
    seen = (flat[starts] != 0) | (ends % width != 0)  # blanks at the end are left out
    starts, ends = starts[seen], ends[seen]
    chars = [chr(63 + bits) for bits in flat[starts].tolist()]
    runs = [
        char * count if count < 4 else f"!{count}{char}"
        for char, count in zip(chars, (ends - starts).tolist(), strict=True)
    ]
    for index in np.flatnonzero(starts % width == 0).tolist():
        runs[index] = f"{'$' if index else ''}#{used[starts[index] // width]}{runs[index]}"
    return "".join(runs)


def _is_photo(pixels: Pixels) -> bool:
    """Whether a picture has so many colours that PNG takes ten times the bytes of JPEG."""
    some = pixels[::4, ::4].astype(np.int32)
    packed = some[..., 0] << 16 | some[..., 1] << 8 | some[..., 2]
    return len(np.unique(packed)) > _COLOURS_OF_A_PHOTO


def _jpeg(pixels: Pixels) -> bytes:
    from PIL import Image as Pillow

    buffer = BytesIO()
    Pillow.fromarray(pixels).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _png(pixels: Pixels) -> bytes:
    from PIL import Image as Pillow

    buffer = BytesIO()
    Pillow.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
