"""Where a training is, from the lines and bars that it prints, with values or without."""

import re
from typing import Literal, NamedTuple

from tuimon.metrics.splits import EVALUATIONS
from tuimon.recorder.console_metrics.bars import BarState, bar_state
from tuimon.recorder.console_metrics.form_cache import FormCache, NumberReader
from tuimon.recorder.console_metrics.line_form import (
    NOTHING,
    LineForm,
    bar_form_of,
)
from tuimon.recorder.console_metrics.plain_lines import line_form
from tuimon.recorder.console_metrics.prefixes import printer_of
from tuimon.recorder.console_metrics.steps import Position

_LONGEST = 1024
_MAY_TELL = re.compile(r"\d")
_NUMBER = r"""['"]: ?['"]?(\d{1,12}(?:\.\d{1,15})?)"""
_LOGGED_EPOCH = re.compile(rf"""['"]epoch{_NUMBER}""")
"""What Hugging Face's Trainer logs, among the rest."""
_LOGGED_STEP = re.compile(rf"""['"](?:global_?)?(?:step|iter|iteration){_NUMBER}""")
_LOGGED_STEPS = re.compile(rf"""['"](?:max|total|num)_(?:steps|iters?|iterations){_NUMBER}""")
"""Dictionaries and JSON."""
_OF_ROW = re.compile(r"\s{0,12}(\d{1,9})/(\d{1,9})\s{2,}\S")
"""A row of a table before its bar, as Ultralytics prints it: epochs."""
_EPOCHS = re.compile(r"epochs\b", re.IGNORECASE)
_STEPS = re.compile(r"(?:steps|iterations|iters|updates|timesteps)\b", re.IGNORECASE)
_OTHER_WORK = re.compile(
    r"^map\b|\b(?:sampling|ddim|denoising|predict(?:ing|ions?)?|evaluat(?:e|ing)|generat(?:ing|ion)"
    r"|inference|warm-?up|(?:pre|up|down)?loading|fetching|filter(?:ing)?|shards?|(?:pre)?processing"
    r"|tokeni[sz](?:er|ing)|caching|extracting|(?:en|de)coding|saving|copying|indexing)\b",
    re.IGNORECASE,
)
"""Bars with such names are none of the training, whatever they count."""
_PART = r"(?:fold|trial|task|run|model|seed|repeat|split|stage|phase|round)"
_ONE_OF_MANY = re.compile(
    rf"\b{_PART}[\s:#=]{{0,3}}\d{{1,6}}\s?(?:/|of\b)\s?(?!1\b)\d"
    rf"|^\W{{0,80}}(?:(?:train|start|begin|runn?)\w{{0,5}}\s)?(?:fold|trial)[\s:#=]{{0,3}}\d+\W*$",
    re.IGNORECASE,
)
"""What announces one of several trainings: when all of them are done, nobody tells."""
_COUNTED = ("step", "iteration", "progress")
_FEWEST_STEPS = 10
"""Fewer are parts of a program (``Step 2/3: train``)."""
_FEW_COUNTS = 3
_ROUND = 5
"""Epochs are so many, or a multiple, where it is not clear whether the last is told."""

Scale = Literal["epochs", "steps", "bar"]


class Sighting(NamedTuple):
    """So much is done, of a total if that is told.

    ``epochs`` and ``steps`` are those of the whole training, a ``bar`` may be one of anything.
    """

    scale: Scale
    done: float
    total: float | None = None
    name: str = ""


class PositionLines:
    """What it makes of a line depends on those before alone."""

    def __init__(self) -> None:
        self._forms = FormCache(_form)
        self._names = FormCache(lambda text: bar_form_of(text, only_measures=True))
        self._numbers = NumberReader()
        self._printer: str | None = None
        self.is_one_of_many = False
        """Whether several trainings follow each other, so that nobody knows the whole."""
        self._base: int | None = None
        self._start: float | None = None
        """Epochs done before the one that is under way."""
        self._epochs: int | None = None
        self._last: int | None = None
        """The number of the last epoch, where that is told."""
        self._batches: int | None = None
        """In an epoch, by the first that counts them."""
        self._batch = 0
        self._counted = 0
        """How often they were told in this epoch."""
        self._counts_on = False
        """Whether they go on from epoch to epoch."""

    def read(self, text: str) -> Sighting | None:
        """Where the training is by this line, or this state of a bar."""
        if self.is_one_of_many or len(text) > _LONGEST or not _MAY_TELL.search(text):
            return None
        name, begin = printer_of(text)
        if begin:
            self._printer = self._printer or name
            if name != (self._printer if not name.isdigit() else "0"):
                return None
            text = text[begin:]
        if (state := bar_state(text)) is not None:
            return self._bar(state, is_rich="\u2501" in text)
        if (logged := _LOGGED_EPOCH.search(text)) is not None:
            return Sighting("epochs", float(logged[1]), name="fractions")
        if (logged := _LOGGED_STEP.search(text)) is not None:
            of = _LOGGED_STEPS.search(text)
            return Sighting("steps", float(logged[1]), float(of[1]) if of else None, "logged")
        form = self._forms.of(text)
        if form is NOTHING:
            self.is_one_of_many = _ONE_OF_MANY.search(text) is not None
            return None
        if form.place.part is not None or form.split in EVALUATIONS:
            return None
        return self._of(self._numbers.read(text, form).position, has_values=form.is_heading)

    def _bar(self, state: BarState, *, is_rich: bool) -> Sighting | None:
        name = state.name.rstrip(" :")
        about = self._names.of(name)
        is_other = about.split in EVALUATIONS or _OTHER_WORK.search(name)
        if is_other or about.place.part is not None:
            return None
        position = self._numbers.read(name, about).position
        if row := _OF_ROW.match(state.name):
            position = Position(float(row[1]), epochs=int(row[2]))
        if position.epoch is not None and state.total:
            if is_rich and position.epoch == 0 and position.epochs is not None:
                self._last = position.epochs  # Lightning tells the number of the last
            if not position.total:  # else its name tells the batches, and it may be over all
                position = position._replace(done=state.done, total=state.total, unit="batch")
            return self._of(position, has_values=False)
        label = re.sub(r"\d+(?:\.\d+)?", "", name)
        if _EPOCHS.search(name):
            return Sighting("epochs", state.done, state.total, name="bar")
        if _STEPS.search(name) and state.total:
            return Sighting("steps", state.done, state.total, label)
        inside = self._inside(state.done, state.total)
        return inside or (Sighting("bar", state.done, state.total, label) if state.total else None)

    def _of(self, position: Position, *, has_values: bool) -> Sighting | None:
        epoch, done, total = position.epoch, position.done, position.total
        if epoch is not None:
            return self._of_epoch(position, epoch, has_values=has_values)
        if done is None:
            return None
        if position.is_global:
            return Sighting("steps", done, total)
        if self._start is not None:
            return self._inside(done, total)
        if position.unit in _COUNTED:
            is_step = total is None or has_values or total >= _FEWEST_STEPS
            return Sighting("steps", done, total, position.unit) if is_step else None
        return Sighting("bar", done, total, "row") if total else None

    def _of_epoch(self, position: Position, epoch: float, *, has_values: bool) -> Sighting | None:
        done, total = position.done, position.total
        if epoch != int(epoch):
            return Sighting("epochs", epoch, position.epochs, name="fractions")
        if self._base is None:
            self._base = 0 if epoch == 0 else 1
        if position.epochs is not None:
            self._epochs = self._all(position.epochs)
        start = epoch - self._base
        if start != self._start:
            goes_on = done is not None and done > self._batch
            self._counts_on |= goes_on and self._counted >= _FEW_COUNTS
            self._begin_epoch()
        self._start = start
        if done is not None and position.is_global:
            return Sighting("steps", done, total)
        if done is not None and total and not self._counts_on:
            return self._inside(done, total)
        if done is not None:
            return Sighting("steps", done, total, position.unit)
        if has_values:
            self._start += 1
            self._begin_epoch()
        return self._sighting(0.0)

    def _begin_epoch(self) -> None:
        self._batches = self._batches if self._counted else None
        self._batch = self._counted = 0

    def _inside(self, done: int, total: int | None) -> Sighting | None:
        """Batches of the epoch that is under way, unless they are of an evaluation."""
        if self._start is None or not total or done > total:
            return None
        if self._batches is None:
            self._batches = total
        if total != self._batches or done < self._batch:
            return None
        self._counted += done > self._batch
        self._batch = done
        return self._sighting(done / total)

    def _sighting(self, share: float) -> Sighting:
        assert self._start is not None
        return Sighting("epochs", self._start + share, self._epochs, name="counted")

    def _all(self, told: int) -> int:
        """How many epochs there are if so many are told: the first may be 0, and the last told."""
        is_last = told == self._last or (told + 1) % _ROUND == 0
        return told + 1 if self._base == 0 and is_last else told


def _form(text: str) -> LineForm:
    """Where the position is in a line; ``is_heading`` is whether it has values besides."""
    form = line_form(text)
    if form.has_position:
        return form._replace(is_heading=bool(form.values))
    return NOTHING
