"""A dictionary of metrics in a line, and what stands before it."""

import re
from collections.abc import Callable

from tuimon.metrics import measure_of
from tuimon.metrics.printed import is_charted, is_configuration, is_metric
from tuimon.metrics.splits import SPLIT_WORD
from tuimon.recorder.console_metrics.bars import MetricLine
from tuimon.recorder.console_metrics.counters import unit_of
from tuimon.recorder.console_metrics.dictionaries import COUNTED, printed_of
from tuimon.recorder.console_metrics.form_cache import FormCache, NumberReader
from tuimon.recorder.console_metrics.lexer import lexemes
from tuimon.recorder.console_metrics.prefixes import prefix_of
from tuimon.recorder.console_metrics.prose import has_function_word, unknown_words
from tuimon.recorder.console_metrics.steps import Position
from tuimon.recorder.console_metrics.unread_numbers import (
    CountRow,
    counts_in,
    counts_of,
    pattern_of,
    unread_in,
)

_MOST_UNKNOWN_WORDS = 2
_OF_CODE = re.compile(r"\w\s*\($|[=\"']\s*$")
_OF_SPLIT = re.compile(rf"(?:^|[\s\])])(?:{SPLIT_WORD})\s?=\s*$", re.IGNORECASE)
"""What stands before a dictionary in code, and before one of metrics, ``train={...}``."""
_OF_LOSSES = re.compile(r"\b(?:losses|metrics|scores|results)\s?[:=]\s*$", re.IGNORECASE)
"""What a dictionary of metrics of any name is called."""
_NAME = re.compile(r"\s*[\w.\-]+\s?[:=]?\s*")
_LAPPING = ("iter", "iteration")
"""Keys that may count anew each epoch."""


class DictionaryReader:
    """Reads what a trainer prints as a dictionary."""

    def __init__(
        self, names: FormCache, numbers: NumberReader, main_bar: Callable[[], int | None]
    ) -> None:
        """`main_bar` tells how far the bar over the whole training is."""
        self._names, self._numbers, self._main_bar = names, numbers, main_bar

    def read(self, text: str, above: CountRow) -> tuple[MetricLine, CountRow] | None:
        """What it says, and its unread numbers below those `above`; None if it may be something
        else."""
        before, brace, inside = text.partition("{")
        before = before[prefix_of(before).end :]
        if has_function_word(before) or unknown_words(before) > _MOST_UNKNOWN_WORDS:
            return None
        if _OF_CODE.search(before) and not _OF_SPLIT.search(before):
            return None
        found, split = printed_of(brace + inside)
        is_measured = any(is_metric(key, f"{value}", ":") for key, value in found.items())
        if is_configuration(list(found)) or not (is_measured or _OF_LOSSES.search(before)):
            return None
        about = self._names.of(before)
        position = self._position(found, self._numbers.read(before, about).position)
        split = about.split or split
        if _NAME.fullmatch(before):
            split = split or measure_of(before).split
        values = tuple(
            (split, key, value)
            for key, value in found.items()
            if is_charted(key) and key.rpartition("_")[2] != "updates"
        )
        own = unread_in(lexemes(before), ())
        own_counts = counts_of(before, own, pattern_of(before, 0)).below(above)
        return MetricLine(position, values), counts_in(found).below(own_counts)

    def _position(self, found: dict[str, float], before: Position) -> Position:
        epoch = found.get("epoch", before.epoch)
        if epoch is not None and not 0 <= epoch < 1e9:
            return Position()
        for key, count in found.items():
            is_step = key in COUNTED[:-1] or key.endswith("_num_updates")
            if is_step and 0 <= count < 1e15:
                may_lap = key in _LAPPING or (key == "step" and epoch == int(epoch or 0))
                return Position(epoch, int(count), unit="step" if may_lap else "global")
        batch = next((found[key] for key in found if unit_of(key) == "batch"), None)
        if batch is not None and epoch is not None and 0 <= batch < 1e15:
            return Position(epoch, int(batch))
        if before.done is not None:
            return before._replace(epoch=epoch)
        if epoch is not None and (bar := self._main_bar()) is not None:
            return Position(epoch, bar, unit="global")
        return Position(epoch)
