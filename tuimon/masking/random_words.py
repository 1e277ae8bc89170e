"""Whether a word was written by a person or by chance, as keys and tokens are.

The sum over neighbouring characters of how much oftener chance puts such a pair there: log
likelihood ratios of random letters and digits against 200,000 names of 20 and more characters in
Python packages. In names letters keep their case, digits stay together, and most pairs of letters
are among the 200 that are common in English.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

LEAST = 20
"""Characters; of fewer nothing can be said."""

_FOLLOWERS = (
    "abcdgilmnprstuy baeiloru caehiklorstu daeijkou eabcdefglmnprstvwx faeilor geior haeio "
    "iabcdefglmnoprstv jas kei laeilostu maeimopu nacdefgiostu oacdglmnoprstuvw paehiloprty qu "
    "racdeikmorstuvy sacdehilopstu tacehiorstuy udegilmnprst vaei waeis xt ypt"
)
_COMMON = frozenset(part[0] + letter for part in _FOLLOWERS.split() for letter in part[1:])
_RATIOS = (
    {"ll+": -2.5, "ll-": 0.5, "UU+": 1.5, "UU-": 4.0, "Ul+": 2.5, "Ul-": 5.5}
    | {"lU": 4.0, "ld": 2.5, "ls": -2.0, "Ud": 7.0, "Us": 2.0}
    | {"dd": 0.5, "dl": 3.0, "dU": 6.5, "ds": 0.5, "sl": -2.0, "sU": 1.5, "sd": 1.0, "ss": 0.0}
)
_LEAST_RATIO = 0.9
"""A character."""

_LEAST_OF_TWO_KINDS = 32
"""Characters; shorter words are random when they have small and capital letters and digits."""

_HEX = re.compile(r"(?<![0-9A-Za-z])(?=[a-fA-F]*\d)[0-9a-fA-F]{8,}(?![0-9A-Za-z])")
_SEPARATOR = re.compile(r"[^A-Za-z0-9]+")
_CHARACTERS_A_SEPARATOR = 10
"""Names have one more often than chance has."""


def is_random(word: str) -> bool:
    """Whether a word of letters, digits and separators (``+ / _ -``) is none that a person wrote.

    Numbers and hexadecimal digits, such as hashes, are not random here.
    """
    word = _HEX.sub("", word)
    separators = len(_SEPARATOR.findall(word))
    if len(word) < LEAST or _CHARACTERS_A_SEPARATOR * (separators - 1) > len(word):
        return False
    if len(word) < _LEAST_OF_TWO_KINDS and not all(map(any, _kinds(word))):
        return False
    # Names in capitals are names, too.
    ratio = min(_ratio(word), _ratio(word.swapcase()))
    return ratio > _LEAST_RATIO * len(word)


def _kinds(word: str) -> Iterator[Iterator[bool]]:
    return (map(kind, word) for kind in (str.islower, str.isupper, str.isdigit))


def _ratio(word: str) -> float:
    return sum(_RATIOS[pair] for pair in _pairs(word))


def _pairs(word: str) -> Iterator[str]:
    kinds = [_kind(letter) for letter in word]
    for number, (kind, following) in enumerate(pairwise(kinds)):
        pair = kind + following
        if pair in ("ll", "UU", "Ul"):
            pair += "+" if word[number : number + 2].lower() in _COMMON else "-"
        yield pair


def _kind(letter: str) -> str:
    if letter.islower():
        return "l"
    if letter.isupper():
        return "U"
    return "d" if letter.isdigit() else "s"
