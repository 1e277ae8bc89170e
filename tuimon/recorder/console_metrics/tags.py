"""The part of the data that numbers are about, and the tags made with it."""

import re

from tuimon.metrics import measure_of
from tuimon.metrics.splits import SPLIT_WORD, SPLITS

LONGEST_TAG = 128
SPLIT = rf"(?i:{SPLIT_WORD})"
"""A pattern for the names of parts of the data; `SPLITS` has the short ones."""

_LINE_SPLIT = re.compile(rf"^\W{{0,8}}(?P<split>{SPLIT})\b(?![\w/.@=])(?:\s+set\b)?")
_INNER_SPLIT = re.compile(rf"(?<![\w/]){SPLIT}(?![\w/])")


def line_split(text: str) -> str:
    """The part of the data that a line is about as a whole; empty if it does not begin with one."""
    match = _LINE_SPLIT.match(text)
    return SPLITS[match["split"].lower()] if match else ""


def last_split(text: str, before: str) -> str:
    """The part of the data that a text names last; `before` if it names none."""
    named = _INNER_SPLIT.findall(text)
    return SPLITS[named[-1].lower()] if named else before


def tag_of(split: str, key: str) -> str:
    """``train loss`` → ``train/loss``; a split within the name makes that of the line needless."""
    key = key.strip(" .:-/")
    first, _, rest = key.partition(" ")
    if rest and first.lower() in SPLITS:
        return f"{SPLITS[first.lower()]}/{rest.removeprefix('set ')}"
    if not split or measure_of(key).split:
        return key
    return f"{split}/{key}"
