"""Reads what one process prints: lines, and what several of them make together."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from tuimon.metrics.printed import may_hold_metrics
from tuimon.metrics.splits import EVALUATIONS, SPLITS
from tuimon.recorder.console_metrics.bars import (
    BarState,
    CentredCounts,
    MetricLine,
    ProgressBars,
    bar_state,
)
from tuimon.recorder.console_metrics.block_heading import BlockHeading
from tuimon.recorder.console_metrics.counters import AT_ONCE
from tuimon.recorder.console_metrics.dictionaries import (
    OpenDictionary,
    as_dictionary,
)
from tuimon.recorder.console_metrics.dictionary_lines import DictionaryReader
from tuimon.recorder.console_metrics.form_cache import FormCache, NumberReader
from tuimon.recorder.console_metrics.growing_counts import GrowingCounts, PlacedLine
from tuimon.recorder.console_metrics.headings import (
    BEST_HEADING,
    DATA_HEADING,
    MORE_OF_BAR,
    OVERALL_HEADING,
    SOURCE_AT_END,
    said_in,
)
from tuimon.recorder.console_metrics.line_form import NOTHING, LineForm, bar_form_of
from tuimon.recorder.console_metrics.plain_lines import line_form
from tuimon.recorder.console_metrics.prefixes import prefix_of
from tuimon.recorder.console_metrics.printed_blocks import ConsoleBlock, ResultBlock
from tuimon.recorder.console_metrics.printed_tables import ConsoleTable, may_be_head
from tuimon.recorder.console_metrics.prose import has_function_word
from tuimon.recorder.console_metrics.steps import Position
from tuimon.recorder.console_metrics.trainings import PrintedPoint, Trainings
from tuimon.recorder.console_metrics.unread_numbers import (
    NO_COUNTS,
    CountRow,
    counts_above,
    counts_of,
    may_be_above,
)

_MOST_UNKNOWN_WORDS = 2
_LONGEST_HEADING = 100
_LONGEST_WIDE = 2048
_NARROW = 24
"""Blanks before the name of a source at the edge, beside which a long word finds no room."""
_MOST_UNNAMED = 64

_OF_TRAINING = re.compile("train|epoch|step|iter|batch", re.IGNORECASE)
"""What a bar of the training is called by, other than one of ``converting images to x2``."""
_ABOVE = frozenset(":*=")
"""What lines end with that stand above others."""

_DIGIT = re.compile(r"\d")
_FRACTION = re.compile(r"\d\.\d")
_OPENING = frozenset("{:-=+━─┐╮")
"""What the first line of a block or a dictionary ends with."""
_NO_DIGITS = re.compile(r"\b(?:[Nn]a[Nn]|[Ii]nf)\b")


@lru_cache(maxsize=256)  # asked for each state of a bar
def _is_of_other(label: str) -> bool:
    """Whether a bar says in words what else is done."""
    return has_function_word(label) and not _OF_TRAINING.search(label)


class OutputReader:
    """What it makes of a line depends on those before alone; its memory of them is bounded."""

    def __init__(self, trainings: Trainings, others: Callable[[str], Trainings]) -> None:
        """`others` gives the trainings of a rank that is named within a line."""
        self._trainings = trainings
        self._others = others
        self._forms = FormCache(line_form)
        self._names = FormCache(lambda text: bar_form_of(text, only_measures=True))
        self._postfixes = FormCache(lambda text: bar_form_of(text, only_measures=False))
        self._numbers = NumberReader()
        self._dictionaries = DictionaryReader(self._names, self._numbers, self._main_bar)
        self._bars = ProgressBars()
        self._centred = CentredCounts()
        self._unnamed: dict[int, int] = {}  # total → count of bars without a name
        self._main_total: int | None = None
        self._in_traceback = False
        self._skips = False
        self._table = ConsoleTable()
        self._block = ConsoleBlock()
        self._dictionary = OpenDictionary()
        self._result = ResultBlock()
        self._heading = BlockHeading()
        self._growing = GrowingCounts()
        self._above = NO_COUNTS
        """Numbers of the last heading that is not understood."""
        self._announces = self._announced = self._evaluates = False
        """Whether epochs are announced, one was since the last bar, and this bar is of none."""
        self._last_drawn: tuple[int, int | None] = (0, None)
        self._wide = ""
        """A bar whose metrics may go on in the next line."""

    def feed(self, text: str) -> list[PrintedPoint]:
        """The points of one line, or of one state of a progress bar."""
        if not self._wide:
            return self._begin(text)
        if MORE_OF_BAR.match(text) and len(self._wide) < _LONGEST_WIDE:
            self._wide = f"{self._wide} {text.strip()}"
            return []
        return [*self._end_of_wide(), *self._begin(text)]

    def _begin(self, text: str) -> list[PrintedPoint]:
        """The points of a line, unless it may go on in the next one."""
        source = SOURCE_AT_END.search(text) if ".py:" in text else None
        if source is not None and source.end(1) - source.start(1) < _NARROW:
            self._wide = text[: source.start()]
            return []
        if "•" in text and (state := bar_state(text)) is not None and "•" in state.rest:
            self._wide = text.rstrip()
            return []
        return self._feed(text)

    def finish(self) -> list[PrintedPoint]:
        """The last states of progress bars that were held back."""
        points = self._end_of_wide()
        points += self._points(self._result.finish())
        points += [point for line in self._bars.finish() for point in self._points(line)]
        return points + self._followed(self._growing.finish())

    def form(self, text: str) -> LineForm:
        """The form of a line."""
        return self._forms.of(text) if may_hold_metrics(text) else NOTHING

    def _end_of_wide(self) -> list[PrintedPoint]:
        wide, self._wide = self._wide, ""
        return self._feed(wide) if wide else []

    def _feed(self, text: str) -> list[PrintedPoint]:
        own = self._without_prefix(text)
        is_inside, result = self._result.feed(own)
        if result is not None:
            points = self._points(result)
            return points if is_inside else [*points, *self._feed(text)]
        if is_inside:
            self._trainings.label(self._result.trial)
            return []
        if self._is_traceback(text) or self._table.begin(own):
            return []
        if (tabled := self._table.row(own) or self._block.feed(own)) is not None:
            return self._points(tabled if tabled.position.known else self._heading.of_table(tabled))
        if self._block.holds_line:
            return []
        is_inside, whole = self._dictionary.feed(own)
        if is_inside:
            return self._of_dictionary(whole) if whole else []
        counted = self._centred.counted(text)
        return [] if counted is None else self._line(counted)

    def _without_prefix(self, text: str) -> str:
        """A line as the readers of what is made of several take it."""
        is_open = self._table.is_open or self._block.is_open or self._dictionary.is_open
        is_cut = is_open or text[-1:] in _OPENING or may_be_head(text)
        is_cut = is_cut or (text[-1:].isalpha() and "|" in text)
        if not is_cut or text[:1] in "|│┃":
            return text
        return text[prefix_of(text).end :]

    def _line(self, text: str) -> list[PrintedPoint]:
        if self._heading.ends_with(text):
            self._heading.clear()
            return []
        if not _DIGIT.search(text) and not _NO_DIGITS.search(text):
            if not text[:1].isspace() and text[:1] not in "│├└╰":
                self._heading.pass_by()
            self._head(text)
            return []
        if (state := bar_state(text)) is not None:
            return self._state(state)
        if may_be_above(text):
            self._above = counts_above(text, prefix_of(text).end) or self._above
        if not may_hold_metrics(text) and not self._heading.position.known:
            if text[-1:] in _ABOVE and not _DIGIT.search(own := text[prefix_of(text).end :]):
                self._head(own)
            return []
        text = as_dictionary(text.rstrip())
        if text.endswith("}"):
            return self._of_dictionary(text)
        return self._plain(text)

    def _is_traceback(self, text: str) -> bool:
        if text.lstrip().startswith("Traceback (most recent call last)"):
            self._in_traceback = True
        elif self._in_traceback and not text[:1].isspace():
            self._in_traceback = False
            return True  # the exception itself
        return self._in_traceback

    def _head(self, text: str) -> None:
        """A line without numbers: maybe what those below it are about."""
        match = DATA_HEADING.fullmatch(text) if len(text) <= _LONGEST_HEADING else None
        if len(text) <= _LONGEST_HEADING and OVERALL_HEADING.fullmatch(text):
            self._trainings.label("")
        elif match is not None:
            self._heading.begin_section(text, SPLITS[match[1].lower()])
        self._skips |= len(text) <= _LONGEST_HEADING and BEST_HEADING.search(text) is not None

    def _state(self, state: BarState) -> list[PrintedPoint]:
        """The points of a state of a progress bar."""
        count, total, name = state.done, state.total, state.name
        if not name and total and (len(self._unnamed) < _MOST_UNNAMED or total in self._unnamed):
            self._unnamed[total] = count
        if self._table.begin(name):
            return []
        if (row := self._table.bar(name, count, total)) is not None:
            return self._bar((name, total), row, None)
        about, measured = self._names.of(name.rstrip(" :")), self._postfixes.of(state.rest)
        said = self._numbers.read(name.rstrip(" :"), about)
        values = said.values + self._numbers.values(state.rest, measured)
        values = tuple((split or about.split, key, value) for split, key, value in values)
        if not values:
            return []
        self._heading.clear()
        self._label(self._trainings, name.rstrip(" :"), about)
        position = Position(said.position.epoch, count, total, "bar", said.position.epochs)
        if said.position.epoch == count and said.position.epochs == total:
            position = position._replace(epoch=None)  # the same, by name
        label = re.sub(r"\d+(?:\.\d+)?", "", name)
        if self._trainings.current.axis.has_trained and _is_of_other(label):
            position = Position(said.position.epoch)
        return self._bar((label, total), MetricLine(position, values), state.elapsed)

    def _bar(
        self, key: tuple[str, int | None], line: MetricLine, elapsed: int | None
    ) -> list[PrintedPoint]:
        lines = self._bars.thin(key, line, elapsed)
        return [point for line in lines for point in self._points(line)]

    def _of_dictionary(self, text: str) -> list[PrintedPoint]:
        line, counts = self._dictionaries.read(text, self._above) or (None, NO_COUNTS)
        if line is None:
            return []
        if not line.position.known:
            is_indented = "\n" in text or text[:1].isspace()
            below = self._heading.below(line, is_indented=is_indented)
            if below is None and self._is_placeless(self._trainings, counts):
                held = self._growing.place(self._trainings, line, counts, needs_proof=False)
                return self._followed(held)
            line = below or line
        return self._points(line)

    def _main_bar(self) -> int | None:
        """Steps of the bar that a trainer draws over the whole training.

        The bar of an evaluation is full when its results come, and that of the training is not.
        """
        if self._main_total is None:
            for total, count in self._unnamed.items():
                if 0 < count < total:
                    self._main_total = total
                    break
        return None if self._main_total is None else self._unnamed.get(self._main_total)

    def _plain(self, text: str) -> list[PrintedPoint]:
        form, part = self._forms.of(text), self._trainings.part
        points = self._read(text, form)
        if form.values and form.place.part is not None and form.place.part[0] in AT_ONCE:
            self._trainings.label(part)  # what comes next may be about all of them
        return points

    def _read(self, text: str, form: LineForm) -> list[PrintedPoint]:
        skips = self._skips and bool(form.values)
        self._skips = not skips and (self._skips or BEST_HEADING.search(text) is not None)
        if form is not NOTHING and not form.is_indented:
            self._heading.pass_by()
        if not form.values and not form.is_heading and _FRACTION.search(text):
            self._trainings.misread += 1
        if form is NOTHING or skips:
            is_said = " of the " in text or " at " in text or " over epoch" in text
            return self._points(said_in(text)) if is_said and not skips else []
        trainings = self._trainings
        if form.rank is not None:
            trainings = self._others(text[form.rank[0] : form.rank[1]])
        points = self._followed(self._growing.finish()) if form.is_heading else []
        if form.values or form.is_heading:
            self._label(trainings, text, form)
        if not form.values:
            self._announce(text, form, trainings)
            return points
        line = self._numbers.read(text, form)
        if form.has_position:
            self._heading.leave()
            line = self._with_epoch(text, form, line)
            if form.unread and self._may_count(trainings, line.position, form.pattern):
                counts = counts_of(text, form.unread, form.pattern)
                return self._followed(self._growing.place_in_epoch(trainings, line, counts))
        elif form.is_guess and not self._heading.position.known:
            return []
        elif not form.is_doubtful and (
            below := self._heading.below(line, is_indented=form.is_indented)
        ):
            line = below
        else:
            is_owned = form.is_indented and self._heading.owns
            needs_proof = form.is_doubtful or (form.is_vague and not is_owned)
            counts = counts_of(text, form.unread, form.pattern)
            counts = counts if counts.numbers else counts.below(self._above)
            if self._is_placeless(trainings, counts):
                held = self._growing.place(trainings, line, counts, needs_proof=needs_proof)
                return self._followed(held)
            if needs_proof:
                return []
        if not form.has_position and not form.split and form.is_summary:
            line = trainings.current.summed_up(line)
        if line.position.total and form.is_drawn:
            return self._drawn(line)
        return self._followed(self._growing.pass_by(trainings, line))

    def _label(self, trainings: Trainings, text: str, form: LineForm) -> None:
        """A line names the part of the run that it is about, ``fold 1``."""
        if form.place.part is not None:
            word, span = form.place.part
            trainings.label(f"{word} {int(text[span[0] : span[1]])}")
            self._table.restart()

    def _drawn(self, line: MetricLine) -> list[PrintedPoint]:
        """The points of a bar as Keras draws it.

        One that no epoch was announced above, of a training that announces them, is that of an
        evaluation.
        """
        count, total = line.position.done or 0, line.position.total
        last, self._last_drawn = self._last_drawn, (count, total)
        if self._announced or total != last[1] or count < last[0]:
            self._evaluates = self._announces and not self._announced
            self._announced = False
        if self._evaluates:
            values = tuple((split or "eval", key, value) for split, key, value in line.values)
            line = MetricLine(line.position, values)
        return self._bar(("", total), line, None)

    def _announce(self, text: str, form: LineForm, trainings: Trainings) -> None:
        """What a line tells for those below it."""
        position = self._numbers.read(text, form).position
        if not form.is_heading:
            trainings.current.axis.enter(position.epoch)
            return
        self._heading.announce(text, position, form.split, is_indented=form.is_indented)
        if position.epoch is not None and self._heading.section not in EVALUATIONS:
            trainings.announce(position.epoch)
            self._announces = self._announced = True

    def _is_placeless(self, trainings: Trainings, counts: CountRow) -> bool:
        """Whether nothing has told where a line is, and a number may."""
        axis = trainings.current.axis
        is_nowhere = axis.trained is None and axis.epoch is None
        return bool(counts.numbers) and (is_nowhere or self._growing.knows(counts.pattern))

    def _may_count(self, trainings: Trainings, position: Position, pattern: str) -> bool:
        """Whether a line tells its epoch alone, and so may the others in it."""
        if position.epoch is None or position.done is not None:
            return False
        return self._growing.knows(pattern) or trainings.current.axis.counts_epochs

    def _with_epoch(self, text: str, form: LineForm, line: MetricLine) -> MetricLine:
        """A line that counts something in an epoch that it tells in a way nobody has heard of."""
        position = line.position
        if not form.unread or position.epoch is not None or position.done is None:
            return line
        counts = counts_of(text, form.unread, form.pattern)
        epoch = None if position.is_global else self._growing.epoch_of(counts, position.done)
        return line if epoch is None else line._replace(position=position._replace(epoch=epoch))

    def _points(self, line: MetricLine | None) -> list[PrintedPoint]:
        if line is None:
            return []
        return self._followed(self._growing.pass_by(self._trainings, line))

    def _followed(self, lines: Iterable[PlacedLine]) -> list[PrintedPoint]:
        return [point for one in lines for point in one.whose.follow(one.line, one.part)]
