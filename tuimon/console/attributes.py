"""How a program wants its text to look: the SGR sequences of its output (ECMA-48 §8.3.117)."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

Colour = int | str
"""One of xterm's 256 colours, or ``#rrggbb``."""


class Attributes(NamedTuple):
    """What SGR sets, of what a screen may show: nothing that blinks or hides."""

    ink: Colour | None = None
    """None is the terminal's own."""
    ground: Colour | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False
    strike: bool = False


PLAIN = Attributes()

_KNOWN = re.compile(r"[0-9;:]*")
_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike", 21: "underline"}
_OFF = {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("reverse",), 29: ("strike",)}
_EXTENDED = {38: "ink", 48: "ground", 58: ""}
"""Codes that a colour follows; that of underlines is passed over."""
_BASES = {30: ("ink", 0), 40: ("ground", 0), 90: ("ink", 8), 100: ("ground", 8)}


@lru_cache(maxsize=4096)
def changed(attributes: Attributes, parameters: str) -> Attributes:
    """Attributes after an SGR sequence with such parameters; what is not understood is ignored.

    Those of plain text are `PLAIN` itself.
    """
    if not _KNOWN.fullmatch(parameters):
        return attributes
    codes = iter(parameters.split(";"))
    for code in codes:
        number, *details = (int(part or 0) for part in code.split(":"))
        attributes = attributes._replace(**_changes(number, details, codes))
    return PLAIN if attributes == PLAIN else attributes


def _changes(number: int, details: list[int], codes: Iterator[str]) -> dict[str, Any]:
    if number == 0:
        return PLAIN._asdict()
    if number in _EXTENDED:
        colour = _colour(details[0], details[1:]) if details else _following(codes)
        return {name: colour} if (name := _EXTENDED[number]) and colour is not None else {}
    if number in _ON:
        return {_ON[number]: details != [0]}
    if number in (39, 49):
        return {"ink" if number == 39 else "ground": None}
    base = number // 10 * 10
    if base in _BASES and number - base < 8:
        name, first = _BASES[base]
        return {name: first + number - base}
    return dict.fromkeys(_OFF.get(number, ()), False)


def _following(codes: Iterator[str]) -> Colour | None:
    """The colour in codes of their own, ``5;N`` or ``2;R;G;B``, which are used up."""
    kind = int(next(codes, "").partition(":")[0] or 0)
    count = {5: 1, 2: 3}.get(kind, 0)
    return _colour(kind, [int(code.partition(":")[0] or 0) for code in islice(codes, count)])


def _colour(kind: int, numbers: list[int]) -> Colour | None:
    if kind == 5 and numbers and numbers[0] < 256:
        return numbers[0]
    if kind == 2 and len(numbers) >= 3 and max(numbers[-3:]) < 256:
        return "#{:02x}{:02x}{:02x}".format(*numbers[-3:])
    return None


@lru_cache(maxsize=1024)
def sequence(attributes: Attributes) -> str:
    """The sequence that sets these attributes and no others."""
    switches = [str(code) for code, name in _ON.items() if code < 10 and getattr(attributes, name)]
    inks = _codes(attributes.ink, 30), _codes(attributes.ground, 40)
    return f"\x1b[{';'.join(filter(None, ('0', *switches, *inks)))}m"


def _codes(colour: Colour | None, base: int) -> str:
    match colour:
        case None:
            return ""
        case str():
            return f"{base + 8};2;{';'.join(map(str, bytes.fromhex(colour[1:])))}"
        case _ if colour < 16:  # as terminals know them that know no others
            return str(base + colour if colour < 8 else base + 60 + colour - 8)
    return f"{base + 8};5;{colour}"
