"""Text that is safe and exactly wide enough for a terminal cell grid, and numbers made short.

Everything that a training, a file name or another program chose (tags, run names, console
output, error messages) passes through :func:`safe` before it is shown.
"""

import math
import re
import struct
import unicodedata
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache
from typing import Literal

Align = Literal["left", "center", "right"]

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# More marks on one character are not a script but an attack on the neighbouring rows.
_MAX_MARKS = 2

_LINE_BREAKING = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")
_NOT_UTF8 = re.compile(r"[\ud800-\udfff]|\\(?=x[0-9a-f]{2}|ud[89a-f][0-9a-f]{2})")
_REGIONAL_A = 0x1F1E6
_NUMBER = re.compile(
    r"""(
        (?:(?:(?<==)|^)-)?  # elsewhere it joins words
        (?: \d+(?:\.\d+){2,} | (?<=[vV])\d+\.\d+  # a version
          | (?:\d+(?:\.\d+)?|(?<==)\.\d+)(?:[eE][-+]?\d{1,3}(?![0-9A-Za-z]))? )
    )""",
    re.VERBOSE | re.ASCII,
)
_MOST_CHANGE, _CHANGE_CELLS = 9.99, 6
_VALUE_SUFFIXES = ((1e6, "M"), (1e3, "k"))
_STEP_SUFFIXES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


@lru_cache(maxsize=8192)
def _cell(char: str) -> tuple[str, bool]:
    """Return what is shown for `char`, and whether it is a mark that joins the one before."""
    code = ord(char)
    if char in _LINE_BREAKING:
        return " ", False
    if code < 0x20 or code == 0x7F:
        return (chr(0x2400 + code) if code < 0x20 else "\N{SYMBOL FOR DELETE}"), False
    category = unicodedata.category(char)
    if category == "Cf":  # bidi controls, zero-width joiners and spaces, tags, soft hyphens
        return "", False
    if category[0] == "Z":
        return " ", False
    if not char.isprintable():
        return REPLACEMENT, False
    # Sequences whose width terminals disagree about are taken apart: flags, skin tones and
    # emoji variation selectors.
    if 0 <= code - _REGIONAL_A < 26:
        return chr(ord("A") + code - _REGIONAL_A), False
    if 0x1F3FB <= code <= 0x1F3FF or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return "", False
    return char, _char_width(char) == 0


def safe(text: str) -> str:
    """Return `text` as one printable line that cannot act on a terminal.

    Control characters become their Unicode pictures, tabs and line breaks become spaces,
    direction and zero-width controls vanish, code points that cannot be shown (lone surrogates,
    C1 controls, private and unassigned ones) become U+FFFD, and runs of combining marks are cut.
    The result satisfies ``str.isprintable``, and its width is the sum of its characters' widths.
    """
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = _MAX_MARKS  # a mark without a character to stand on is dropped
    for char in text:
        cell, is_mark = _cell(char)
        if is_mark:
            if marks >= _MAX_MARKS:
                continue
            marks += 1
        elif cell:
            marks = 0
        shown.append(cell)
    return "".join(shown)


def described(error: Exception) -> str:
    """What an error that nobody has thought of says, as far as it can be told to a user."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def width(text: str) -> int:
    """Return how many terminal cells safe text takes."""
    if text.isascii():
        return len(text)
    return sum(max(0, _char_width(char)) for char in text)


@lru_cache(maxsize=8192)
def _char_width(char: str) -> int:
    from wcwidth import wcwidth  # its tables take a while, and few need them

    return wcwidth(char)


def fit(text: str, cells: int, align: Align = "left", ellipsis: str = "…") -> str:
    """Return `text`, made safe, in exactly `cells` terminal cells: padded or cut.

    Args:
        text: any string.
        cells: the width wanted; 0 or less gives "".
        align: where shorter text stands.
        ellipsis: ends text that was cut, where there is room for it.
    """
    text = safe(text)
    if width(text) > cells:
        ellipsis = safe(ellipsis)
        if width(ellipsis) > cells:
            ellipsis = ""
        text = _head(text, cells - width(ellipsis)) + ellipsis
    gap = max(0, cells - width(text))
    left = {"left": 0, "center": gap // 2, "right": gap}[align]
    return " " * left + text + " " * (gap - left)


def shorten(text: str, cells: int, ellipsis: str = "…", head: int = 2) -> str:
    """Return safe `text` in at most `cells` cells, without its middle: names differ at their ends.

    `head` characters of its beginning stay; where there is no room for more, only the beginning.
    """
    if width(text) <= cells:
        return text
    if cells < 2 * head + len(ellipsis) + 2:  # a character may take two cells
        return fit(text, cells, ellipsis=ellipsis).rstrip()
    kept = cells - head
    while width(f"{text[:head]}{ellipsis}{text[-kept:]}") > cells:
        kept -= 1
    return f"{text[:head]}{ellipsis}{text[-kept:]}"


def fit_name(text: str, cells: int, align: Align = "left", ellipsis: str = "…") -> str:
    """Return `text`, made safe, in exactly `cells` cells; a long one loses its middle.

    A third of the room is its beginning.
    """
    return fit(shorten(safe(text), cells, ellipsis, head=cells // 3), cells, align, ellipsis)


def escaped(text: str) -> str:
    """Return `text` as UTF-8 can have it: bytes of a file name that are none become ``\\xc5``.

    Different texts stay different: a backslash that seems to begin such an escape becomes one.
    """
    return _NOT_UTF8.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if 0xD800 <= code < 0xDC80 or code > 0xDCFF else f"\\x{code & 0xFF:02x}"


@lru_cache(maxsize=1 << 15)  # all names are sorted again when there are new ones
def by_number(name: str) -> tuple[list[tuple[int, Decimal, str]], str]:
    """A key that sorts names by the numbers in them: ``lr2``, ``lr10``; ``1e-4``, ``0.001``.

    ``2.0.10`` and ``v1.10`` are counted part by part; a number after ``=`` may be negative.
    """
    key: list[tuple[int, Decimal, str]] = []
    for place, part in enumerate(_NUMBER.split(name)):
        if place % 2 == 0:
            key += [(1, Decimal(), part)] if part else []
        else:
            counted = part.count(".") > 1 or (key and key[-1][2][-1:] in ("v", "V"))
            numbers = part.split(".") if counted else [part]
            key += [(0, Decimal(number), "") for number in numbers]
    return key, name


def _head(text: str, cells: int) -> str:
    """Return the longest beginning of `text` that is at most `cells` wide."""
    room = max(0, cells)
    for index, char in enumerate(text):
        room -= max(0, _char_width(char))
        if room < 0:
            return text[:index]
    return text


def format_value(value: float) -> str:
    """Format a metric with four significant digits: ``0.3537 1.2e-5 3e-4 12.35k NaN +Inf``."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    size = abs(value)
    if size and not 9.9995e-4 <= size < 9.9995e8:
        return _exponential(value)
    text = _with_suffix(value, _VALUE_SUFFIXES)
    if 0 < size < 1 and text.lstrip("-") == "1":  # an accuracy of 0.99996 is not perfect
        return f"{math.copysign(min(size, 0.99999), value):.5g}"
    return text


def exact_value(value: float) -> str:
    """Format a metric with all of its digits: the fewest that tell it from any other number.

    From any other float32 where it is one, as most are: ``0.1`` and not ``0.10000000149011612``.
    """
    if not math.isfinite(value):
        return format_value(value)
    try:
        (single,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        return _short(repr(value))
    if single != value:
        return _short(repr(value))
    texts = (f"{value:.{digits}g}" for digits in range(1, 10))
    return _short(next(text for text in texts if _is_single(text, value)))


def _is_single(text: str, value: float) -> bool:
    with suppress(OverflowError):
        return bool(struct.unpack("f", struct.pack("f", float(text)))[0] == value)
    return False


def _short(text: str) -> str:
    return short_exponent(text) if "e" in text else text.removesuffix(".0")


def format_change(share: float) -> str:
    """A change as its share in at most six characters, with its sign.

    >>> format_change(-0.0213), format_change(0.5), format_change(12.0)
    ('-2.1%', '+50.0%', '+>999%')
    """
    if abs(share) > _MOST_CHANGE:
        return f"{'+' if share > 0 else '-'}>999%"
    text = f"{share:+.1%}"
    return text if len(text) <= _CHANGE_CELLS else f"{share:+.0%}"


def format_step(step: int) -> str:
    """Format a count of steps: ``950 1250 12.5k 1.253M 2B``; exact below ten thousand."""
    if abs(step) >= 10**15:
        return _exponential(step)
    return _with_suffix(step, _STEP_SUFFIXES)


def format_bytes(count: int) -> str:
    """Format a size on disk with three digits: ``950 B 12.5 KB 1.25 GB``; a KB has 1000 bytes."""
    for power, unit in enumerate(("B", "KB", "MB", "GB")):
        scaled = count / 1000**power
        if scaled < 999.5:
            return f"{scaled:.3g} {unit}"
    return f"{count / 1e12:.4g} TB"


def _with_suffix(value: float, suffixes: tuple[tuple[float, str], ...]) -> str:
    for unit, suffix in suffixes:
        # 9999.5 would round to five digits, 999.95k to "1000k": from there the suffix is shorter.
        if abs(value) >= max(unit * 0.99995, 9999.5):
            return f"{value / unit:.4g}{suffix}"
    return f"{value or 0:.4g}"  # `or 0` shows -0.0 as 0


def short_exponent(number: str) -> str:
    """Shorten the exponent of a number in exponential notation: ``"1.50e-05"`` to ``"1.50e-5"``."""
    mantissa, exponent = number.split("e")
    return f"{mantissa}e{int(exponent)}"


def _exponential(value: float) -> str:
    mantissa, exponent = f"{value:.3e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def format_duration(seconds: float) -> str:
    """Format a time span by its two largest units: ``45s``, ``3m 12s``, ``1h 04m``, ``2d 03h``.

    Not a finite number gives ``–``.
    """
    if not math.isfinite(seconds):
        return "–"
    whole = int(abs(seconds))
    sign = "-" if seconds < 0 and whole else ""
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{sign}{days}d {hour:02}h"
    if hours:
        return f"{sign}{hours}h {minute:02}m"
    if minutes:
        return f"{sign}{minutes}m {second:02}s"
    return f"{sign}{second}s"


def format_age(seconds: float) -> str:
    """Format how long ago something was: ``now``, ``3 s ago``, ``5 min ago``, ``2 h ago``.

    A negative age (a clock of another machine) is ``now``; not a finite number is ``never``.
    """
    if not math.isfinite(seconds):
        return "never"
    for unit, name in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if seconds >= unit:
            return f"{int(seconds // unit)} {name} ago"
    return "now"
