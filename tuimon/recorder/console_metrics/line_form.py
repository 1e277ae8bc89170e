"""What a line tells, by its form: the lines of one format differ in their digits alone.

What is where is found out once for each form and kept; after that a line costs a look into a
table and the conversion of its numbers. So nothing here may depend on what the digits are.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from tuimon.metrics import measure_of
from tuimon.metrics.printed import is_charted, is_configuration, is_metric
from tuimon.metrics.splits import EVALUATIONS, split_of
from tuimon.recorder.console_metrics.counters import OTHER, Count, Span, is_whole
from tuimon.recorder.console_metrics.grammar import LineReading
from tuimon.recorder.console_metrics.line_items import LineItem, Pair, Word
from tuimon.recorder.console_metrics.line_place import Place, place_of
from tuimon.recorder.console_metrics.prefixes import Prefix, prefix_of
from tuimon.recorder.console_metrics.prose import (
    FILLERS,
    behind_function_words,
    has_function_word,
    unknown_words,
)
from tuimon.recorder.console_metrics.unread_numbers import (
    Unread,
    labels_in,
    may_tell_count,
    pattern_of,
    unread_in,
)
from tuimon.recorder.console_metrics.value_places import ValuePlace, is_integer, values_of

_DIGIT = re.compile(r"\d")
_FEW_CELLS = 5
_FEW_TELLING = 3
_GAP = 4
_FILE = re.compile(r"[./]\w*\s|\d")
"""What names of files have in a sentence, and numbers of other things."""
_MOST_UNKNOWN_WORDS = 2
_RANKS = ("rank", "local_rank", "global_rank")
_COUNTER = re.compile(r"\b(?:steps?|iter\w*|epochs?|batch(?:es)?|updates?)\b", re.IGNORECASE)
_FRAMES = frozenset("│├└╰")
_CATBOOST = "learn"
_PER = re.compile(r"\bper ", re.IGNORECASE)
_DRAWN = re.compile(r"━|\[=*>?\.*\]|/\d+\s-\s")


_NOWHERE = Place()


class LineForm(NamedTuple):
    """The places of what a line tells."""

    values: tuple[ValuePlace, ...] = ()
    place: Place = _NOWHERE
    rank: Span | None = None
    split: str = ""
    """What it is about as a whole."""
    subject: str = ""
    """Words that may name one of several things."""
    labels: tuple[Span, ...] = ()
    """Numbers that tell which of them, ``class 1``."""
    is_heading: bool = False
    """Whether it only tells where those below it are."""
    has_points: bool = False
    """Whether decimal fractions have points."""
    is_drawn: bool = False
    """Whether it looks like a bar."""
    is_indented: bool = False
    is_summary: bool = False
    """Whether it begins with an asterisk, as what ends an evaluation."""
    is_vague: bool = False
    """Whether it counts only below a heading."""
    unread: tuple[Unread, ...] = ()
    """Whole numbers of a line with values that nothing is known of."""
    pattern: str = ""
    """That line without its numbers."""
    is_doubtful: bool = False
    """Whether it tells where it is in a way that is not understood."""
    is_guess: bool = False
    """Whether it tells a learning rate or something unknown alone: it counts only where an epoch
    or a step was announced."""

    @property
    def has_position(self) -> bool:
        """Whether it tells anything of where in the training it is."""
        return self.place.is_told


NOTHING = LineForm()


def form_of(line: str, prefix: Prefix) -> LineForm:
    """The form of a line; `NOTHING` for one that may be prose, a setting or code."""
    reading = LineReading(line, prefix.end)
    told = _telling_cells(reading)
    items = reading.items if told is None else told
    pairs = [item.what for item in items if isinstance(item.what, Pair)]
    place = _NOWHERE if told is None else place_of(reading, items)
    is_row = place.counted is not None and place.counted.end <= 1
    form = LineForm(
        place=place,
        rank=prefix.rank,
        is_drawn=is_row and _DRAWN.search(line, prefix.end) is not None,
        is_indented=_is_indented(line, prefix.end),
        is_summary=line[prefix.end :].lstrip()[:1] == "*",
    )
    for pair in pairs:
        if pair.key.lower() in _RANKS and is_whole(pair.number):
            form = form._replace(rank=(pair.number.start, pair.number.end))
    if place.part is not None and not place.is_told and any(map(_is_setting, pairs)):
        return NOTHING  # the result of a setting, not of a training
    is_reversed = not pairs and form.has_position
    if is_reversed and any(_is_anchor(one, known=True) for one in reading.behind):
        pairs, items = reading.behind, [LineItem(1, 1, pair) for pair in reading.behind]
    words = [item.what.text for item in items if isinstance(item.what, Word)]
    unknown = sum(map(unknown_words, words))
    is_before = place.is_told and not any(isinstance(one.what, Pair) for one in items[:1])
    are_all = all(map(split_of, words)) and (is_before or len(pairs) == 1)
    is_guess = len(items) == 1 and any(map(_is_result, pairs))
    is_evaluation = bool(words) and all(split_of(word) in EVALUATIONS for word in words)
    is_guess = is_guess or (is_evaluation and len(pairs) > 1 and all(map(_is_result, pairs)))
    if is_guess or _is_measured(
        pairs, form.has_position, may_be_rate=are_all, are_words_known=unknown == 0
    ):
        most = max(_MOST_UNKNOWN_WORDS, reading.rows // 2)
        if unknown > most:
            return NOTHING
        found = _measured(form, reading, items, pairs, unknown)
        return found if told is not None else _of_sentence(found)
    if told is None:
        return NOTHING
    if is_configuration([pair.key for pair in pairs]):
        return NOTHING
    split = next(filter(None, map(split_of, words)), "")
    counts = [item.what for item in items if isinstance(item.what, Count)]
    is_setting = bool(counts) and all(one.scale == "=" for one in counts)
    is_known = place.counted is None or place.counted.unit != OTHER
    tells = (
        (place.is_told and is_known and not is_setting)
        or place.part is not None
        or bool(split and not pairs)
    )
    counted = place.counted
    is_sure = counted is not None and counted.unit == "global" and counted.total is not None
    is_plain = unknown <= bool(pairs or split) or is_sure
    return form._replace(is_heading=tells and is_plain, split=split)


def _is_indented(line: str, start: int) -> bool:
    """Whether a line is below another, by blanks or the lines of a tree or a frame."""
    return line[start : start + 1 + bool(start)].isspace() or line[start : start + 1] in _FRAMES


def _telling_cells(reading: LineReading) -> list[LineItem] | None:
    """The items of a line, of a row of many cells without those that need whole phrases.

    None for a sentence.
    """
    items = reading.items
    spoken = [item for item in items if _is_spoken(item.what)]
    if not spoken:
        return items
    aside = list(takewhile(_is_aside, reversed(items)))
    if spoken[0] in aside:  # (12% under the baseline)
        return items[: -len(aside)]
    cells = {item.cell for item in spoken}
    if reading.rows >= _FEW_CELLS:
        rows = {item.row for item in spoken}
        told = [item for item in items if item.row not in rows or _is_split_word(item.what)]
    else:
        telling = {item.cell for item in items if not isinstance(item.what, Word)} - cells
        # "..., saved to x.pt" behind all else
        is_behind = telling and max(telling) < min(cells) and bool(_counts(items))
        if not is_behind and len(telling) < _FEW_TELLING * len(cells):
            return None
        told = [item for item in items if item.cell not in cells]
    return told if _counts(told) == _counts(items) else None


def _is_aside(item: LineItem) -> bool:
    return isinstance(item.what, Word) and item.what.depth > 0


def _counts(items: Sequence[LineItem]) -> list[Count]:
    """The counters among them that are surely no settings."""
    counts = [item.what for item in items if isinstance(item.what, Count)]
    return [one for one in counts if one.scale != "="]


def _is_split_word(what: Count | Pair | Word) -> bool:
    return isinstance(what, Word) and split_of(what.text) != ""


def _is_spoken(what: Count | Pair | Word) -> bool:
    if isinstance(what, Count):
        return False
    text = _PER.sub(" ", what.key) if isinstance(what, Pair) else what.text
    return has_function_word(text)


def _is_measured(
    pairs: Sequence[Pair], known: bool, *, may_be_rate: bool, are_words_known: bool
) -> bool:
    """Whether some pairs are measurements, and all together no settings.

    A learning rate alone counts where it `may_be_rate`: no word is there that has another reason.
    """
    if not known and is_configuration([pair.key for pair in pairs]):
        return False
    if any(_is_anchor(pair, known) for pair in pairs):
        return True
    if may_be_rate and any(map(_is_learning_rate, pairs)):
        return True
    logged = [pair for pair in pairs if _is_logged(pair)]
    are_logged = all(pair.sign for pair in pairs) and 2 * len(logged) >= len(pairs)
    if known and are_words_known and are_logged and any(map(_is_unknown, logged)):
        return True
    are_fractions = len(pairs) > 1 and not any(is_whole(pair.number) for pair in pairs)
    if known and are_words_known and are_fractions and any(map(_is_learning_rate, pairs)):
        return True  # policy 0.3 lr 0.01
    # "Epoch: 10, Train: 0.81, Test: 0.79"
    if known and are_words_known and len(list(filter(_is_bare, pairs))) >= _FEW_TELLING:
        return True  # iter 1 act 4.8 pre 5.9 f 7.7
    return known and any(_is_split(one.key) and not is_integer(one) for one in pairs)


def _measured(
    form: LineForm,
    reading: LineReading,
    items: Sequence[LineItem],
    pairs: Sequence[Pair],
    unknown: int,
) -> LineForm:
    """The form of a line with measurements."""
    if any(_is_anchor(pair, known=True) for pair in reading.behind):
        items = [item for item in items if not _is_split_word(item.what)]  # of which of them?
    values, split = values_of(items, pairs, are_meters=form.place.counted is not None)
    points = any("." in pair.number.text for pair in pairs)
    words = [item.what for item in items if isinstance(item.what, Word)]
    subject = " ".join(word.text for word in words if _is_label(word))
    labels = labels_in(reading.found)
    form = form._replace(values=values, split=split, has_points=points, subject=subject)
    read = [span for value in values for span in (value.number, value.of) if span]
    unread = unread_in(reading.found, [*read, *form.place.spans])
    pattern = pattern_of(reading.line, reading.found[0].start)
    form = form._replace(labels=labels, unread=unread, pattern=pattern)
    if form.has_position:
        return form
    if reading.has_unknown_count:
        return form._replace(is_doubtful=True)
    if split:
        return form
    before = reading.line[: pairs[0].number.start]
    is_column = len(pairs) == 1 and not pairs[0].sign and len(before) - len(before.rstrip()) > _GAP
    is_odd = is_column and not form.is_indented
    is_of_one = form.is_indented and any(map(_is_label, _words_before(items)))
    if reading.has_nameless or is_odd or is_of_one or any(map(_may_count, pairs)):
        return form._replace(is_doubtful=True)
    anchors = [pair for pair in pairs if _is_anchor(pair, known=False)]
    if not all(pair.sign or not is_integer(pair) for pair in anchors):
        return NOTHING
    is_bare = is_integer(pairs[0]) and not pairs[0].number.unit
    has_place = any(_DIGIT.search(one.text) for one in _words_before(items))
    is_vague = unknown > 0 or has_place or (len(pairs) == 1 and (form.is_indented or is_bare))
    return form._replace(is_vague=is_vague, is_guess=not anchors)


def _of_sentence(form: LineForm) -> LineForm:
    """The form of a sentence, whose values are called by what follows its last function word."""
    values = tuple(value._replace(key=behind_function_words(value.key)) for value in form.values)
    named = tuple(one for one in values if one.key and not _FILE.search(one.key))
    return form._replace(values=named, is_doubtful=True)


def _words_before(items: Sequence[LineItem]) -> Iterator[Word]:
    """The words before the first pair or counter."""
    for item in items:
        if not isinstance(item.what, Word):
            return
        yield item.what


def _is_label(word: Word) -> bool:
    """Whether a word may be the name of one of several things, ``velocity_x  R2=0.98``."""
    is_known = split_of(word.text) or measure_of(word.text).kind
    return not is_known and word.text.lower() not in FILLERS


def _is_anchor(pair: Pair, known: bool) -> bool:
    is_won = known and (measure_of(pair.key).kind == "reward" or pair.key[-5:].lower() == "score")
    number = "0.5" if is_won else pair.number.text  # rewards may be whole
    return is_metric(pair.key, number, pair.sign or (":" if known else ""))


def _is_split(key: str) -> bool:
    """Whether a name tells the part of the data and nothing else that is known, ``3d_eval``."""
    measure = measure_of(key)
    return (measure.split != "" and measure.kind in ("", "other")) or key == _CATBOOST


def _may_count(pair: Pair) -> bool:
    """Whether a pair may tell a position by a name that is not known, ``Steps executed: 200``."""
    return is_integer(pair) and _COUNTER.search(pair.key) is not None


def _is_logged(pair: Pair) -> bool:
    """Whether a pair of any name was surely written as one: ``D_A: 0.31``."""
    return pair.sign != "" and not is_whole(pair.number) and not pair.number.unit


def _is_bare(pair: Pair) -> bool:
    """Whether a pair has no sign and a fraction without a unit."""
    return not (pair.sign or is_whole(pair.number) or pair.number.unit)


def _is_result(pair: Pair) -> bool:
    """Whether a pair that was written as one is no setting and no time."""
    return _is_logged(pair) and measure_of(pair.key).kind not in ("setting", "time")


def _is_unknown(pair: Pair) -> bool:
    return is_charted(pair.key) and measure_of(pair.key).kind in ("", "other", "divergence")


def _is_setting(pair: Pair) -> bool:
    return measure_of(pair.key).kind in ("learning rate", "setting")


def _is_learning_rate(pair: Pair) -> bool:
    return measure_of(pair.key).kind == "learning rate"


def _may_be_lap(name: str) -> bool:
    """Whether a bar's description may count by this name how often it was drawn."""
    return name.lower() == "stage" or (" " not in name and may_tell_count(name))


def bar_form_of(text: str, *, only_measures: bool) -> LineForm:
    """The form of what stands before a bar, or behind its clock.

    What stands before it is a description: there `only_measures` are worth a curve.
    """
    reading = LineReading(text, prefix_of(text).end if only_measures else 0)
    pairs = [item.what for item in reading.items if isinstance(item.what, Pair)]
    if is_configuration([pair.key for pair in pairs]):
        return NOTHING
    words = [item.what.text for item in reading.items if isinstance(item.what, Word)]
    words += [word for pair in pairs[:1] for word in pair.key.split()[:-1]]
    are_logged = len(pairs) > 1 and all(map(_is_logged, pairs))
    items = [
        item
        for item in reading.items
        if not only_measures
        or are_logged
        or not isinstance(item.what, Pair)
        or _is_anchor(item.what, known=True)
        or _is_learning_rate(item.what)
    ]
    values, _ = values_of(items, pairs)
    place = place_of(reading, items)
    laps = [pair for pair in pairs if is_integer(pair) and not pair.sign and _may_be_lap(pair.key)]
    if only_measures and place.epoch is None and place.part is None and len(laps) == 1:
        place = place._replace(epoch=(laps[0].number.start, laps[0].number.end))  # stage 3
    form = LineForm(place=place)
    split = next(filter(None, map(split_of, words)), "")
    if split == "train" and [word.lower() for word in words] != ["train"]:
        split = ""  # "Training" is what goes on, no part of the data
    points = any("." in pair.number.text for pair in pairs)
    return form._replace(values=values, split=split, has_points=points)
