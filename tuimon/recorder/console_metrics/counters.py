"""The words that count a training's progress, and the numbers beside them."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from tuimon.metrics.languages import COUNTERS
from tuimon.metrics.splits import SPLITS
from tuimon.metrics.vocabulary import word_set
from tuimon.recorder.console_metrics.lexer import LineToken

Span = tuple[int, int]
_MOST_DIGITS = 15
_FRACTION = re.compile(r"\d{1,9}\.\d{1,15}")

_COUNTERS = {
    **{word: unit for unit, words in COUNTERS.items() for word in words.split()},
    **dict.fromkeys(("epoch", "ep", "epochs"), "epoch"),
    **dict.fromkeys(
        ("tick", "i", "iter", "iteration", "it", "iters", "iterations", "itr", "itrs"), "iteration"
    ),
    **dict.fromkeys(("step", "steps", "update", "up."), "step"),
    **dict.fromkeys(("global_step", "num_updates", "total_steps", "num_timesteps"), "global"),
    **dict.fromkeys(
        ("global_steps", "total_timesteps", "timesteps", "timestep", "n_iter"), "global"
    ),
    **dict.fromkeys(("env_steps", "train_step", "train_steps", "trainer/global_step"), "global"),
    **dict.fromkeys(("training_step", "training_steps", "global_iter", "total_step"), "global"),
    **dict.fromkeys(("batch", "batches", "minibatch", "mini-batch"), "batch"),
    **dict.fromkeys(("episode", "episodes", "round", "generation"), "episode"),
    "progress": "progress",
}
OTHER = "other"
"""The unit of steps of something that no word is known of, ``Learner Steps = 100``."""

PART_WORDS = word_set("fold trial run seed experiment task client agent worker model")
"""What parts of a run are told apart by."""

AT_ONCE = ("agent", "client", "worker")
"""Of those, parts that tell something in turn."""

OVERALL = word_set("global total num env")
"""Before a counter: it counts through the whole training."""

_BESIDE = word_set(
    "train training learning start starting end of after begin beginning finished done complete"
    " completed current now at this new mini optimizer optim gradient grad outer inner main micro"
    " environment log the in at summary stats on for cv running processing cross outer model"
)
"""What may stand before a counter without making another thing of it, as warm-up or best does."""

_INDEX = word_set("idx id num no number index")
_OF_TIMES = word_set("time elapsed took duration")
_OF_TOTALS = ("progress", "i")
"""Words that count only of a total."""
_CURRENT = word_set("cur curr current")
_PLURALS = word_set("steps iters iterations batches episodes epochs")
_SETTINGS = word_set(
    "best max warmup warm-up save log logging accumulation episode inference sampling diffusion"
    " time patience per every early last next min decay eval num total n since until from"
)
"""Before a counter: it says how many there are to be, or of something else."""

_ORDINAL = "第"
"""In Chinese and Japanese: before a number that its unit stands behind."""

_SIGNS = ("#", "is", "-", "*", "number")
"""What else may stand between a counter and its number, ``Epoch - 1``."""
PHRASE = word_set("start end of")
"""Of those, words that sentences have, too."""


class Count(NamedTuple):
    """A counter in a line, by the places of its numbers."""

    unit: str
    number: Span
    total: Span | None
    end: int
    """Index of the first lexeme behind it."""
    scale: str = ""
    """``k`` where it counts thousands; ``=`` where it may be a setting."""
    total_scale: str = ""


def is_whole(lexeme: LineToken) -> bool:
    """Whether a number is printed as an integer, by its form alone."""
    groups = lexeme.text.lstrip("+-\u2212").replace("_", ",").split(",")
    grouped = all(len(group) == 3 for group in groups[1:]) and len(groups[0]) <= 3
    is_short = len(lexeme.text) <= _MOST_DIGITS
    return is_short and all(map(str.isdigit, groups)) and (len(groups) == 1 or grouped)


def counter_at(
    found: Sequence[LineToken], place: int, word: str, before: Sequence[str]
) -> Count | None:
    """The counter that begins with the `word` at `place`; `before` are those right before it."""
    word = word.lower()
    if word == _ORDINAL:
        return _ordinal_at(found, place + 1)
    unit = unit_of(word)
    if unit is None and word in PART_WORDS:
        unit = word
    if unit is None:
        return None
    before = [one.lower().rstrip(".") for one in before]
    if not _OF_TIMES.isdisjoint(before):
        return None  # time of the current epoch: 4.8
    if word == "run" and place + 1 < len(found) and found[place + 1].text == "[":
        unit = "iteration"  # PyTorch's tutorial of style transfer
    if before and before[-1] in OVERALL and unit in ("step", "iteration", "global"):
        unit = "global"
    elif any(one not in _BESIDE and one not in SPLITS for one in before[-1:]):
        is_counted = place + 2 < len(found) and unit_of(found[place + 2].text) == "epoch"
        is_part = unit in PART_WORDS and not is_counted  # "ours fold 0 epoch 1" is one
        if before[-1] in _SETTINGS or is_part or place + 1 == len(found):
            return None
        if unit == "step" and found[place + 1].kind != "sign":
            return None
        unit = OTHER if unit == "step" else unit
    count = _number_behind(found, place + 1, unit)
    if count is None or (word in _OF_TOTALS and count.total is None):
        return None
    if count.total is not None:
        return count
    if found[place + 1].kind != "sign":
        is_length = word in _PLURALS and unit != "epoch" and not count.scale
        return count._replace(scale="=") if is_length else count
    if word in _PLURALS and before and before[-1] in SPLITS:
        return None  # how many there are, ``Val steps: 20``
    may_be_setting = word in _PLURALS or unit in PART_WORDS - {"fold"}
    return count._replace(scale="=") if may_be_setting and not count.scale else count


def _ordinal_at(found: Sequence[LineToken], place: int) -> Count | None:
    """``第 3 轮``, with its unit behind."""
    ratio = ratio_at(found, place)
    unit = unit_of(found[ratio[2]].text) if ratio and ratio[2] < len(found) else None
    if ratio is None or unit is None:
        return None
    number, total, end = ratio
    whole = None if total is None else (found[total].start, found[total].end)
    return Count(unit, (found[number].start, found[number].end), whole, end + 1)


def unit_of(word: str) -> str | None:
    """What a word counts; None if it is no counter."""
    word = word.lower()
    return _COUNTERS.get(word) or _COUNTERS.get(word.rstrip(".")) or _COUNTERS.get(_bare(word))


def _bare(word: str) -> str:
    """``batch_idx``, ``train_batch_id`` → ``batch``."""
    first, *rest = word.split("_")
    if rest and (first in _CURRENT or first == "train"):
        first, *rest = rest
    return first if _INDEX.issuperset(rest) else word


def ratio_at(found: Sequence[LineToken], place: int) -> tuple[int, int | None, int] | None:
    """A whole number at `place` or behind an open bracket, maybe one of many.

    Index of the number, of the total, and of what is behind, with ``(12%)`` and the bracket.
    """
    bracket = found[place].text if place < len(found) and found[place].kind == "open" else ""
    place += bool(bracket)
    if not _counts(found, place):
        return None
    if bracket and place + 2 < len(found) and found[place + 1].text == "-":
        place += 2 * _counts(found, place + 2)  # of the first to the last
    number, total, place = place, None, place + 1
    if place + 1 < len(found) and _is_of(found, place):
        behind = place + (2 if found[place].text == "out" else 1)
        if _counts(found, behind):
            total, place = behind, behind + 1
    if place + 2 < len(found) and found[place].text == "(" and found[place + 1].unit == "%":
        place += 3
    if bracket:
        if place >= len(found) or found[place].kind != "close":
            return None
        place += 1
    return number, total, place


def _number_behind(found: Sequence[LineToken], place: int, unit: str) -> Count | None:
    if place + 1 < len(found) and found[place + 1].kind == "sign":
        is_index = found[place].text.lower().rstrip(".") in _INDEX and unit != "episode"
        place += is_index or found[place].text == "#"  # step#: 3, Batch no: 3
    if place < len(found) and (found[place].kind == "sign" or found[place].text in _SIGNS):
        place += 1
    ratio = ratio_at(found, place)
    if ratio is None and place + 1 < len(found) and found[place].kind == "open":
        ratio = ratio_at(found, place + 1)  # Step (100 | loss: 0.5)
        ratio = ratio if ratio and ratio[2] < len(found) and found[ratio[2]].text == "|" else None
    if ratio is None:
        fraction = place < len(found) and found[place].kind == "number" and unit == "epoch"
        if not fraction or found[place].unit or not _FRACTION.fullmatch(found[place].text):
            return None
        ratio = place, None, place + 1
        if place + 2 < len(found) and found[place + 1].text == "/" and is_whole(found[place + 2]):
            ratio = place, place + 2, place + 3
    number, total, end = ratio
    whole = None if total is None else (found[total].start, found[total].end)
    scales = found[number].unit, "" if total is None else found[total].unit
    return Count(unit, (found[number].start, found[number].end), whole, end, *scales)


def _counts(found: Sequence[LineToken], place: int) -> bool:
    if place >= len(found) or found[place].kind != "number":
        return False
    one = found[place]
    if (one.unit and one.unit not in "kKM") or len(one.text) > _MOST_DIGITS:
        return False
    return is_whole(one) or (one.unit != "" and one.text.replace(".", "", 1).isdigit())


def _is_of(found: Sequence[LineToken], place: int) -> bool:
    text = found[place].text
    return text == "/" or text == "of" or (text == "out" and found[place + 1].text == "of")
