"""Whole numbers of a line that nothing is known of, one of which may tell where it is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tuimon.metrics import measure_of
from tuimon.metrics.vocabulary import word_set
from tuimon.recorder.console_metrics.counters import PART_WORDS, Span, is_whole
from tuimon.recorder.console_metrics.lexer import LineToken, lexemes
from tuimon.recorder.console_metrics.numerals import count_of

_SCALES = ("", "k", "K", "M")
_LONGEST_HEADING, _LONGEST_PREFIX, _FEW, _MOST = 80, 120, 3, 1e9
_ABOVE = frozenset(":=*#-~.")
"""What lines end with that stand above others."""
_BEGINS = re.compile(r"\b(?:[Ss]tart|[Bb]egin|[Ee]nter)|[=#*~-]{3,}(?!>)")
_DIGITS = re.compile(r"\d{1,9}(?!\d)")
_RANGE = re.compile(r"\d{1,9}[-:](\d{1,9})")
_SCALED = re.compile(r"\d+(?:\.\d+)?(?P<scale>[kKM])")
_LONGEST, _LONGEST_WORD = 9, 64
"""Digits; longer numbers may be times."""
_NUMBER = re.compile(r"[-+]?(?:\d[\d.,]*(?:[eE][-+]?\d+)?|\bnan\b|\binf\b)")
_OTHERWISE = frozenset(("time", "size", "rate", "setting", "learning rate", "share"))
_ENUMERATED = PART_WORDS | word_set(
    "class label category layer block stage head group bucket expert level rank gpu device node"
    " domain language lang dataset view scale cluster component factor horizon quantile feature"
    " channel region organ player team process proc host pid thread port seed version top k"
)
"""Before a number: there are several of these at once, one after the other in any order."""
SHARES = word_set("got correct solved found hit hits matched classified")
"""Before a number of many: so many were right, whatever is done."""

_LIMITED = word_set("patience counter early wait bad stale stagnation no_improve correct")
"""Before a number of many: so often nothing became better."""


class Unread(NamedTuple):
    """A whole number of a line that nothing is known of."""

    number: Span
    scale: str
    word: Span
    """The word that it is in, as ``checkpoint-100``; the number itself where it stands alone."""


class CountRow(NamedTuple):
    """The unread numbers of one line."""

    pattern: str
    """The line without its numbers."""
    numbers: tuple[int, ...]
    words: tuple[str, ...]
    """Those that they are in."""

    def below(self, above: "CountRow") -> "CountRow":
        """That of a line and of the heading above it."""
        return CountRow(
            above.pattern + self.pattern,
            above.numbers + self.numbers,
            above.words + self.words,
        )


NO_COUNTS = CountRow("", (), ())


def counts_of(text: str, unread: Sequence[Unread], pattern: str) -> CountRow:
    """The numbers at these places of a line."""
    return CountRow(
        pattern,
        tuple(count_of(text[slice(*one.number)], one.scale) for one in unread),
        tuple(text[slice(*one.word)] for one in unread),
    )


def may_be_above(text: str) -> bool:
    """Whether a line with numbers may be a heading, by what it begins or ends with."""
    is_short = len(text) <= _LONGEST_HEADING + _LONGEST_PREFIX
    return is_short and (text.rstrip()[-1:] in _ABOVE or _BEGINS.search(text) is not None)


def counts_above(text: str, start: int) -> CountRow | None:
    """Those of a heading, none of one that has many; None for a line too long for one."""
    if len(text) - start > _LONGEST_HEADING:
        return None
    unread = unread_in(lexemes(text, start), ())
    if not 0 < len(unread) <= _FEW:
        return NO_COUNTS
    return counts_of(text, unread, pattern_of(text, start))


def counts_in(found: Mapping[str, float]) -> CountRow:
    """Those of a dictionary: under keys that nothing is known of."""
    counts = {
        key: int(value)
        for key, value in found.items()
        if value == value // 1 and 0 <= value < _MOST and not _is_told(key)
    }
    return CountRow("\0".join(found), tuple(counts.values()), tuple(counts))


def may_tell_count(name: str) -> bool:
    """Whether a name may be that of something of which so many are done, ``Seq: 10/400``."""
    measure = measure_of(name)
    is_plain = measure.kind in ("", "count") and not measure.split
    return is_plain and name.lower() not in _ENUMERATED | _LIMITED


def _is_told(key: str) -> bool:
    name = key.rpartition("/")[2].lower()
    return name in _ENUMERATED or measure_of(name).kind not in ("", "other", "count")


def unread_in(found: Sequence[LineToken], read: Sequence[Span]) -> tuple[Unread, ...]:
    """The whole numbers among lexemes that may count something, but for those that are `read`."""
    taken = {start for start, _ in read}
    return tuple(
        one
        for place, token in enumerate(found)
        if token.start not in taken and not _is_otherwise(found, place)
        for one in _numbers(token)
        if one.number[0] not in taken
    )


def _numbers(token: LineToken) -> Iterator[Unread]:
    word = token.start, token.end
    if token.kind == "number" and token.text[-1] == ".":  # of a sentence
        token = token._replace(text=token.text[:-1], end=token.end - 1)
        word = token.start, token.end
    if token.kind == "number":
        is_count = is_whole(token) if not token.unit else token.unit in _SCALES
        if is_count and token.text[0].isdigit() and len(token.text) <= _LONGEST:
            yield Unread(word, token.unit, word)
    elif token.kind == "word" and not measure_of(token.text).kind:
        for match in _DIGITS.finditer(token.text[:_LONGEST_WORD]):
            yield Unread((token.start + match.start(), token.start + match.end()), "", word)
    elif token.kind == "junk" and (scaled := _SCALED.fullmatch(token.text)):
        yield Unread((token.start, token.end - 1), scaled["scale"], word)
    elif token.kind == "junk" and (last := _RANGE.fullmatch(token.text)):
        yield Unread((token.start + last.start(1), token.end), "", word)


def labels_in(found: Sequence[LineToken]) -> tuple[Span, ...]:
    """The numbers that tell which of several things a line is about, ``class 1``."""
    return tuple(
        (token.start, token.end)
        for place, token in enumerate(found)
        if token.kind == "number" and is_whole(token) and not token.unit
        if any(_name_in(one) in _ENUMERATED for one in _word_before(found, place))
    )


def _is_otherwise(found: Sequence[LineToken], place: int) -> bool:
    """Whether the word before a number says that it measures something, or tells parts apart."""
    names = [_name_in(one) for one in (found[place], *_word_before(found, place))]
    return any(
        name in _ENUMERATED | SHARES or measure_of(name).kind in _OTHERWISE for name in names
    )


def _word_before(found: Sequence[LineToken], place: int) -> list[LineToken]:
    """The word that stands before a place, but for signs."""
    before = place - 1
    while before >= 0 and found[before].kind in ("sign", "open", "mark"):
        before -= 1
    return [found[before]] if before >= 0 else []


def _name_in(one: LineToken) -> str:
    return re.sub(r"[\d_\-.]+$", "", one.text).lower() if one.kind == "word" else ""


def pattern_of(line: str, start: int) -> str:
    """A line without its numbers."""
    return _NUMBER.sub("0", line[start:])
