"""Dictionaries that a training prints, as JSON or as Python shows them, in one line or in many."""

import ast
import json
import re
from typing import NamedTuple

from tuimon.metrics.splits import EVALUATIONS, SPLITS
from tuimon.metrics.vocabulary import word_set
from tuimon.recorder.console_metrics.numerals import NUMBER, to_number
from tuimon.recorder.console_metrics.prefixes import prefix_of
from tuimon.recorder.console_metrics.tags import LONGEST_TAG

COUNTED = ("num_updates", "global_step", "step", "iter", "iteration", "total_steps", "epoch")
"""Keys of positions."""

_COUNTED = re.compile(r"(\d{1,15})/\d{1,15}")
_PARTITIONS = word_set("split mode phase stage subset set partition type")
_WORD = re.compile("[a-z]+")
_MOST_LEVELS = 3
_MOST_LINES = 64
_LONGEST = 4096

_WRAPPED = re.compile(
    rf"\b(?:\w+\.)?(?:tensor|[Aa]rray|float\d\d)\((\[)?\s?({NUMBER})(?(1)\s?\])[^()\[\]]{{0,80}}\)"
)
_QUOTED = re.compile(
    rf"(['\"])(?P<key>[^'\"]{{1,100}})\1\s*:\s*(?P<value>['\"][^'\"]*['\"]|{NUMBER}|[^,{{}}\[\]]+)"
)
_BARE = re.compile(rf"(?<=[{{,\n])\s*(?P<key>[A-Za-z_]\w*)\s*:\s*(?P<value>{NUMBER})(?=\s*[,}}\n])")
"""As JavaScript shows them."""
_ITEMS = re.compile(r"(['\"])[^'\"]{1,100}\1\s?:")
_PAIRS = re.compile(
    r"(?:\w+\()?\[(\('[^']{1,100}', [^()]{1,100}\)(?:, \('[^']+', [^()]+\))*)\]\)?$"
)
_PAIR = re.compile(r"\(('[^']+'), ([^()]+)\)")
_ITEM = r"\1: \2"
_INSIDE = re.compile(rf"\s*(?:['\"{{}}\]]|[-\d.]+,?\s*$|[A-Za-z_]\w*: ?{NUMBER},?\s*$)")


class Printed(NamedTuple):
    """What a dictionary holds, flat or with others in it."""

    numbers: dict[str, float]
    split: str = ""
    """The evaluation that it tells as a text, ``"mode": "val"``."""


def printed_of(text: str) -> Printed:
    """What a dictionary holds; a count of a total, ``"10/20"``, is a number, too."""
    flat = _flat(_items_of(text), _MOST_LEVELS)
    split = ""
    numbers = {}
    for key, value in flat.items():
        if key.lstrip("_") in _PARTITIONS and isinstance(value, str):
            words = _WORD.findall(value.lower())
            split = next((SPLITS[word] for word in words if SPLITS.get(word) in EVALUATIONS), "")
        elif isinstance(value, str) and key in COUNTED and (count := _COUNTED.fullmatch(value)):
            numbers[key] = float(count[1])
        elif (number := to_number(value)) is not None and _is_sane(key):
            numbers[key] = number
    return Printed(numbers, split)


def _flat(found: dict[str, object], levels: int) -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in found.items():
        if not isinstance(value, dict):
            flat[key] = value
        elif levels > 1:
            flat |= {f"{key}/{name}": inner for name, inner in _flat(value, levels - 1).items()}
    return flat


def as_dictionary(text: str) -> str:
    """A line that ends with a list of pairs, ``[('loss', 0.5)]``, as one with a dictionary.

    One of such pairs alone, ``'epoch': 3, 'loss': 0.5``, too.
    """
    if text[:1] in "'\"" and text[-1:].isdigit() and _ITEMS.match(text):
        return f"{{{text}}}"
    match = _PAIRS.search(text) if text.endswith(("]", ")")) and "[('" in text else None
    if match is None:
        return text
    return f"{text[: match.start()]}{{{_PAIR.sub(_ITEM, match[1])}}}"


def _items_of(text: str) -> dict[str, object]:
    if "(" in text:
        text = _WRAPPED.sub(r"\2", text)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        if text.count("{") > 1:
            return _literal(text)
        items = [*_QUOTED.finditer(text)] or _BARE.finditer(text)
        found = {item["key"]: item["value"].strip("'\" \n") for item in items}
    return found if isinstance(found, dict) else {}


def _literal(text: str) -> dict[str, object]:
    """A dictionary with others in it as Python shows it."""
    if "\\" in text:
        return {}  # Python would warn of what is no escape
    try:
        found = ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return {}
    return found if isinstance(found, dict) and all(isinstance(key, str) for key in found) else {}


def _is_sane(key: str) -> bool:
    return 0 < len(key) <= LONGEST_TAG and key.isprintable()


class OpenDictionary:
    """Puts the lines of a dictionary together that is printed over several."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._open = 0

    @property
    def is_open(self) -> bool:
        """Whether it has begun and not ended."""
        return bool(self._lines)

    def feed(self, text: str) -> tuple[bool, str]:
        """Whether a line is part of such a dictionary, and all of it with its last line."""
        if not self._lines:
            self._open = text.count("{") - text.count("}")
            begins = text.rstrip()[-1:] == "{" or text[prefix_of(text).end :].lstrip()[:1] == "{"
            if self._open > 0 and begins:
                self._lines = [text]
            return bool(self._lines), ""
        self._lines.append(text)
        self._open += text.count("{") - text.count("}")
        is_long = len(self._lines) > _MOST_LINES or sum(map(len, self._lines)) > _LONGEST
        if is_long or not _INSIDE.match(text):
            self._lines = []
            return False, ""
        if self._open > 0:
            return True, ""
        whole, self._lines = "\n".join(self._lines), []
        return True, whole
