"""What prose has and logs of metrics have not."""

import re

from tuimon.metrics.splits import SPLITS
from tuimon.metrics.vocabulary import word_set

_FUNCTION = word_set(
    "the a an of is was are were be been to from for with at in on and or if not than by this"
    " that these those we you he she they our your its will would should can could must may might"
    " did does do has have had but as so because when while after before into over under between"
    " using use only also about more less very which who what how there here then else per via"
    " where why because warning expected got improved reached until since saved saving save loading"
    " loaded writing downloading download installing collecting usage requires required default"
)

_LONGEST_SHORT = 4
"""Letters of ``avg.`` and other words that are cut."""

FILLERS = frozenset(SPLITS) | word_set(
    "set epoch step iter batch batches end done summary results result metrics metric eta time"
    " elapsed info log rank gpu current mean avg average total stats started finished ended"
    " complete completed inner it min max loss accuracy lr sec secs s ms img iters steps it history"
    " error db errors performance learning cmc curve starting begin beginning running"
)

_WORD = re.compile(r"(?<![\w/\-])[A-Za-z]{2,}(?:-[A-Za-z]+)*(?![\w/])")


def has_function_word(text: str) -> bool:
    """Whether a text contains words that sentences need and logs do not."""
    return any(word.lower() in _FUNCTION for word in _WORD.findall(text))


def behind_function_words(text: str) -> str:
    """What follows the last of these words: all of a text without any."""
    words = text.split()
    ends = [place for place, word in enumerate(words, 1) if word.lower() in _FUNCTION]
    return " ".join(words[ends[-1] :]) if ends else text


def behind_full_stop(text: str) -> str:
    """What follows the end of a sentence, other than of an abbreviation, in a name."""
    before, stop, behind = text.rpartition(". ")
    word = before.rpartition(" ")[2]
    return behind if stop and word.islower() and len(word) > _LONGEST_SHORT else text


def unknown_words(text: str) -> int:
    """How many words of a text say something else than a log of metrics does."""
    return sum(word.lower() not in FILLERS for word in _WORD.findall(text))
