"""Dictionaries that a training prints, as JSON or as Python shows them, in one line or in many."""

import json
import re

from tuimon.recorder.console_metrics.numerals import NUMBER, to_number
from tuimon.recorder.console_metrics.prefixes import prefix_of
from tuimon.recorder.console_metrics.tags import LONGEST_TAG

_MOST_LINES = 64
_LONGEST = 4096

_WRAPPED = re.compile(rf"\b(?:\w+\.)?(?:tensor|[Aa]rray|float\d\d)\(\s?({NUMBER})[^()]{{0,80}}\)")
_QUOTED = re.compile(
    rf"(['\"])(?P<key>[^'\"]{{1,100}})\1\s*:\s*(?P<value>['\"][^'\"]*['\"]|{NUMBER}|[^,{{}}\[\]]+)"
)
_INSIDE = re.compile(r"\s*(?:['\"{}\]]|[-\d.]+,?\s*$)")


def numbers_of(text: str) -> dict[str, float]:
    """The numbers of a flat dictionary, or of one in which some are in dictionaries themselves."""
    if "(" in text:
        text = _WRAPPED.sub(r"\1", text)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        if text.count("{") > 1:
            return {}
        found = {item["key"]: item["value"].strip("'\" \n") for item in _QUOTED.finditer(text)}
    if not isinstance(found, dict):
        return {}
    flat = dict(found)
    for key, value in found.items():
        if isinstance(value, dict):
            flat |= {f"{key}/{name}": inner for name, inner in value.items()}
    items = ((key, to_number(value)) for key, value in flat.items())
    return {key: value for key, value in items if value is not None and _is_sane(key)}


def _is_sane(key: str) -> bool:
    return 0 < len(key) <= LONGEST_TAG and key.isprintable()


class OpenDictionary:
    """Puts the lines of a dictionary together that is printed over several."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._open = 0

    def feed(self, text: str) -> tuple[bool, str]:
        """Whether a line is part of such a dictionary, and all of it with its last line."""
        if not self._lines:
            self._open = text.count("{") - text.count("}")
            if self._open > 0 and text[prefix_of(text).end :].lstrip()[:1] == "{":
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
