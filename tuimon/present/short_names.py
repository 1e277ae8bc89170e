"""Names without what all of them share."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

from tuimon.text import by_number

T = TypeVar("T", str, list[str])

_SEPARATOR = re.compile(r"([/_,; ]+|(?<![0-9][eE])(?<!=)-)")
"""Between the words of a name; what is between two of them may be ``lr=1e-4``."""


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Names by their whole ones: words that all have in one place are left out.

    A bare number keeps the word before it. Names stay different, and none becomes empty.

    >>> short_names(["net_lr=0.1_seed=0", "net_lr=0.1_seed=1"])
    {'net_lr=0.1_seed=0': 'seed=0', 'net_lr=0.1_seed=1': 'seed=1'}
    >>> [*short_names(["sweep/trial_1", "sweep/trial_2"]).values()]
    ['trial_1', 'trial_2']
    """
    return _short_names(tuple(dict.fromkeys(names)))


def common_length(parts: Sequence[T]) -> int:
    """How many elements all begin with alike; 0 of nothing."""
    if not parts:
        return 0
    first, last = min(parts), max(parts)
    pairs = enumerate(zip(first, last, strict=False))
    return next((at for at, (one, other) in pairs if one != other), len(first))


@lru_cache(maxsize=8)  # those of one screen, several times a second
def _short_names(names: tuple[str, ...]) -> dict[str, str]:
    parts = [_SEPARATOR.split(name) for name in names]
    words = [part[::2] for part in parts]
    if len(names) < 2:
        return dict(zip(names, names, strict=True))
    if len({len(own) for own in words}) == 1:
        kept = _differing_places(words, parts)
        short = [_joined(part, kept) for part in parts]
    else:
        short = _without_ends(parts)
    return dict(zip(names, short if len({*short, ""}) > len(names) else names, strict=True))


def _differing_places(words: list[list[str]], parts: list[list[str]]) -> list[int]:
    kept = {at for at, column in enumerate(zip(*words, strict=True)) if len(set(column)) > 1}
    for at in sorted(kept):
        bare = all(_is_number(own[at]) for own in words)
        if bare and at and "/" not in parts[0][2 * at - 1]:
            kept.add(at - 1)
    return sorted(kept)


def _is_number(word: str) -> bool:
    numbers, _ = by_number(word)
    return all(kind == 0 for kind, _, _ in numbers)


def _joined(parts: list[str], kept: list[int]) -> str:
    """The words in some places, between those that were beside each other what stood there."""
    text = ""
    for before, at in zip([None, *kept], kept, strict=False):
        beside = before is not None and before == at - 1
        text += (parts[2 * at - 1] if beside else " " if text else "") + parts[2 * at]
    return text


def _without_ends(parts: list[list[str]]) -> list[str]:
    """What is left of names when the beginning and the end that all share are taken off."""
    most = min(len(part) for part in parts) - 1
    head = common_length([part[:most] for part in parts]) // 2 * 2
    most = min(most - head, *(len(part) - head - 1 for part in parts))
    tail = common_length([part[::-1][:most] for part in parts]) // 2 * 2
    return ["".join(part[head : len(part) - tail]) for part in parts]
