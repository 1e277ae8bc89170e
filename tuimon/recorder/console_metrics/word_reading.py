"""The words right before a lexeme: which name what comes, which tell something themselves."""

import re

from tuimon.metrics import measure_of
from tuimon.metrics.splits import SPLIT_WORD, split_of
from tuimon.metrics.vocabulary import word_set
from tuimon.recorder.console_metrics.count_reading import CountReading
from tuimon.recorder.console_metrics.counters import counter_at
from tuimon.recorder.console_metrics.lexer import LineToken
from tuimon.recorder.console_metrics.line_items import Pair, Word
from tuimon.recorder.console_metrics.name_words import name_of
from tuimon.recorder.console_metrics.prose import unknown_words

_ASIDE = re.compile(
    rf"{SPLIT_WORD}|batch|epoch|step|avg|mean|ema|s|ms|sec|%|data|moving avg|running"
    r"|(?:last|past|over) (?:last )?\d{1,6}(?: \w+)?|per \w+"
)
"""What stands in parentheses that belong to a name, ``loss (batch)``, ``reward (last 100)``."""

_ASIDE_WORD = re.compile(r"[^\W\d][\w\-/%@.]{0,15}")
_LONGEST_ASIDE = 4
_NO_WORDS = (["end", "of", "training"], ["saving", "dict", "for"])
"""Phrases that are in logs of metrics, by PyTorch's word language model and TensorFlow."""

OF_ALL = ("best", "final", "lowest", "highest")
"""Before a name: of the whole training."""

_PATH = re.compile(r"[\w.\-]+(?:/[\w.\-]+)+")
_PARTITIONS = word_set("split mode phase stage subset set partition")


class WordReading(CountReading):
    """The items of a line as far as it is read, and the words that have come since."""

    def __init__(self, line: str, start: int) -> None:
        super().__init__(line, start)
        self._words: list[Word] = []
        """Those right before the current lexeme."""
        self._owner = ""
        """The name of values that parts of the data are told beside, ``Loss: train=0.5``."""

    def _owns(self, place: int) -> bool:
        """Whether parts of the data alone name the values behind, ``Loss: train=0.5, val=0.4``."""
        place += 1
        if self._kind(place) != "word" or not split_of(self.found[place].text):
            return False
        if self._value(place + 1 + (self._kind(place + 1) == "sign")) is None:
            return False
        name = self._name()
        self._owner = name if measure_of(name).kind or unknown_words(name) else ""
        return True

    def _text_behind(self, place: int) -> int:
        """Index of what is behind a pair of a name and a text, ``msg="train step"``, or 0."""
        if place + 1 >= len(self.found):
            return 0
        text = self.found[place + 1]
        if self.found[place].text != "=" and not _PATH.fullmatch(text.text):
            return 0
        if text.start != self.found[place].end or (text.kind != "word" and text.text not in "'\""):
            return 0
        end = place + 2
        if text.kind != "word":
            while end < len(self.found) and self.found[end].text != text.text:
                end += 1
            end += 1
        key, words = self._words.pop().text.lower(), self.found[place + 1 : end]
        self._release()
        if key in _PARTITIONS:
            for word in words:
                if split_of(word.text):
                    self._add(Word(word.text, word.start, word.end, self._depth))
        return end

    def _joined(self, place: int) -> LineToken | None:
        """The word that is joined to the one before, and names the number behind it."""
        if place + 2 >= len(self.found) or self.found[place + 2].kind != "number":
            return None
        sign, after = self.found[place], self.found[place + 1]
        is_glued = self._words[-1].end == sign.start and sign.end == after.start
        if counter_at(self.found, place + 1, after.text, []):
            return None  # module:Epoch 3
        return after if is_glued and after.kind == "word" else None

    def _aside(self, place: int) -> int:
        """Parentheses that belong to a name, ``loss (batch)=0.5``: what is behind them, or 0."""
        inside = [one.text for one in self.found[place + 1 : place + 2 + _LONGEST_ASIDE]]
        count = counter_at(self.found, place + 1, inside[0], []) if len(inside) > 1 else None
        if count and self._is(")", count.end) and self._kind(count.end + 1) == "sign":
            if self._words[0].text.lower() in OF_ALL:
                return 0
            self._add(count)  # loss (epoch 3): 0.5
            return count.end + 1
        if ")" not in inside:
            return 0
        text = " ".join(inside[: inside.index(")")])
        is_other = _ASIDE_WORD.fullmatch(text) and not split_of(self._words[-1].text)
        if not is_other and not _ASIDE.fullmatch(text):
            return 0
        close = place + 1 + inside.index(")")
        if self._kind(close + 1) != "sign":
            return 0
        last, end = self._words.pop(), self.found[close].end
        text = self.line[last.start : end]
        if split_of(inside[0]):
            text = f"{inside[0]} {last.text}"  # loss (train)
        self._words.append(Word(text, last.start, end, self._depth))
        return close + 1

    def _name(self) -> str:
        """What the words right before a number call it; the others are left as words."""
        is_within = bool(self.items) and isinstance(self.items[-1].what, Pair)
        self._words, name = name_of(self._words, is_within=is_within)
        self._release()
        return name

    def _release(self) -> None:
        if [word.text.lower() for word in self._words] not in _NO_WORDS:
            for word in self._words:
                self._add(word)
        self._words.clear()
