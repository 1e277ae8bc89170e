"""Which of a line's pairs of names and numbers are worth a curve, and of which part of the data."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from tuimon.metrics import measure_of
from tuimon.metrics.printed import is_charted
from tuimon.metrics.splits import EVALUATIONS, SPLITS, split_of
from tuimon.recorder.console_metrics.counters import Span, is_whole
from tuimon.recorder.console_metrics.line_items import LineItem, Pair, Word
from tuimon.recorder.console_metrics.prose import behind_full_stop
from tuimon.recorder.console_metrics.tags import tag_of

_COUNTED = re.compile(r"(?:iter|iteration|step|epoch|update)s?$", re.IGNORECASE)
_CARRIED = frozenset(("loss", "likelihood", "error", "accuracy", "reward"))


class ValuePlace(NamedTuple):
    """A value worth a curve, by the places of its numbers."""

    split: str
    key: str
    number: Span
    of: Span | None
    counts: bool
    """Whether a comma in it is surely one between thousands."""


def is_integer(pair: Pair) -> bool:
    """Whether a pair has a whole number that is not one of many."""
    return is_whole(pair.number) and pair.of is None


def values_of(
    items: Sequence[LineItem], pairs: Sequence[Pair], *, are_meters: bool = True
) -> tuple[tuple[ValuePlace, ...], str]:
    """The pairs worth a curve, each with the part of the data that was named last before it.

    Where they `are_meters`, what is in parentheses behind them is their average so far.
    """
    carried = dict(zip(map(id, pairs), _carried(pairs), strict=True))
    split, whole = "", ""
    rows: list[tuple[int, ValuePlace]] = []
    bests = {item.cell for item in items if isinstance(item.what, Pair) and _is_best(item.what)}
    for item in items:
        what = item.what
        if isinstance(what, Word):
            if named := split_of(what.text) or _set_of(what.text):
                split = named
                whole = whole or ("" if rows else split)
        elif isinstance(what, Pair) and not (what.key[:5] == "with " and item.cell in bests):
            what = what if are_meters else what._replace(average=None)
            value = _value(what, split or carried[id(item.what)])
            found = _both(what) or ([value] if value else [])
            rows += [(item.row, one) for one in found]
    values = _named_once(_told_apart(rows))
    last = items[-1].what if items else None
    if not whole and isinstance(last, Word) and last.depth and split:
        whole = split
        values = [value._replace(split=split) for value in values]
    return tuple(values), whole


def _named_once(values: Sequence[ValuePlace]) -> list[ValuePlace]:
    """Values, without the part of the data that a line is about where another has it in its name:
    ``train Epoch: 3, train loss: 0.5, loss: 0.4``."""
    tags = [tag_of(value.split, value.key) for value in values]
    return [
        value._replace(split="") if value.split and tags.count(tag) > 1 else value
        for value, tag in zip(values, tags, strict=True)
    ]


def _told_apart(rows: Sequence[tuple[int, ValuePlace]]) -> list[ValuePlace]:
    """Values by their rows: those of one name in several belong to the part of the data that
    others in their row are about, ``train_loss=0.5 acc=0.8 | val_loss=0.6 acc=0.7``.
    """
    places: dict[tuple[str, str], set[int]] = defaultdict(set)
    parts: dict[int, set[str]] = defaultdict(set)
    for row, value in rows:
        places[value.split, value.key].add(row)
        parts[row] |= {measure_of(value.key).split} - {""}
    told = []
    for row, value in rows:
        if len(places[value.split, value.key]) == 1:
            told.append(value)
        elif not value.split and len(parts[row]) == 1:
            told.append(value._replace(split=next(iter(parts[row]))))
    return told


def _is_best(pair: Pair) -> bool:
    return "best" in pair.key.lower().split()


def _both(pair: Pair) -> list[ValuePlace]:
    """The values of both parts of the data, ``train/val loss: 0.5/0.6``; none of other pairs."""
    splits, _, name = pair.key.partition(" ")
    both = [split_of(one) for one in splits.split("/")]
    if pair.of is None or len(both) != 2 or not all(both) or not is_charted(name):
        return []
    number = pair.number.start, pair.number.end
    return [
        ValuePlace(both[0], name, number, None, False),
        ValuePlace(both[1], name, pair.of, None, False),
    ]


def _set_of(word: str) -> str:
    """The name of one of several sets of a part of the data, ``dev_clean``; else empty."""
    measure = measure_of(word) if "_" in word else None
    return word if measure and measure.split in EVALUATIONS and not measure.kind else ""


def _carried(pairs: Sequence[Pair]) -> list[str]:
    """For each pair the part of the data that one before it names, ``val loss: 0.5, acc: 0.8``."""
    carried: list[str] = []
    named = {pair.key.lower() for pair in pairs}
    split, depth = "", 0
    for pair in pairs:
        first, _, rest = pair.key.lower().partition(" ")
        is_measure = measure_of(pair.key).kind in _CARRIED
        carried.append("")
        if rest and first in SPLITS:
            split, depth = first if is_measure else "", pair.depth
        elif measure_of(pair.key).split:
            split = ""
        elif not split and is_measure:
            return [""] * len(pairs)
        elif split and (is_measure or pair.depth > depth):
            carried[-1] = "" if f"{split} {pair.key.lower()}" in named else SPLITS[split]
    return carried


def _value(pair: Pair, split: str) -> ValuePlace | None:
    unit = pair.number.unit
    measure = measure_of(pair.key)
    is_distance = unit == "m" and measure.kind == "error"  # else minutes
    is_value = unit in _VALUE_UNITS or is_distance
    if not pair.is_sure or not is_value or not is_charted(pair.key):
        return None
    is_count = measure.kind == "" or _COUNTED.search(pair.key) is not None
    if is_count and not unit and (is_integer(pair) or pair.number.text.endswith(".")):
        return None
    if pair.key.endswith(("(s)", "(ms)", "(sec)")):
        return None
    if pair.of is not None and (not is_whole(pair.number) or measure.kind not in _SHARES):
        return None
    span = pair.number.start, pair.number.end
    if pair.average and not pair.of and (split or measure.split) in EVALUATIONS:
        span = pair.average
    counts = measure.kind in ("rate", "count", "size", "time")
    return ValuePlace(split, behind_full_stop(pair.key), span, pair.of, counts)


_VALUE_UNITS = ("", "%", "dB", "nats", "bits", "mm", "cm", "px", "deg", "°")
_SHARES = ("accuracy", "error", "share")
