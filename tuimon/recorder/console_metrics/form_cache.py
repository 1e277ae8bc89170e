"""The forms of lines that were seen, each found out once."""

import re
from collections.abc import Callable

from tuimon.recorder.console_metrics.bars import MetricLine
from tuimon.recorder.console_metrics.counters import Count, Span
from tuimon.recorder.console_metrics.line_form import LineForm
from tuimon.recorder.console_metrics.numerals import count_of, has_decimal_comma, value_of
from tuimon.recorder.console_metrics.steps import Position

_MOST_FORMS = 1024
_LONGEST_KEPT = 1024
_DIGITS = str.maketrans("123456789", "000000000")
_MONTH_AND_DAY = re.compile(r"(\d\d)/(\d\d)")
_AROUND = r"\s=:,;|()\[\]{}<>\"'"
_NUMBERED = re.compile(rf"(?<![^{_AROUND}])[-/*#+]*[^\W\d][^{_AROUND}]*\d[^{_AROUND}]*")
"""Words with digits, which are no numbers: ``Acc@1``."""


class FormCache:
    """Keeps what a function finds out of lines that differ in their numbers alone."""

    def __init__(self, find: Callable[[str], LineForm]) -> None:
        self._find = find
        self._kept: dict[str, tuple[tuple[tuple[int, int, str], ...], LineForm]] = {}

    def of(self, line: str) -> LineForm:
        """The form of a line."""
        key = line.translate(_DIGITS)
        kept = self._kept.get(key)
        if kept is not None and all(line[a:b] == text for a, b, text in kept[0]):
            return kept[1]
        form = self._find(line)
        if len(line) <= _LONGEST_KEPT:
            if len(self._kept) >= _MOST_FORMS:
                self._kept.clear()
            words = tuple((*one.span(), one.group()) for one in _NUMBERED.finditer(line))
            self._kept[key] = words, form
        return form


class NumberReader:
    """Reads the numbers of lines at the places that their forms tell.

    What a comma is in numbers is known from the first that leaves no doubt.
    """

    def __init__(self) -> None:
        self._comma = ""

    def read(self, line: str, form: LineForm) -> MetricLine:
        """What a line says."""
        subject = " ".join((form.subject, *(_text(line, span) for span in form.labels)))
        return MetricLine(_position(line, form), self.values(line, form), subject)

    def values(self, line: str, form: LineForm) -> tuple[tuple[str, str, float], ...]:
        """The values of a line: (split, name, value)."""
        if form.has_points:
            self._comma = ","
        found = []
        for split, key, span, of, counts in form.values:
            text = line[span[0] : span[1]]
            if "," in text and has_decimal_comma(text):
                self._comma = "."
            value = value_of(text, comma="," if counts else self._comma)
            if value is not None and of is not None:
                total = value_of(line[of[0] : of[1]], comma=",")
                value = value / total if total and total >= value else None
            if value is not None:
                found.append((split, key, value))
        return tuple(found)


def _position(line: str, form: LineForm) -> Position:
    place = form.place
    epoch = None if place.epoch is None else float(_text(line, place.epoch).replace(",", ""))
    epochs = None if place.epochs is None else count_of(_text(line, place.epochs))
    if (count := place.counted) is None or _may_be_date(line, count, form):
        return Position(epoch, epochs=epochs)
    done = count_of(_text(line, count.number), count.scale)
    total = None if count.total is None else count_of(_text(line, count.total), count.total_scale)
    return Position(epoch, done, total, count.unit, epochs)


def _may_be_date(line: str, count: Count, form: LineForm) -> bool:
    """Whether a count without a name, a bracket or a bar may be a month and a day."""
    if count.end or count.total is None or form.is_drawn:
        return False
    match = _MONTH_AND_DAY.fullmatch(line[count.number[0] : count.total[1]])
    return match is not None and 1 <= int(match[1]) <= 12 and 1 <= int(match[2]) <= 31


def _text(line: str, span: Span) -> str:
    return line[span[0] : span[1]]
