"""Of the words right before a number or a counter, those that name it."""

from collections.abc import Sequence

from tuimon.metrics.splits import split_of
from tuimon.metrics.vocabulary import word_set
from tuimon.recorder.console_metrics.counters import OVERALL, PHRASE
from tuimon.recorder.console_metrics.line_items import Word
from tuimon.recorder.console_metrics.prose import FILLERS

_MOST_WORDS = 5
"""Of a name."""

_NOT_NAMES = FILLERS - word_set(
    "loss accuracy error errors lr min max mean avg average current total train training trn val"
    " valid time gpu validation validate test testing eval evaluation dev holdout infer inference"
    " inner cv elapsed batch epoch step iter steps iters learning running"
)
"""Words that stand before a name without being a part of it, ``done loss: 0.5``."""

PLACE_WORDS = ("after", "at", "for", "in", "on")
"""Before a counter: they tell where a value or a line is from."""

_ON = ("on", "for", "over")
_OF_DATA = word_set("the set data dataset split images samples examples")


def name_of(words: Sequence[Word], *, is_within: bool = False) -> tuple[list[Word], str]:
    """The words that are left, and the name: empty if it is longer than names are.

    `is_within` tells whether another pair is before it: what leads to names stands before all.

    That of what is on a part of the data has it in front:
    ``accuracy on the test set`` → ``test accuracy``.
    """
    if len(words) > 1 and words[0].text.lower() == "the":
        words = words[1:]
    place = next((at for at, one in enumerate(words) if at and one.text.lower() in _ON), None)
    if place is not None:
        about = [one.text for one in words[place + 1 :] if one.text.lower() not in _OF_DATA]
        if len(about) == 1 and split_of(about[0]):
            left, name = name_of(words[:place])
            return left, f"{about[0]} {name}"
    begin = max(0, len(words) - _MOST_WORDS)
    if begin and not _is_filler(words[begin - 1]):
        return [*words], ""
    *names, last = words[begin:]
    fillers = [] if is_within else [one for one in names if _is_filler(one)]
    left = [*words[:begin], *fillers]
    names = [one for one in names if one not in fillers] + [last]
    name = " ".join(word.text for word in names)
    owner, _, rest = name.partition("'s ")  # valid_0's auc
    return left, f"{owner} {rest}" if rest and split_of(owner.rstrip("_0123456789")) else name


def before_counter(words: Sequence[Word], *, is_first: bool, has_bars: bool) -> list[Word]:
    """What is left of the words before a counter without those that belong to it.

    Those that only lead to it do: ``Train for epoch 3``, ``reward: 10.5 at episode 3``.
    `is_first` tells whether all that came before are these words.
    """
    left = list(words)
    if left and left[-1].text.lower() in OVERALL:
        del left[-1]
    if left and left[-1].text.lower() in PLACE_WORDS:
        others = left[:-1]
        if is_first and all(map(_is_leading, others)):  # Evaluation on dev at epoch 3
            left = [one for one in others if one.text.lower() not in PLACE_WORDS]
        elif not (is_first or others) or (has_bars and _is_at(left[-1])):
            del left[-1]
    while left and left[-1].text.lower() in PHRASE:
        del left[-1]
    return left


def _is_leading(word: Word) -> bool:
    """Whether a word may stand before where something was, ``Results on``."""
    text = word.text.lower()
    return _is_filler(word) or split_of(text) != "" or text in PLACE_WORDS


def _is_at(word: Word) -> bool:
    return word.text.lower() == "at"


def _is_filler(word: Word) -> bool:
    return word.text.lower().rstrip(".") in _NOT_NAMES
