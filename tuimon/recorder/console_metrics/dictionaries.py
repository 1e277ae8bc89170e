"""Dictionaries of numbers, as JSON or as Python prints them."""

import json
import re

from tuimon.recorder.console_metrics.pairs import NUMBER, to_number
from tuimon.recorder.console_metrics.tags import LONGEST_TAG

_QUOTED = re.compile(
    rf"(['\"])(?P<key>[^'\"]{{1,100}})\1\s*:\s*(?P<value>['\"][^'\"]*['\"]|{NUMBER}|[^,{{}}\[\]]+)"
)


def numbers_of(text: str) -> dict[str, float]:
    """The numbers of a flat dictionary, as JSON or as Python prints it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        if text.count("{") > 1:
            return {}
        found = {item["key"]: item["value"].strip("'\" ") for item in _QUOTED.finditer(text)}
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
