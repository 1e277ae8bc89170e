"""Numbers as they are printed."""

import re

NUMBER = (
    r"[-+\u2212]?(?:\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
    r"|[-+]?(?:nan|NaN|NAN|[Ii]nf(?:inity)?|INF)"
)
"""A number as Python prints it, or with commas between thousands."""

_NUMBER = re.compile(NUMBER)
_DECIMAL_COMMA = re.compile(r"[-+\u2212]?(?:0\d*,\d+|\d+,(?:\d{1,2}|\d{4,}))(?:[eE][-+]?\d+)?")
_EITHER_COMMA = re.compile(r"[-+\u2212]?[1-9]\d{0,2},\d{3}")
_SCALES = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9}


def has_decimal_comma(text: str) -> bool:
    """Whether a number's comma is surely a decimal one, ``0,532``."""
    return "," in text and _DECIMAL_COMMA.fullmatch(text) is not None


def value_of(text: str, *, comma: str = "") -> float | None:
    """The value of a number; None if its comma may be either, and `comma` does not tell.

    `comma` is what one is in these lines, ``.`` for a decimal one, ``,`` for one of thousands.
    """
    if "," in text:
        if has_decimal_comma(text) or (comma == "." and _EITHER_COMMA.fullmatch(text)):
            text = text.replace(",", ".")
        elif comma != "," and _EITHER_COMMA.fullmatch(text):
            return None
        text = text.replace(",", "")
    return float(text.replace("\u2212", "-"))


def count_of(text: str, scale: str = "") -> int:
    """A counter, in thousands or millions if `scale` says so, ``12.5`` and ``k``."""
    whole, _, fraction = text.lstrip("+-\u2212").replace(",", "").partition(".")
    factor = _SCALES.get(scale, 1)
    return int(whole) * factor + (int(fraction) * factor // 10 ** len(fraction) if fraction else 0)


def to_number(text: object) -> float | None:
    """A value of a dictionary as a number, if it is one or a string that holds one."""
    if isinstance(text, bool) or not isinstance(text, int | float | str):
        return None
    if isinstance(text, str) and not _NUMBER.fullmatch(text):
        return None
    try:
        return value_of(text, comma=",") if isinstance(text, str) else float(text)
    except OverflowError:
        return None
