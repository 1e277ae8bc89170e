"""The tokens of a line, and what is to be seen at a place among them."""

import re

from tuimon.recorder.console_metrics.counters import Span, is_whole
from tuimon.recorder.console_metrics.lexer import ARROWS, LineToken, lexemes

_WRAPPERS = re.compile(r"(?:\w+\.)*(?:tensor|array|Array|DeviceArray|float\d\d|Tensor)")
_CLOSING = ("]", ")", "'", '"')
_WIDEST_GAP = 4
_APART = ("±", "*", "@", "after")
"""What stands between a value and numbers that tell more of it, as of how many words it is."""
_MOST_WORDS = 4
"""Of a name."""


class TokenPlaces:
    """The tokens of a line from `start` on; looked at by their indices, which may be too large."""

    def __init__(self, line: str, start: int) -> None:
        self.line = line
        self.found = lexemes(line, start)

    def _value(self, place: int) -> tuple[int, int] | None:
        """A number at `place`, maybe wrapped: its index, and that of what is behind."""
        if place >= len(self.found):
            return None
        one = self.found[place]
        if one.kind == "number":
            return place, place + 1
        if one.kind == "open" or one.text in "'\"":
            end = self.found[place + 2].text if place + 2 < len(self.found) else ""
            is_closed = self._kind(place + 1) == "number" and end in _CLOSING
            return (place + 1, place + 3) if is_closed else None
        is_open = place + 2 < len(self.found) and self.found[place + 1].text == "("
        return self._wrapped(place + 2) if is_open and _WRAPPERS.fullmatch(one.text) else None

    def _wrapped(self, place: int) -> tuple[int, int] | None:
        if self.found[place].kind != "number":
            return None
        for end in range(place + 1, min(place + 24, len(self.found))):
            if self.found[end].text == ")":
                return place, end + 1
        return None

    def _behind(self, place: int) -> tuple[Span | None, Span | None, bool, int]:
        """What belongs to a number: what it is a part of, its average, and doubts."""
        of = average = None
        if self._is("/", place) and self._kind(place + 1) == "number":
            if self.found[place + 1].unit not in ("", "%"):
                return None, None, True, place
            of, place = self._span(place + 1), place + 2
        if self._is("(", place):
            end = place + 1
            while self._kind(end) == "number" or self._is("/", end):
                end += 1
            if self._is(")", end) and end > place + 1:
                average = self._span(place + 1) if end == place + 2 else None
                average = average if self._is_average(place - 1, place + 1) else None
                place = end + 1
        ahead = self.line[self.found[place].start :][:3] if self._kind(place) else ""
        if ahead == "+/-":
            place += 4
        while self._kind(place + 1) == "number" and self.found[place].text in _APART:
            place += 2
        is_list = self._kind(place) == "number" and not self._is("/", place + 1)
        is_list = is_list and not average and not self.found[place].unit
        is_list = (
            is_list
            or (self._is("*", place) and self._kind(place + 1) != "")
            or self._is_label(place)
        )
        is_changed = self._is_arrow(place) and self._kind(place + 1) == "number"
        is_sure = not is_changed and not is_list
        return of, average, is_sure, min(place, len(self.found))

    def _name_behind(self, place: int) -> str:
        end = place
        while self._kind(end) == "word" and end < place + _MOST_WORDS:
            end += 1
        is_cell = end > place and (end == len(self.found) or self._is(",", end))
        return self.line[self.found[place].start : self.found[end - 1].end] if is_cell else ""

    def _has_noun(self, place: int) -> bool:
        """Whether the word behind a number only tells what it counts, ``5.2k tokens``."""
        if place == 0 or self._kind(place + 1) != "word":
            return False
        is_next = self.found[place + 1].start <= self.found[place].end + 2
        is_name = self._is("-", place + 2) and self._kind(place + 3) == "number"  # 10 loss - 0.5
        is_followed = self._kind(place + 2) not in ("number", "sign", "open", "")
        return is_next and is_followed and not is_name

    def _is_average(self, number: int, other: int) -> bool:
        """Whether what is in parentheses is no change, ``0.5 (-0.1)``."""
        if self.found[other].unit not in ("", "%"):
            return False
        signs = self.found[number].text[0], self.found[other].text[0]
        return signs[1] not in "+-\u2212" or signs[0] in "+-\u2212"

    def _is_label(self, place: int) -> bool:
        """Whether the number before names what comes behind a colon, ``loss 100: 0.61``."""
        is_named = self._is(":", place) and self._kind(place + 1) == "number"
        return is_named and is_whole(self.found[place - 1])

    def _is_arrow(self, place: int) -> bool:
        return place < len(self.found) and self.found[place].text in ARROWS

    def _is(self, text: str, place: int) -> bool:
        return place < len(self.found) and self.found[place].text == text

    def _kind(self, place: int) -> str:
        return self.found[place].kind if place < len(self.found) else ""

    def _span(self, place: int) -> Span:
        return self.found[place].start, self.found[place].end

    def _is_alone(self, one: LineToken) -> bool:
        """Whether blanks are on both sides."""
        return self.line[one.start - 1 : one.start].isspace() and self.line[one.end :][:1].isspace()

    def _is_apart(self, end: int, start: int) -> bool:
        """Whether more than a blank is between two tokens."""
        return start > end + 1 or "\t" in self.line[end:start]

    def _is_near(self, end: int, start: int) -> bool:
        between = self.line[end:start]
        return len(between) <= _WIDEST_GAP and "\t" not in between
