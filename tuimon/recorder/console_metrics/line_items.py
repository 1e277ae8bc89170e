"""What a line consists of: words, counters, pairs of names and numbers, by their places."""

from typing import NamedTuple

from tuimon.recorder.console_metrics.counters import Count, Span
from tuimon.recorder.console_metrics.lexer import LineToken


class Word(NamedTuple):
    """A word, or what is joined like one, ``grad_norm:p2``."""

    text: str
    start: int
    end: int
    depth: int
    """Of the brackets around it."""


class Pair(NamedTuple):
    """A name and the places of its numbers."""

    key: str
    sign: str
    number: LineToken
    of: Span | None
    """What it is a part of, ``9850/10000``."""
    average: Span | None
    """What is in parentheses behind it: its average so far."""
    is_sure: bool
    """False for what has changed to something else, ``0.5 -> 0.4``, and for lists."""
    depth: int = 0
    """Of the brackets around it."""


class LineItem(NamedTuple):
    """A counter, a pair, or a word that belongs to neither, with the places in its row."""

    cell: int
    row: int
    """Of the cells between bars alone."""
    what: Count | Pair | Word


class Ratio(NamedTuple):
    """A number of many without a name, which may be a bar's or a row's count."""

    number: Span
    total: Span
    is_bracketed: bool
    follows_bar: bool
    is_first: bool
    is_last: bool
