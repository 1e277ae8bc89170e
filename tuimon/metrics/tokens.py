"""The words of a name: ``valLoss``, ``val_loss``, ``VAL/Loss`` and ``valloss`` alike."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tuimon.metrics.splits import SPLITS
from tuimon.metrics.vocabulary import ENDINGS, WORDS

LONGEST_NAME = 1024
"""Characters; a longer name is none, and has no words."""

_RUN = re.compile(
    r"(?P<number>\d+(?:[^\W\d_]{1,2}(?![^\W\d_]))?)|(?P<letters>[^\W\d_]+)"
    r"|(?P<sign>[^\w\s/.\-]+)|(?P<minus>(?:(?<=[/_ ])|^)[-\u2212](?=[^\W\d_]))"
)
"""Between separators: ``3d`` is one word, of ``top5`` the number is another."""

_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z]+")
_ONSETS = tuple(sorted(SPLITS, key=len, reverse=True))


class Token(NamedTuple):
    """A word, a number or signs of a name."""

    word: str
    """In lower case."""
    start: int
    end: int
    """Where it stands in the name."""
    text: str
    """As written."""


def tokens(name: str) -> list[Token]:
    """The words of a name in order, in time linear in its length; none of one that is too long."""
    if len(name) > LONGEST_NAME:
        return []
    found = []
    for match in _RUN.finditer(name):
        start = match.start()
        for text in _words(match.group()) if match["letters"] else [match.group()]:
            found.append(Token(text.lower(), start, start + len(text), text))
            start += len(text)
    return found


def _words(run: str) -> Iterator[str]:
    """Cut letters at capitals, unless they are one word such as IoU, and at known beginnings."""
    if run.lower() in WORDS:
        yield run
        return
    words = _CAMEL.findall(run)
    while words:
        length = 2 if "".join(words[:2]).lower() in WORDS else 1
        yield from _unglued("".join(words[:length]))
        del words[:length]


def _unglued(word: str) -> Iterator[str]:
    """``valloss`` → ``val``, ``loss``."""
    lower = word.lower()
    cut = 0
    if lower not in WORDS and lower not in SPLITS and len(lower) == len(word):
        onset = next((split for split in _ONSETS if lower.startswith(split)), "")
        ending = next((ending for ending in ENDINGS if lower.endswith(ending)), "")
        if ending:
            cut = len(word) - len(ending)
        elif onset and lower[len(onset) :] in WORDS:
            cut = len(onset)
    if cut:
        yield word[:cut]
    yield word[cut:]
