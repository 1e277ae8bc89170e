"""What is drawn or said again and again while it goes on, thinned out.

Progress bars, bars with a count drawn into their middle, and evaluations, which are held until they
are over.
"""

import re
from typing import NamedTuple

from tuimon.metrics.splits import EVALUATIONS
from tuimon.recorder.console_metrics.steps import Position

TQDM = re.compile(
    r"^(?P<name>.{0,400}?)(?:\d{1,3}%\|.{0,400}?\|\s*|(?<![\w.]))(?P<count>\d{1,15})"
    r"(?:/(?P<total>\d{1,15})|it) "
    r"\[(?P<elapsed>\d+:\d\d(?::\d\d)?)(?:<[^,\]]*)?(?P<rest>,[^\]]*)?\]"
)
DRAWN = re.compile(r"(?:━|\[=*>?\.*\]|\s-\s)")
"""What shows that a line of another program is a bar."""

_DRAWN_FIRST = re.compile(r"\s*\[=*>?\.*\]\s+(?P<rest>\S.*)")
_COUNT_ALONE = re.compile(r"\s*(?P<count>\d{1,15})/(?P<total>\d{1,15})\s*")
_DURATION = re.compile(r"\b(?:Step|Tot): (?:\d+(?:D|h|m|s|ms))+ \| ")

_MOST_BARS = 256


class MetricLine(NamedTuple):
    """What a line says, before it is known which steps these are."""

    position: Position
    values: tuple[tuple[str, str, float], ...]
    """(split, name, value)."""


class ProgressBars:
    """Thins out the states of progress bars: one a second and a hundred besides.

    Keeps a bounded memory of them.
    """

    def __init__(self) -> None:
        self._bars: dict[tuple[str, int | None], _Bar] = {}

    def thin(
        self, key: tuple[str, int | None], line: MetricLine, elapsed: int | None
    ) -> list[MetricLine]:
        """What is to be told now that the bar `key`, drawn for `elapsed` seconds, shows `line`.

        The last state of a bar that begins anew is told even if it was left out before.
        """
        count, total = line.position.done or 0, line.position.total
        if len(self._bars) > _MOST_BARS:
            self._bars.clear()
        bar = self._bars.setdefault(key, _Bar())
        if line == bar.line and count == bar.shown[0]:
            bar.held = None
            return []
        told: list[MetricLine] = []
        if bar.held is not None and count < (bar.held.position.done or 0):
            told = bar.release()
        if not bar.is_due(count, total, elapsed):
            bar.held = line
            return told
        bar.shown, bar.line, bar.held = (count, elapsed), line, None
        return [*told, line]

    def finish(self) -> list[MetricLine]:
        """The last states that were left out."""
        return [line for bar in self._bars.values() for line in bar.release()]


class _Bar:
    def __init__(self) -> None:
        self.shown: tuple[int, int | None] = (-1, None)
        self.line: MetricLine | None = None
        self.held: MetricLine | None = None

    def is_due(self, count: int, total: int | None, elapsed: int | None) -> bool:
        shown, at = self.shown
        if count < shown or count == total or shown < 0:
            return True
        if elapsed is not None and elapsed != at:
            return True
        return count - shown >= max(1, (total or 0) / 100)

    def release(self) -> list[MetricLine]:
        held, self.held = self.held, None
        return [] if held is None else [held]


class CentredCounts:
    """Bars whose count is drawn into their middle after all else, as by kuangliu's pytorch-cifar.

    The first bar that is drawn in an epoch is that of the training; one with another total after
    it is that of an evaluation.
    """

    def __init__(self) -> None:
        self._bar = ""
        self._total: str | None = None
        """That of the training."""

    def counted(self, text: str) -> str | None:
        """A bar as other programs draw it, with its count in front, once that has come.

        None while it has not; the text itself if it is no part of such a bar.
        """
        bar, self._bar = self._bar, ""
        if bar and (count := _COUNT_ALONE.fullmatch(text)):
            if self._total is None:
                self._total = count["total"]
            split = "" if count["total"] == self._total else "eval "
            return f"{split}{count['count']}/{count['total']} [=>] {bar}"
        if drawn := _DRAWN_FIRST.fullmatch(text):
            self._bar = _DURATION.sub("", drawn["rest"])
            return None
        return text


class Evaluations:
    """Holds what an evaluation says on its way until it is over."""

    def __init__(self) -> None:
        self._held: MetricLine | None = None

    def follow(self, line: MetricLine) -> list[MetricLine]:
        """What is to be told now that `line` has come: the result that was held, the line."""
        held, self._held = self._held, None
        told = [] if held is None else _rest_of(held, line)
        if _is_part(line):
            self._held = line
            return told
        return [*told, line]

    def summed_up(self, line: MetricLine) -> MetricLine:
        """The line below an evaluation, ``* Acc@1 76.1``, as its last one."""
        if self._held is None:
            return line
        split = self._held.values[0][0]
        values = tuple((split, key, value) for _, key, value in line.values)
        return MetricLine(self._held.position, values)

    def finish(self) -> list[MetricLine]:
        """The result of an evaluation that was the last thing of all."""
        held, self._held = self._held, None
        return [] if held is None else [held]


def _is_part(line: MetricLine) -> bool:
    """Whether a line is about a batch of an evaluation."""
    position = line.position
    if position.done is None or position.total is None or position.is_global:
        return False
    return bool(line.values) and all(split in EVALUATIONS for split, _, _ in line.values)


def _rest_of(held: MetricLine, line: MetricLine) -> list[MetricLine]:
    """What of a held line the next one does not say anew."""
    if not _is_part(line) or line.position.total != held.position.total:
        return [held]
    if (line.position.done or 0) < (held.position.done or 0):
        return [held]  # another evaluation
    said = {(split, key) for split, key, _ in line.values}
    values = tuple(one for one in held.values if one[:2] not in said)
    return [MetricLine(held.position, values)] if values else []
