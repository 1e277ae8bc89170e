"""Words and numbers that are written as one: ``Epoch1/10``, ``e001-i0010``, ``loss0.486``."""

import re
from collections.abc import Callable

from tuimon.metrics import measure_of
from tuimon.recorder.console_metrics.counters import Count, Span, unit_of
from tuimon.recorder.console_metrics.lexer import LineToken
from tuimon.recorder.console_metrics.line_items import Pair, Word

VALUED = ("loss", "error", "accuracy", "reward")
"""Kinds that a number that is not followed by its sign may be of."""

_NUMBERED = re.compile(r"((?i:epoch|ep|iter|step|batch)|E(?=\d))[_\-(]?(\d{1,9})\)?(?:/(\d{1,9}))?")
"""``Epoch1/10``, ``epoch_1``, ``Epoch(1)``, ``E1``."""

_BATCH = re.compile(r"([A-Za-z]{1,5})(\d{1,9})/(\d{1,9})")
"""Behind an epoch, ``E1/2 S10/40``."""

_BOTH = re.compile(r"e(?:p(?:och)?)?(\d{1,9})[-_/.](?:b|i|s|it|iter|step|batch)(\d{1,9})", re.I)
"""KPConv's ``e001-i0010``."""

_ESPNET = re.compile(r"(\d{1,9})epoch(?::([a-z]+):\d+-(\d{1,15})batch)?")
"""``1epoch:train:1-100batch``."""

_ORDINAL = re.compile(r"第(\d{1,9})([^\W\d_]{1,6})")
"""``第3轮``."""

_UNSIGNED = re.compile(r"([A-Za-z]+)(\d{1,9}\.\d{1,15})")
"""``loss0.486``."""

_UNITS = {"iter": "iteration", "e": "epoch", "ep": "epoch"}


def told_by(
    one: LineToken, end: int, *, is_first: bool, follows_epoch: bool
) -> list[Count | Word | Pair]:
    """What a lexeme tells by itself; `end` is the index of the one behind it.

    `is_first` tells whether nothing but words came before.
    """
    text = one.text
    if not any(map(str.isdigit, text)):
        return []

    def span(group: int) -> Span:
        assert match is not None
        return one.start + match.start(group), one.start + match.end(group)

    if follows_epoch and (match := _BATCH.fullmatch(text)):
        return [Count("batch", span(2), span(3), end)]
    if (match := _NUMBERED.fullmatch(text)) and (len(match[1]) > 1 or is_first):
        unit = _UNITS.get(match[1].lower(), match[1].lower())
        return [Count(unit, span(2), span(3) if match[3] else None, end)]
    if (match := _ORDINAL.fullmatch(text)) and (ordinal := unit_of(match[2])):
        return [Count(ordinal, span(1), None, end)]
    if is_first and (match := _BOTH.fullmatch(text)):
        return [Count("epoch", span(1), None, end), Count("batch", span(2), None, end)]
    if (match := _UNSIGNED.fullmatch(text)) and measure_of(match[1]).kind in VALUED:
        number = LineToken("number", match[2], *span(2))
        return [Pair(match[1], "=", number, None, None, True)]
    match = _ESPNET.fullmatch(text)
    return [] if match is None else _of_espnet(match, span)


def _of_espnet(match: re.Match[str], span: Callable[[int], Span]) -> list[Count | Word | Pair]:
    told: list[Count | Word | Pair] = [Count("epoch", span(1), None, 0)]
    if match[2]:
        told += [Word(match[2], *span(2), 0), Count("batch", span(3), None, 0)]
    return told
