"""From the lexemes of a line to its counters, its pairs of names and numbers, and what is left.

One pass from left to right: each lexeme is looked at where it stands, and belongs to one thing.
"""

import re

from tuimon.metrics import measure_of
from tuimon.metrics.splits import split_of
from tuimon.recorder.console_metrics.counters import (
    OTHER,
    Count,
    counter_at,
    is_whole,
    ratio_at,
    unit_of,
)
from tuimon.recorder.console_metrics.joined_words import VALUED, told_by
from tuimon.recorder.console_metrics.line_items import Pair, Word
from tuimon.recorder.console_metrics.name_words import PLACE_WORDS, before_counter
from tuimon.recorder.console_metrics.unread_numbers import may_tell_count
from tuimon.recorder.console_metrics.word_reading import OF_ALL, WordReading

_SOURCE = re.compile(r".*\.(?:py|cc|cpp|cu|h|ipynb)")
_VERBS = ("has", "had", "with", "gives")
"""Between a counter and its values."""
_AVERAGES = ("mean", "avg", "average", "last")
_QUANTIFIERS = ("of", "over", "last")
"""Before how many something is an average of."""
_ARROW_SIGNS = ("=>", "==>", "-->", "->")
_TIMES = (
    "s",
    "sec",
    "secs",
    "second",
    "seconds",
    "ms",
    "m",
    "min",
    "mins",
    "minutes",
    "h",
    "hours",
)
_CLOSING = (")", "]", "}")
_BETWEEN = ("|", "│", ",", "，", ";", ".")


class LineReading(WordReading):
    """What a line consists of."""

    def __init__(self, line: str, start: int = 0) -> None:
        super().__init__(line, start)
        self.behind: list[Pair] = []
        """Numbers with their names behind them, ``5.0 avg loss,``."""
        self.has_nameless = False
        """Whether an integer stands there that nothing is told of."""
        self.has_unknown_count = False
        """Whether one has a name that may count anything, ``bucket 0 loss 0.5``."""
        self._has_no_signs = not any(one.kind == "sign" for one in self.found)
        """Hyphens stand between names and numbers then."""
        place = 0
        while place < len(self.found):
            place = self._take(place)
        self._release()

    def _take(self, place: int) -> int:
        one = self.found[place]
        if one.kind == "word":
            if place and not self._words:
                self.cells += self._is_apart(self.found[place - 1].end, one.start)
            return self._word(place)
        if one.kind == "sign":
            return self._sign(place)
        if one.kind == "number":
            return self._number(place)
        if one.kind == "open":
            return self._open(place)
        if one.text == "/" and self._words and self._kind(place + 1) == "word":
            last, after = self._words.pop(), self.found[place + 1]
            text = self.line[last.start : after.end]
            self._words.append(Word(text, last.start, after.end, self._depth))
            return place + 2
        if (
            one.text == "-"
            and self._words
            and self._has_no_signs
            and self._kind(place + 1) == "number"
        ):
            if self._words[-1].text in PLACE_WORDS:  # Testing at - 10/20
                del self._words[-1]
                self._release()
                return place + 1
            return self._pair((place + 1, place + 2), "-")
        if self._words and one.text in _ARROW_SIGNS and self._kind(place + 1) == "number":
            return self._pair((place + 1, place + 2), ":")  # loss => 0.5
        if self._words and one.text in "-–—" and self._owns(place):
            return place + 1
        self._release()
        if one.kind == "junk":
            for what in told_by(one, 0, is_first=False, follows_epoch=False):
                self._add(what)
        self._depth -= one.text in _CLOSING and self._depth > 0
        self.cells += one.text in _BETWEEN or (one.kind == "mark" and self._is_alone(one))
        self.rows += one.text == "|" or one.text == "│"
        return place + 1

    def _open(self, place: int) -> int:
        if self._words and (end := self._aside(place)):
            return end
        if self._words and self.found[place].text == "[" and (value := self._value(place)):
            return self._pair(value, "")
        self._release()
        if self._are_words() and self._is_share(place):
            self._add(Count("iteration", self._span(place + 1), None, place + 4))
            return place + 4
        ratio = self._ratio(place)
        self._depth += not ratio and self.found[place].text != "<"
        return ratio or place + 1

    def _word(self, place: int) -> int:
        one = self.found[place]
        name, _, inner = one.text.rstrip(")").partition("(")
        if end := self._value_at_step(place):
            return end
        split = bool(split_of(inner))  # Epoch(train)
        before = [word.text for word in self._words]
        if one.text == "in" and self._is("#", place + 1):
            return place + 3  # best: 25.5 in #1
        if self._words and (value := self._value(place)):
            return self._pair(value, "")  # loss tensor(0.5)
        if not before and self._joins(place):
            return place + 1
        if one.text == "in" and self._is_duration(place + 1):
            return place + 2  # completed in 12 s
        behind = place + 1 + (self._is_arrow(place + 1) or self._kind(place + 1) == "sign")
        if before and one.text == "is" and (value := self._value(behind)):
            return self._pair(value, ":")
        if count := counter_at(self.found, place, name if split else one.text, before):
            if value := self._value_at(count):
                return self._pair_at(count, value)
            self._words = before_counter(
                self._words, is_first=not self.items, has_bars="|" in self.line
            )
            self._release()
            if split:
                self._add(Word(inner, one.start, one.end, self._depth))
            if count.unit == "batch" and count.total and before[-1:] in (["TRAIN"], ["CV"]):
                self._add(count._replace(unit="epoch", total=None))  # WeNet
                count = count._replace(number=count.total, total=None)
            elif before[-4:] == ["Saving", "dict", "for", "global"]:
                self._add(Word("eval", one.start, one.start, self._depth))
            self._add(count)
            return self._batch(count.end) if count.unit == "epoch" else count.end
        follows = not before and self._follows_count("epoch")
        if told := told_by(one, place + 1, is_first=self._are_words(), follows_epoch=follows):
            self._release()
            for what in told:
                self._add(what)
            is_epoch = len(told) == 1 and self._follows_count("epoch")
            return self._batch(place + 1) if is_epoch else place + 1
        if self._words and not self._is_near(self._words[-1].end, one.start):
            self._release()
        self._words.append(Word(one.text, one.start, one.end, self._depth))
        return place + 1

    def _joins(self, place: int) -> bool:
        """Whether a word stands between a counter and its values, or between two pairs."""
        is_and = self.found[place].text == "and" and bool(self.items)
        follows_pair = is_and and isinstance(self.items[-1].what, Pair)
        return follows_pair or (self.found[place].text in _VERBS and self._follows_count())

    def _is_duration(self, place: int) -> bool:
        return self._kind(place) == "number" and self.found[place].unit in _TIMES

    def _value_at(self, count: Count) -> tuple[int, int] | None:
        """What a counter is followed by that tells where a value is from.

        ``Cost after iteration 100: 0.5``.
        """
        is_told = len(self._words) > 1 and self._words[-1].text in PLACE_WORDS
        is_told = is_told and self._words[0].text.lower() not in OF_ALL
        end = count.end + self._is("is", count.end)
        end += self._kind(end) == "sign"
        value = self._value(end) if end > count.end else None
        if value is not None and self._tells_value() and not is_whole(self.found[value[0]]):
            return value  # Train loss epoch[0] = 0.5
        if value is None or not (is_told and measure_of(self._words[-2].text).kind in VALUED):
            is_split = is_told and split_of(self._words[0].text) != ""
            return value if is_split else None
        return value

    def _tells_value(self) -> bool:
        """Whether the last word before a counter names what a value behind it is one of."""
        return bool(self._words) and measure_of(self._words[-1].text).kind in VALUED

    def _value_at_step(self, place: int) -> int:
        """Index of what is behind a value whose name is joined to its step, or 0.

        ``Train_WER@Step 50: 87.4``.
        """
        one = self.found[place]
        name, at, counter = one.text.rpartition("@")
        count = counter_at(self.found, place, counter, []) if at else None
        if count is None:
            return 0
        self._words.append(Word(name, one.start, one.start + len(name), self._depth))
        value = self._value(count.end + 1) if self._kind(count.end) == "sign" else None
        if value is not None:
            return self._pair_of(count, value)
        self._words.clear()
        self._add(count)
        return count.end

    def _pair_at(self, count: Count, value: tuple[int, int]) -> int:
        if not self._tells_value():
            del self._words[-1]
        return self._pair_of(count, value)

    def _pair_of(self, count: Count, value: tuple[int, int]) -> int:
        words, self._words = self._words, []
        self._add(count)
        self._words = words
        return self._pair(value, ":")

    def _sign(self, place: int) -> int:
        one = self.found[place]
        if self._words:
            if value := self._value(place + 1):
                return self._epoch_of_split(*value) or self._pair(value, one.text)
            if end := self._text_behind(place):
                return end
            if self._owns(place):
                return place + 1
            if joined := self._joined(place):
                last = self._words.pop()
                text = self.line[last.start : joined.end]
                self._words.append(Word(text, last.start, joined.end, self._depth))
                return place + 2
        self._release()
        return place + 1

    def _epoch_of_split(self, place: int, end: int) -> int:
        """Index of what is behind an epoch that has no name, ``Train: 0 [50/1251]``, or 0."""
        if not split_of(self._words[-1].text) or not is_whole(self.found[place]):
            return 0
        total = None
        if end == place + 1 and (first := ratio_at(self.found, place)):  # 1/80 (1%) [50/120]
            total, end = first[1], first[2]
        ratio = ratio_at(self.found, end)
        if ratio is None or ratio[1] is None or not self._is("[", end):
            return 0
        self._release()
        totals = None if total is None else self._span(total)
        self._add(Count("epoch", self._span(place), totals, end))
        return self._batch(end)

    def _number(self, place: int) -> int:
        is_next = self._words and self.line[self._words[-1].end : self.found[place].start].isspace()
        if is_next and not (split_of(self._words[-1].text) and self._is("/", place + 1)):
            return self._pair((place, place + 1), "")
        self._release()
        if ratio := self._ratio(place):
            return ratio
        if not self.items and place + 2 == len(self.found) and is_whole(self.found[place]):
            unit = unit_of(self.found[place + 1].text)
            if unit in ("global", "step", "iteration", "episode"):  # 1000 timesteps
                self._add(Count(unit, self._span(place), None, place + 2))
                return place + 2
        if name := self._name_behind(place + 1):
            self.behind.append(Pair(name, "", self.found[place], None, None, True))
        elif is_whole(self.found[place]) and not self.found[place].unit:
            self.has_nameless = True
        return place + 1 + self._has_noun(place)

    def _pair(self, value: tuple[int, int], sign: str) -> int:
        number, place = value
        if not sign and (
            end := self._after(number) or self._counted(number) or self._qualified(number, place)
        ):
            return end
        of, average, is_sure, end = self._behind(place)
        key = self._name()
        self._owner = self._owner if split_of(key) else ""
        key = f"{key} {self._owner}" if self._owner else key
        first = key.partition("/")[0].strip()
        if of is not None and first != key and counter_at(self.found, number - 1, first, []):
            self._add(Count("step", self._span(number), None, end))  # Step / patience: 10 / 1
            return end
        if of is not None and sign and self._may_count(key, number):
            self._add(Count("batch", self._span(number), of, end))  # Epoch 1, Seq: 10/400
            return end
        if key and not (sign and _SOURCE.fullmatch(key)):
            self._add(Pair(key, sign, self.found[number], of, average, is_sure, self._depth))
        return end

    def _may_count(self, key: str, number: int) -> bool:
        """Whether a share of a whole behind an epoch tells how far it is, by an unknown name."""
        is_whole_one = is_whole(self.found[number]) and is_whole(self.found[number + 2])
        return is_whole_one and self._follows_count("epoch") and may_tell_count(key)

    def _after(self, number: int) -> int:
        """Index of what is behind a value that what it came after is told with its noun, or 0.

        ``Loss after 10 epochs: 0.5``, ``loss after 640 examples is 0.5``; what it is an average of
        is left out, ``Mean loss of 20 batches: 0.5``.
        """
        place = number + 2
        last = self._words[-1].text.lower()
        is_told = len(self._words) > 1 and (last == "after" or last in _QUANTIFIERS)
        is_counted = is_whole(self.found[number]) and self._kind(number + 1) == "word"
        is_followed = self._kind(place) == "sign" or self._is("is", place)
        value = self._value(place + 1) if is_told and is_counted and is_followed else None
        if value is None or self._words[0].text.lower() in OF_ALL:
            return 0
        if self._words[-1].text.lower() in _QUANTIFIERS:
            del self._words[-1]
            return self._pair(value, ":")
        unit = unit_of(self.found[number + 1].text) or OTHER
        return self._pair_at(Count(unit, self._span(number), None, place), value)

    def _qualified(self, number: int, place: int) -> int:
        """Index of what is behind a number that is part of a name, ``top 5 accuracy``, or 0."""
        one = self.found[number]
        is_count = is_whole(one) and not one.unit
        last = self._words[-1].text.lower()
        if is_count and last in _AVERAGES and self._is_unit("episode", place):
            self._words.append(Word(one.text, one.start, one.end, self._depth))
            return place  # mean 100 episode reward
        after = self._kind(place + 1)
        is_named = self._kind(place) == "word" and (after == "sign" or self._has_fraction(place))
        is_plain = place == number + 1 and not self._is_apart(self._words[-1].end, one.start)
        if not (is_count and is_named and is_plain) or measure_of(self._words[-1].text).kind:
            return 0
        if not any(isinstance(item.what, Count) for item in self.items):
            self.has_unknown_count = True
            return 0
        self._words.append(Word(one.text, one.start, one.end, self._depth))
        return place

    def _is_unit(self, unit: str, place: int) -> bool:
        return self._kind(place) == "word" and unit_of(self.found[place].text) == unit

    def _has_fraction(self, place: int) -> bool:
        return self._kind(place + 1) == "number" and not is_whole(self.found[place + 1])

    def _counted(self, number: int) -> int:
        """Index of what is behind a value that an iteration stands before, or 0.

        ``Train loss 100 0.5``, ``Validation loss 100: 0.5``.
        """
        place = number + 1 + self._is(":", number + 1)
        if not is_whole(self.found[number]) or self._kind(place) != "number":
            return 0
        value = self.found[place]
        is_last = self._kind(place + 1) != "number"
        if value.unit or is_whole(value) or not is_last or self._is("/", number + 1):
            return 0
        if len(self._words) > 1 and self._words[-1].text.lower() in PLACE_WORDS:
            del self._words[-1]  # loss at 100: 0.5
        key = self._name()
        if measure_of(key).kind not in VALUED:
            return place + 1
        self._add(Count("step", self._span(number), None, place))
        self._add(Pair(key, "", value, None, None, True))
        return place + 1
