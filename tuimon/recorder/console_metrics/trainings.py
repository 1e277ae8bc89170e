"""The trainings that one process prints: folds, trials, one after the other.

Each has an axis of its own, and its points are a part of the run of their own: no curve is
overwritten by that of the next training.
"""

from tuimon.events.event_file import TagPoint
from tuimon.metrics import measure_of
from tuimon.metrics.splits import EVALUATIONS
from tuimon.recorder.console_metrics.bars import Evaluations, MetricLine
from tuimon.recorder.console_metrics.steps import CurveSteps, Position, Step, StepAxis
from tuimon.recorder.console_metrics.tags import LONGEST_TAG, tag_of

MOST_TAGS = 512
_MOST_PARTS = 256
_MOST_EARLY = 16
_MANY = 3
_STEP_LIMIT = 2**62


class PrintedPoint(TagPoint):
    """A point that was printed."""

    part: str = ""
    """The part of the run that it is of, ``fold 1``; empty for the run itself."""


class PrintedTraining:
    """One training: where it is, and what its curves are called."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.axis = StepAxis()
        self._curves: dict[str, CurveSteps] = {}
        self._first: dict[str, PrintedPoint | None] = {}
        """By curve: the point that was told without a step, until another comes."""
        self._early: list[MetricLine] = []
        """An evaluation before all else, until it is clear whether it was before step 0."""
        self._evaluations = Evaluations(self.axis)

    def follow(self, line: MetricLine) -> list[PrintedPoint]:
        """The points of a line, and of an evaluation that is over with it."""
        if self._is_early(line):
            self._early.append(line)
            return []
        points = self._begin(line) if self._early else []
        if self.axis.trained is None:
            return points + self._placed(line)
        lines = self._evaluations.follow(line)
        return points + [point for one in lines for point in self._placed(one)]

    def _is_early(self, line: MetricLine) -> bool:
        """Whether a line belongs to an evaluation before all else."""
        if self.axis.has_begun or self._curves or line.position.known:
            return False
        if len(self._early) >= _MOST_EARLY:
            return False
        told = {one[:2] for early in self._early for one in early.values}
        return not told.intersection(one[:2] for one in line.values) if told else _evaluates(line)

    def _begin(self, line: MetricLine | None = None) -> list[PrintedPoint]:
        """The points of an evaluation before all else: at step 0 if the training counts now."""
        early, self._early = self._early, []
        is_first = line is not None and line.position.known and not _evaluates(line)
        return [point for one in early for point in self._placed(one, is_first=is_first)]

    def summed_up(self, line: MetricLine) -> MetricLine:
        """A line below an evaluation as its last one."""
        return self._evaluations.summed_up(line)

    def finish(self, *, is_understood: bool) -> list[PrintedPoint]:
        """The result of an evaluation that was the last thing of all.

        Of one that nothing tells a place of only if all that may tell it `is_understood`.
        """
        points = self._begin()
        for line in self._evaluations.finish():
            points += self._placed(line)
        return [*points, *self._alone()] if is_understood else points

    def _placed(self, line: MetricLine, *, is_first: bool = False) -> list[PrintedPoint]:
        tagged = [(tag_of(split, key), value) for split, key, value in line.values]
        evaluates = [measure_of(tag).split in EVALUATIONS for tag, _ in tagged]
        steps = dict.fromkeys((False, True), Step(0, told=False)) if is_first else {}
        if not all(evaluates) and not is_first:
            steps[False] = self.axis.of_training(line.position)
        if any(evaluates) and not is_first:
            steps[True] = self.axis.of_evaluation(line.position, is_alone=not steps)
        points: dict[str, PrintedPoint] = {}
        for (tag, value), is_evaluation in zip(tagged, evaluates, strict=True):
            curve = self._curve(tag)
            if tag in points or curve is None:
                continue
            step = steps[is_evaluation]
            number = curve.place(step, self.axis.epoch, line.subject, evaluates=is_evaluation)
            if number is not None and 0 <= number < _STEP_LIMIT:
                points[tag] = PrintedPoint(tag, number, value)
                if self.part:
                    points[tag].part = self.part
        if self.axis.is_somewhere or any(step.number is not None for step in steps.values()):
            return [*self._alone(), *points.values()] if self._first else list(points.values())
        return self._with_first(points)

    def _alone(self) -> list[PrintedPoint]:
        """Points that were the only ones of their curves so far."""
        alone = [point for point in self._first.values() if point is not None]
        self._first.clear()
        return alone

    def _with_first(self, points: dict[str, PrintedPoint]) -> list[PrintedPoint]:
        """Points of a training that tells no step: one alone of its curve may be of anywhere."""
        found: list[PrintedPoint] = []
        for tag, point in points.items():
            first = self._first.setdefault(tag, point)
            if first is point:
                continue
            if first is not None:
                found.append(first)
                self._first[tag] = None
            found.append(point)
        return found

    def _curve(self, tag: str) -> CurveSteps | None:
        """The curve of a tag; None for one too many."""
        if tag not in self._curves and len(self._curves) < MOST_TAGS and len(tag) <= LONGEST_TAG:
            self._curves[tag] = CurveSteps()
        return self._curves.get(tag)


def _evaluates(line: MetricLine) -> bool:
    """Whether a line is about evaluations alone."""
    tags = (tag_of(split, key) for split, key, _ in line.values)
    return all(measure_of(tag).split in EVALUATIONS for tag in tags)


class Trainings:
    """What one process trains, in turn or at once; `printer` is the process, if there are more."""

    def __init__(self, printer: str = "") -> None:
        self._printer = printer
        self.misread = 0
        """Lines that may have told metrics."""
        self.part = ""
        """The label of what is under way, ``fold 1``; empty for the run itself."""
        self._parts: dict[str, list[PrintedTraining]] = {"": [PrintedTraining(printer)]}
        """By label: trainings that were begun one after the other under it."""

    @property
    def current(self) -> PrintedTraining:
        """The training that is under way."""
        return self._parts[self.part][-1]

    def label(self, label: str) -> None:
        """What follows is about that part of the run, ``fold 1``."""
        if label not in self._parts:
            if len(self._parts) >= _MOST_PARTS:
                return
            self._parts[label] = [PrintedTraining(self._part(label))]
        self.part = label

    def announce(self, epoch: float) -> None:
        """An epoch was named above what it has to tell."""
        self._begin_if_anew(Position(epoch))
        self.current.axis.announce(epoch)

    def follow(self, line: MetricLine, part: str) -> list[PrintedPoint]:
        """The points of a line that was printed while `part` was under way."""
        if not line.values:
            return []
        self.part, now = part, self.part
        held = [] if self._is_evaluation(line) else self._begin_if_anew(line.position)
        points = held + self.current.follow(line)
        self.part = now
        return points

    def finish(self) -> list[PrintedPoint]:
        """What the trainings have held back."""
        all_of_them = [one for trainings in self._parts.values() for one in trainings]
        understood = self._is_understood
        return [
            point for training in all_of_them for point in training.finish(is_understood=understood)
        ]

    @property
    def _is_understood(self) -> bool:
        return self.misread < _MANY

    def _is_evaluation(self, line: MetricLine) -> bool:
        return self.current.axis.has_trained and _evaluates(line)

    def _begin_if_anew(self, position: Position) -> list[PrintedPoint]:
        if not self.current.axis.begins_anew(position):
            return []
        held = self.current.finish(is_understood=self._is_understood)
        trainings = self._parts[self.part]
        if len(trainings) < _MOST_PARTS:
            name = self._part(self.part, f"training {len(trainings) + 1}")
            trainings.append(PrintedTraining(name))
        return held

    def _part(self, *names: str) -> str:
        return " ".join(name for name in (self._printer, *names) if name)
