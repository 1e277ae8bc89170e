"""What is drawn or said again and again while it goes on, thinned out.

Progress bars, bars with a count drawn into their middle, and evaluations, which are held until they
are over.
"""

import re
from typing import NamedTuple

from tuimon.metrics import measure_of
from tuimon.metrics.splits import EVALUATIONS
from tuimon.recorder.console_metrics.numerals import count_of
from tuimon.recorder.console_metrics.steps import Position, StepAxis

_COUNT = r"\d{1,15}(?:\.\d{1,3})?"
_CLOCK = r"\d{1,4}:\d\d(?::\d\d)?"
_BARS = tuple(
    re.compile(pattern)
    for pattern in (  # bounded, so that their time is linear
        # tqdm: 45%|████▌     | 45/100 [00:12<00:15,  3.5it/s, loss=0.5], or cut by the terminal
        rf"(?<![\w.])(?P<count>{_COUNT})(?P<scale>[kKMG]?)"
        rf"(?:/(?P<total>{_COUNT})(?P<of>[kKMG]?)|it) ?\[(?:\d+ days?, )?(?P<elapsed>{_CLOCK})"
        r"(?:<[^\[\]]{0,30}?)?(?P<rest>,[^\[\]]{0,2000})?(?:\]|(?P<cut>\Z))",
        # ignite: [45/100]  45%|████▌     , loss=0.5 [00:12<00:15]
        rf"\[(?P<count>{_COUNT})(?P<scale>)/(?P<total>{_COUNT})(?P<of>)\]\s{{1,4}}\d{{1,3}}%\|"
        rf"[^\[,]{{0,200}}(?P<rest>,[^\[]{{0,1000}})?\[(?P<elapsed>{_CLOCK})[^\]]{{0,30}}\]",
        # fastprogress: [45/100 00:12<00:15 loss: 0.5]
        rf"\[(?P<count>{_COUNT})(?P<scale>)/(?P<total>{_COUNT})(?P<of>) (?P<elapsed>{_CLOCK})<"
        rf"{_CLOCK}(?P<rest>[^\[\]]{{0,2000}})\]",
        # rich, Ultralytics: ━━━━━╸━━━━ 45/100 0:00:12 • 0:00:15 3.5it/s loss: 0.5
        rf"[━╸╺─]{{2,}}\s{{1,4}}(?P<count>{_COUNT})(?P<scale>)/(?P<total>{_COUNT})(?P<of>)\s"
        rf"(?=[^a-z]{{0,40}}(?:it/s|s/it|{_CLOCK}))(?:\s?(?P<elapsed>{_CLOCK}))?(?P<rest>.*)",
        # alive-progress: 45/100 [45%] in 12s (~15s, 3.5/s) loss: 0.5
        rf"(?P<count>{_COUNT})(?P<scale>)/(?P<total>{_COUNT})(?P<of>) \[\d{{1,3}}%\] in "
        r"(?P<elapsed>)[^()]{0,30}\([^()]{0,60}\)(?P<rest>.*)",
    )
)
_LOOKS = re.compile(r"[\dkMGt] ?\[\d|\] {1,4}\d{1,3}%\||/\d+ \d+:\d\d<|[━╸╺─]\s{1,4}\d+/\d")
_DRAWN_BEFORE = re.compile(r"\d{1,3}(?:\.\d)?%(?:\|[^|]*\|?)?\s*$|\|[█-]*\|?\s*[\d.]+%\s*$")
"""What is drawn before a bar's count."""

_DRAWN_FIRST = re.compile(r"\s*\[=*>?\.*\]\s+(?P<rest>\S.*)")
_COUNT_ALONE = re.compile(r"\s*(?P<count>\d{1,15})/(?P<total>\d{1,15})\s*")
_DURATION = re.compile(r"\b(?:Step|Tot): (?:\d+(?:D|h|m|s|ms))+ \| ")

_MOST_BARS = 256


class MetricLine(NamedTuple):
    """What a line says, before it is known which steps these are."""

    position: Position
    values: tuple[tuple[str, str, float], ...]
    """(split, name, value)."""
    subject: str = ""
    """Words in it that may name one of several things: ``EMA``, ``student``."""


class BarState(NamedTuple):
    """A state of a progress bar with a clock or a rate."""

    name: str
    """What stands before it."""
    done: int
    total: int | None
    elapsed: int | None
    """Seconds."""
    rest: str
    """What stands behind its clock."""


def bar_state(text: str) -> BarState | None:
    """The state of a bar that a line shows; None for one that moves bytes, and for other lines."""
    if ("[" not in text and "━" not in text and "─" not in text) or not _LOOKS.search(text):
        return None
    match = next(filter(None, (bar.search(text) for bar in _BARS)), None)
    if match is None:
        return None
    rest = match["rest"] or "" if match.lastgroup != "cut" else ""
    is_drawn = rest or _DRAWN_BEFORE.search(text[: match.start()])
    if "B/s" in rest[:24] or not is_drawn:
        return None
    total = count_of(match["total"], match["of"]) if match["total"] else None
    seconds = None
    if elapsed := match["elapsed"]:
        parts = reversed(elapsed.split(":"))
        seconds = sum(int(part) * 60**power for power, part in enumerate(parts))
    name = _DRAWN_BEFORE.sub("", text[: match.start()]).strip()
    return BarState(name, count_of(match["count"], match["scale"]), total, seconds, rest)


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
        if bar.line is not None and count in (0, bar.shown[0]) and line.values == bar.line.values:
            bar.held = None  # drawn again, or set back to 0 at its end
            return []
        told: list[MetricLine] = []
        if bar.held is not None and count < (bar.held.position.done or 0):
            told = bar.release()
        bar.forget(line)
        if not told and not bar.is_due(count, total, elapsed):
            bar.held = line
            return told
        bar.shown, bar.line, bar.held = (count, elapsed), line, None
        return [*told, bar.news(line)]

    def finish(self) -> list[MetricLine]:
        """The last states that were left out."""
        return [line for bar in self._bars.values() for line in bar.release()]


class _Bar:
    def __init__(self) -> None:
        self.shown: tuple[int, int | None] = (-1, None)
        self.line: MetricLine | None = None
        self.held: MetricLine | None = None
        self._results: dict[tuple[str, str], float] = {}
        """Of evaluations, as told last: a bar goes on to show them."""

    def forget(self, line: MetricLine) -> None:
        """Forget the results that the bar shows no longer."""
        if self._results:
            shown = {one[:2] for one in line.values}
            self._results = {key: self._results[key] for key in self._results if key in shown}

    def news(self, line: MetricLine) -> MetricLine:
        """A line without the results of evaluations that were told."""
        results = {one[:2]: one[2] for one in line.values if _is_result(*one[:2])}
        if len(results) == len(line.values):
            return line
        old = self._results
        self._results = results
        if not old:
            return line
        values = tuple(one for one in line.values if old.get(one[:2], one[2] + 1) != one[2])
        return MetricLine(line.position, values)

    def is_due(self, count: int, total: int | None, elapsed: int | None) -> bool:
        shown, at = self.shown
        if count < shown or count == total or shown < 0:
            return True
        if elapsed is not None and elapsed != at:
            return True
        return count - shown >= max(1, (total or 0) / 100)

    def release(self) -> list[MetricLine]:
        held, self.held = self.held, None
        return [] if held is None else [self.news(held)]


def _is_result(split: str, key: str) -> bool:
    """Whether a value is the result of an evaluation, or of an epoch."""
    return measure_of(key).split in EVALUATIONS or key.endswith("_epoch")


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

    def __init__(self, axis: StepAxis) -> None:
        self._axis = axis
        self._held: MetricLine | None = None

    def follow(self, line: MetricLine) -> list[MetricLine]:
        """What is to be told now that `line` has come: the result that was held, the line."""
        held, self._held = self._held, None
        told = [] if held is None else self._rest_of(held, line)
        if self._is_part(line):
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

    def _is_part(self, line: MetricLine) -> bool:
        """Whether a line is about a batch of an evaluation."""
        position = line.position
        if position.done is None or self._axis.names_own_step(position):
            return False
        return bool(line.values) and all(split in EVALUATIONS for split, _, _ in line.values)

    def _rest_of(self, held: MetricLine, line: MetricLine) -> list[MetricLine]:
        """What of a held line the next one does not say anew."""
        if not self._is_part(line) or line.position.total != held.position.total:
            return [held]
        if (line.position.done or 0) < (held.position.done or 0):
            return [held]  # another evaluation
        said = {(split, key) for split, key, _ in line.values}
        values = tuple(one for one in held.values if one[:2] not in said)
        return [MetricLine(held.position, values)] if values else []
