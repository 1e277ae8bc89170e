"""Where in a training a line was printed, by the places of the numbers that tell it."""

from collections.abc import Sequence
from typing import NamedTuple

from tuimon.metrics import measure_of
from tuimon.metrics.splits import EVALUATIONS, split_of
from tuimon.recorder.console_metrics.counters import OTHER, PART_WORDS, Count, Span, is_whole
from tuimon.recorder.console_metrics.grammar import LineReading
from tuimon.recorder.console_metrics.lexer import LineToken
from tuimon.recorder.console_metrics.line_items import LineItem, Pair, Ratio

_UNITS = ("global", "iteration", "step", "batch", "progress", "episode")
"""Of several counters in a line the first of these is where it is."""

_NEAR = 12
_NEXT = 3


class Place(NamedTuple):
    """The places of what tells where a line is."""

    epoch: Span | None = None
    epochs: Span | None = None
    counted: Count | None = None
    part: tuple[str, Span] | None = None
    """A word such as fold, and its number."""

    @property
    def spans(self) -> list[Span]:
        """Of all its numbers."""
        counted = (self.counted.number, self.counted.total) if self.counted else ()
        part = () if self.part is None else (self.part[1],)
        return [span for span in (self.epoch, self.epochs, *counted, *part) if span]

    @property
    def is_told(self) -> bool:
        """Whether it tells anything of where in the training it is."""
        return self.epoch is not None or self.counted is not None


def place_of(reading: LineReading, items: Sequence[LineItem]) -> Place:
    """Epoch, count and part, from what a line counts by name, else from where its numbers are."""
    counts = [item.what for item in items if isinstance(item.what, Count)]
    pairs = [item.what for item in items if isinstance(item.what, Pair)]
    if any("best" in pair.key.lower() for pair in pairs):
        first = pairs[0].number.start
        counts = [one for one in counts if one.number[0] < first or not _is_inside(reading, one)]
    counts = [one for one in counts if not _is_length(one, counts, pairs)]
    epoch = next((count for count in counts if count.unit == "epoch"), None)
    part = next((count for count in counts if count.unit in PART_WORDS), None)
    if part is not None and part.scale == "=" and len(counts) == 1:
        part = None  # a setting, ``seed: 42``
    places = _exact([count for count in counts if count.unit in _UNITS])
    place = min(places, key=lambda count: _UNITS.index(count.unit), default=None)
    found = Place(
        epoch and epoch.number,
        epoch and epoch.total,
        place,
        part and (part.unit, part.number),
    )
    row = _row_of(reading, may_tell_epoch=epoch is None)
    if place is not None:
        if epoch is None and (counted := _beside(place, reading.ratios)):
            return found._replace(epoch=place.number, counted=counted)
        episode = next((count for count in places if count.unit == "episode"), None)
        if epoch is not None and (counted := _with_total(place, reading.ratios, pairs)):
            return found._replace(counted=counted)
        if episode is None or epoch is not None:
            return found
        if episode is not place:
            return found._replace(epoch=episode.number, counted=place._replace(total=None))
        is_counted = row is not None and row.epoch is None
        return (
            found._replace(epoch=place.number, counted=row.counted) if row and is_counted else found
        )
    if row is not None and epoch is None and _kinds(reading.found[:3]) == "[0:":
        number = reading.found[1]  # [0: 10/20]
        counted = row.counted and row.counted._replace(end=1)
        row = row._replace(epoch=(number.start, number.end), counted=counted)
    row = row or (_leading(reading.found, pairs) if epoch is None else None)
    if row is not None:
        if epoch is not None and row.counted is not None and _is_inside(reading, epoch):
            row = row._replace(counted=row.counted._replace(unit="global"))  # 9/30000 (epoch 2)
        return row._replace(
            epoch=row.epoch or found.epoch, epochs=row.epochs or found.epochs, part=found.part
        )
    return found._replace(counted=next((one for one in counts if one.unit == OTHER), None))


def _exact(places: Sequence[Count]) -> Sequence[Count]:
    """Counters without those in rounded thousands, ``0k``, where another is exact."""
    exact = [one for one in places if one.scale in ("", "=")]
    return exact if any(one.unit != "episode" for one in exact) else places


def _is_length(one: Count, counts: Sequence[Count], pairs: Sequence[Pair]) -> bool:
    """Whether a counter behind values tells a length, ``episode 3 reward: 9 steps: 200``."""
    if not one.scale or not pairs or one is counts[0]:
        return False
    is_of_episode = counts[0].unit == "episode" and one.unit != "global"
    is_behind = counts[0].number[0] < pairs[0].number.start < one.number[0]
    return is_of_episode or (is_behind and one.scale == "=")


def _is_inside(reading: LineReading, count: Count) -> bool:
    """Whether a counter stands in parentheses behind something else."""
    before = [one for one in reading.found if one.start < count.number[0]]
    opened = sum(one.text == "(" for one in before) - sum(one.text == ")" for one in before)
    return opened > 0


def _row_of(reading: LineReading, *, may_tell_epoch: bool) -> Place | None:
    """The count of a row or a bar that has no name."""
    ratios = reading.ratios
    if len(ratios) > 1 and may_tell_epoch and _are_twins(*ratios[:2]):
        count = Count("batch", ratios[1].number, ratios[1].total, 1)
        return Place(ratios[0].number, ratios[0].total, count)
    for chosen in ratios:
        if chosen.follows_bar or chosen.is_first or (chosen.is_last and chosen.is_bracketed):
            is_row = chosen.is_bracketed or chosen.follows_bar
            return Place(counted=Count("batch", chosen.number, chosen.total, int(is_row)))
    return None


def _with_total(place: Count, ratios: Sequence[Ratio], pairs: Sequence[Pair]) -> Count | None:
    """The count in brackets behind batches without a total, ``batch_idx: 20, [640/1600]``."""
    if place.unit != "batch" or place.total is not None or not pairs:
        return None
    span = place.number[1], pairs[0].number.start
    found = (one for one in ratios if one.is_bracketed and span[0] < one.number[0] < span[1])
    return next((Count("batch", one.number, one.total, 1) for one in found), None)


def _beside(place: Count, ratios: Sequence[Ratio]) -> Count | None:
    """The count in brackets beside a number that so tells the epoch, ``Iteration [1][10/300]``."""
    found = (one for one in ratios if one.is_bracketed and one.number[0] - place.number[1] == 2)
    ratio = next(found, None) if place.total is None else None
    return ratio and Count("batch", ratio.number, ratio.total, 1)


def _are_twins(one: Ratio, other: Ratio) -> bool:
    """``[0/5][50/1583]``."""
    gap = other.number[0] - one.total[1]
    return one.is_first and gap <= (_NEAR if other.is_bracketed else _NEXT)


def _kinds(found: Sequence[LineToken]) -> str:
    """Tokens with a nought for each integer."""
    return "".join(one.text if one.kind != "number" else "0" * is_whole(one) for one in found)


def _leading(found: Sequence[LineToken], pairs: Sequence[Pair]) -> Place | None:
    """What a number in front counts: ``[10]``, ``[2, 2000]``, ``1000 | loss``, ``0: loss``.

    ``1 train loss: 0.5`` only where that of a training comes first: ``100 test acc: 0.5`` may tell
    how many tests there were.
    """
    if len(found) < 3:
        return None
    kinds = _kinds(found[:5])
    spans = [(one.start, one.end) for one in found[:5]]
    if kinds == "[0,0]":
        return Place(spans[1], counted=Count("batch", spans[3], None, 0))
    is_rank = kinds.startswith("[0][") and not split_of(found[4].text)  # or a process
    if (kinds.startswith("[0]") and not is_rank) or kinds.startswith("<0>"):
        return Place(counted=Count("iteration", spans[1], None, 0))
    is_bare = kinds[:1] == "0" and found[1].kind == "word" and len(pairs) > 1
    if is_bare and measure_of(pairs[0].key).kind == "loss":
        is_training = measure_of(pairs[0].key).split not in EVALUATIONS
        return Place(counted=Count("iteration", spans[0], None, 0)) if is_training else None
    if kinds[:2] in ("0:", "0|", "0[", "0(", "0,", "0;"):
        return Place(counted=Count("iteration", spans[0], None, 0))
    return None
