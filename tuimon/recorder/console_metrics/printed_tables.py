"""Tables that trainings print: names above rows of numbers."""

import re
from typing import NamedTuple

from tuimon.metrics.printed import is_charted, is_metric
from tuimon.metrics.splits import split_of
from tuimon.recorder.console_metrics.bars import MetricLine
from tuimon.recorder.console_metrics.numerals import to_number
from tuimon.recorder.console_metrics.prose import has_function_word
from tuimon.recorder.console_metrics.steps import Position

MOST_CELLS = 64
_FEWEST_OF_OTHERS = 4
LONGEST_ROW = 1024
_EPOCHS = frozenset({"ep", "epoch", "epochs", "e"})
_STEPS = frozenset({"it", "iter", "iteration", "step", "steps", "#"})
_CLASSES = frozenset({"class", "classes"})
_FIRST = rf"(?:{'|'.join(_EPOCHS | _STEPS | _CLASSES)})(?![\w=:])"
_HEAD = re.compile(rf"[\s|│┃]*(?:#\s?)?{_FIRST}", re.IGNORECASE)
_COMMENT = re.compile(rf"#(?=\s?{_FIRST})", re.IGNORECASE)
_COUNTER = re.compile(
    r"(?:\w+[_ ])?(?:epochs?|iters?|iterations?|steps?|updates|episodes?)", re.IGNORECASE
)
_COUNTED = re.compile(rf"(?<![^\s|│┃,])(?i:{_COUNTER.pattern})\s*(?:[|│┃,]|\s\s|$)")
"""What may be one whose first column counts nothing."""

_VALUE = re.compile(r"[\s:=]\d+\.\d|[:=]\s?\d")
"""What no head has in it."""

PIPES = re.compile(r"[|│┃]")
WIDE = re.compile(r"\s{2,}|\t")
_COMMA = re.compile(",")
_SEMICOLON = re.compile(";")
_SINGLE = re.compile(r"[^\s|│┃]+")
NAME = re.compile(r"#|[A-Za-z][\w@/.%()+\- ]{0,60}(?:\[[A-Za-z%/]{1,12}\])?")
_PAIR = re.compile(r"\s\d[\d.]*$")
_NUMBERED = re.compile(r"(\d{1,9})(?:/\d{1,9})?(?: \([\d.]+%\))?")
_NO_NUMBER = re.compile(
    r"|-|None|#na#|n/a|\d+:\d\d(?::\d\d)?|(?:\d+(?:\.\d+)?\s?[A-Za-z/]+(?:, )?)+"
)
"""What also stands in a row of numbers: nothing, times, sizes of memory."""
_NOTE = re.compile(r"\s(?:[←★✓✔*]|<-).*$")
"""Behind a row, that it was saved or is the best."""
_MARKS = ("+", "*")
_CHECKPOINT = "cp"
"""skorch's column that holds a plus, or nothing that could be seen, where it has saved."""

_DRAWN = re.compile(r"[|:\[]")
"""What bars have."""

_GROUP = re.compile(r"(\w+)\((.+)")


_YOLO = ("gpu_mem", frozenset({"box", "obj", "cls", "dfl", "kobj", "pose", "seg", "total"}))
"""A column of YOLO's tables, and what the losses are called in them."""


class _Head(NamedTuple):
    """The names of a table, where they stand, and what is between them."""

    names: tuple[str, ...]
    between: re.Pattern[str] | None
    spans: tuple[tuple[int, int], ...]

    place: int
    """The index of the column that tells where a row is."""

    @property
    def counts_epochs(self) -> bool:
        """Whether that column does, not steps."""
        return _word_of(self.names[self.place]) in _EPOCHS

    def epoch_of(self, values: list[tuple[str, float]]) -> float | None:
        """The epoch of a row whose steps are counted besides; they may begin anew in each."""
        if self.counts_epochs:
            return None
        return next((value for name, value in values if _word_of(name) in _EPOCHS), None)


class ConsoleTable:
    """Names above, below them a row for each epoch or step: skorch, fastai, Ultralytics."""

    def __init__(self) -> None:
        self._head: _Head | None = None
        self._classes: tuple[str, ...] = ()
        self._splits: tuple[str, ...] = ()
        """The parts of the data that the columns beside names are about."""
        self._last = -1
        self._epoch: float | None = None
        self._offset = 0
        self._is_new = False

    @property
    def is_open(self) -> bool:
        """Whether a head has come."""
        return self._head is not None or bool(self._classes or self._splits)

    def begin(self, text: str) -> bool:
        """Whether a line is the head of a table, which then is the one that goes on."""
        if self._begins_splits(text):
            return True
        if not may_be_head(text) or (head := _head_of(text)) is None:
            return False
        if head.names[0].lower() in _CLASSES:
            self._classes = _ungrouped(head.names)
            return True
        self._head = head
        self._is_new = True
        return True

    def row(self, text: str) -> MetricLine | None:
        """What the next row tells; None if the line is none.

        A table that begins anew goes on where the one before has ended, as that of a training in
        several stages does.
        """
        if self._classes and (line := self._result(text)):
            return line
        if self._splits and (line := self._beside(text)):
            return line
        if self._head is None or (found := _read(text, self._head)) is None:
            return None
        number, values = found
        last, self._epoch = self._epoch, self._head.epoch_of(values)
        if self._epoch is not None and last is not None and self._epoch > last:
            self._last = -1
        if number + self._offset <= self._last:
            if not self._is_new:
                return None
            self._offset = self._last + 1 - number
        self._is_new = False
        self._last = number + self._offset
        charted = tuple(
            ("", name.partition(" [")[0], value)  # loss [MSE]
            for name, value in values
            if is_charted(name) and _word_of(name) not in _STEPS | _EPOCHS
        )
        return MetricLine(self._position(self._last), charted)

    def bar(self, text: str, done: int | None, total: int | None) -> MetricLine | None:
        """What a row tells behind which the bar of its epoch is drawn, as by Ultralytics."""
        if self._head is None or (found := _read(text.rstrip(": "), self._head)) is None:
            return None
        number, values = found
        column, losses = _YOLO
        own = losses if column in map(str.lower, self._head.names) else ()
        line = tuple(
            ("train", name, value)
            for name, value in values
            if is_metric(name, f"{value}", ":") or name in own
        )
        return MetricLine(Position(float(number), done, total), line) if line else None

    def restart(self) -> None:
        """Another training begins: its rows count from their own numbers."""
        self._last, self._offset, self._epoch = -1, 0, None

    def _begins_splits(self, text: str) -> bool:
        """Whether a line is ``Training | Validation``."""
        if "|" not in text or len(text) > LONGEST_ROW:
            return False
        splits = tuple(split_of(cell) for cell in cells_of(text, PIPES))
        if len(splits) < 2 or not all(splits):
            return False
        self._splits = splits
        return True

    def _beside(self, text: str) -> MetricLine | None:
        """A name beside its values of several parts of the data, as by AllenNLP."""
        name, *cells = cells_of(text, PIPES) if "|" in text else [""]
        if len(cells) != len(self._splits) or not NAME.fullmatch(name):
            self._splits = ()
            return None
        values = zip(self._splits, map(to_number, cells), strict=True)
        told = [(split, name, value) for split, value in values if value is not None]
        return MetricLine(Position(), tuple(told) if is_charted(name) else ())

    def _position(self, number: int) -> Position:
        if self._head is not None and self._head.counts_epochs:
            return Position(float(number))
        if self._epoch is not None and self._epoch >= 0:
            return Position(self._epoch, number, unit="step")
        return Position(done=number, unit="global")

    def _result(self, text: str) -> MetricLine | None:
        """The row of all classes below the head of an evaluation, as by Ultralytics."""
        cells = text.split()
        if not cells or cells[0] != "all" or len(cells) != len(self._classes):
            return None
        values = zip(self._classes[1:], map(to_number, cells[1:]), strict=True)
        charted = [("val", name, value) for name, value in values if value is not None]
        self._classes = ()
        return MetricLine(Position(), tuple(one for one in charted if is_charted(one[1])))


def _word_of(name: str) -> str:
    return name.partition(" ")[0].lower()


def may_be_head(text: str) -> bool:
    """A quick look at a line."""
    if text[-1:].isdigit() or (text[-1:] == "]" and ";" not in text):
        return False
    is_wide = "  " in text or "\t" in text or "," in text or "|" in text or "│" in text
    return _HEAD.match(text) is not None or (is_wide and _COUNTED.search(text) is not None)


def _head_of(text: str) -> _Head | None:
    if _VALUE.search(text) or len(text) > LONGEST_ROW:
        return None
    text = _COMMENT.sub(" ", text.rstrip(": "), count=1)
    for between in (PIPES, WIDE, None) if PIPES.search(text) else (_SEMICOLON, _COMMA, WIDE, None):
        spans = [(a, b) for a, b in _spans(text, between) if text[a:b] != _CHECKPOINT]
        names = [text[a:b] for a, b in spans]
        if not 2 <= len(names) <= MOST_CELLS or has_function_word(text):
            continue
        place = _counting(names, is_loose=between is None or ", " in text)
        if place is None or any(map(_PAIR.search, names)):
            continue
        if not all(map(NAME.fullmatch, names)):
            continue
        if any(is_metric(name, "0.5", ":") for name in names) or _YOLO[0] in map(str.lower, names):
            return _Head(tuple(names), between, tuple(spans), place)
    return None


def _counting(names: list[str], *, is_loose: bool) -> int | None:
    """The index of the column that tells where a row is: of steps, else of epochs, else the first.

    One that does not begin with it is no head if it is as loose as a sentence.
    """
    steps = next((at for at, name in enumerate(names) if _word_of(name) in _STEPS), None)
    if _word_of(names[0]) in _EPOCHS | _STEPS | _CLASSES:
        return steps or 0
    if is_loose or len(names) < _FEWEST_OF_OTHERS:
        return None
    counters = [at for at, name in enumerate(names) if _COUNTER.fullmatch(name)]
    return min(counters, key=lambda at: _word_of(names[at]) in _EPOCHS, default=None)


def _spans(text: str, between: re.Pattern[str] | None) -> list[tuple[int, int]]:
    """Where the cells of a row are, without the blanks and bars around them."""
    end = len(text.rstrip(" \t|│┃"))
    begin = len(text) - len(text.lstrip(" \t|│┃"))
    if between is None:
        return [one.span() for one in _SINGLE.finditer(text, begin, end)]
    spans = []
    for cut in [*between.finditer(text, begin, end), None]:
        stop = end if cut is None else cut.start()
        cell = text[begin:stop]
        left = begin + len(cell) - len(cell.lstrip())
        spans.append((left, max(left, begin + len(cell.rstrip()))))
        begin = end if cut is None else cut.end()
    return spans


def cells_of(text: str, between: re.Pattern[str] | None) -> list[str]:
    return [text[a:b] for a, b in _spans(text, between)]


def _read(text: str, head: _Head) -> tuple[int, list[tuple[str, float]]] | None:
    """The number of a row, and its values by name."""
    if len(text) > LONGEST_ROW or not text[:64].strip(" \t|│┃")[:1].isdigit():
        return None
    text = _NOTE.sub("", text)
    cells = [cell for cell in cells_of(text, head.between) if cell not in _MARKS]
    if head.between is PIPES and len(cells) == len(head.names) - 1:
        cells.append("")  # what is empty at the end
    if len(cells) != len(head.names) and head.between is not PIPES:
        cells = [cell for cell in cells_of(text, None) if cell not in _MARKS]
    if len(cells) == len(head.names) + 1 and head.spans[0][0] > 0 and cells[0].isdigit():
        del cells[0]  # the index of a table of pandas
    if len(cells) != len(head.names):
        cells = _below(text, head)
    if len(cells) != len(head.names) or not (counted := _NUMBERED.fullmatch(cells[head.place])):
        return None
    values = []
    for name, cell in zip(head.names, cells, strict=True):
        cell = cell.strip("[]")
        if head.between is _SEMICOLON:
            cell = cell.replace(",", ".")  # a decimal one
        value = to_number(cell.rstrip("%"))
        if value is not None:
            values.append((name, value))
        elif _may_hold_words(head, name, cell):
            continue
        elif not _NO_NUMBER.fullmatch(cell) and not _NUMBERED.fullmatch(cell):
            return None
    return int(counted[1]), values


def _may_hold_words(head: _Head, name: str, cell: str) -> bool:
    """Whether a cell without a number stands in a column for words: of bars any, else the last."""
    is_last = name is head.names[-1] and not _DRAWN.search(cell)
    return (head.between is PIPES or is_last) and not is_metric(name, "0.5", ":")


def _below(text: str, head: _Head) -> list[str]:
    """The cells of a row of which some are empty: those that begin, or end, below their names."""
    cells = _spans(text, None)
    for side in (0, 1):
        places = {span[side]: place for place, span in enumerate(head.spans)}
        if all(span[side] in places for span in cells):
            found = [""] * len(head.names)
            for a, b in cells:
                found[places[(a, b)[side]]] = text[a:b]
            return found
    return []


def _ungrouped(names: tuple[str, ...]) -> tuple[str, ...]:
    """``Box(P R mAP50)`` → ``P R mAP50``; of several groups each name with its own."""
    is_one = sum(_GROUP.match(name) is not None for name in names) < 2
    group, found = "", []
    for name in names:
        if match := _GROUP.match(name):
            group, name = match[1], match[2]
        plain = name.rstrip("):")
        found.append(f"{group}({plain})" if group and not is_one else plain)
        group = "" if name.endswith(")") else group
    return tuple(found)
