"""Evaluations that a training prints batch by batch: one result each, at the training's step."""

from tuimon.metrics.splits import EVALUATIONS
from tuimon.recorder.console_metrics.bars import Line


class Evaluations:
    """Holds what an evaluation says on its way until it is over."""

    def __init__(self) -> None:
        self._held: Line | None = None

    def follow(self, line: Line) -> list[Line]:
        """What is to be told now that `line` has come: the result that was held, the line."""
        held, self._held = self._held, None
        told = [] if held is None else _rest_of(held, line)
        if _is_part(line):
            self._held = line
            return told
        return [*told, line]

    def summed_up(self, line: Line) -> Line:
        """The line below an evaluation, ``* Acc@1 76.1``, as its last one."""
        if self._held is None:
            return line
        split = self._held.values[0][0]
        values = tuple((split, key, value) for _, key, value in line.values)
        return Line(self._held.position, values)

    def finish(self) -> list[Line]:
        """The result of an evaluation that was the last thing of all."""
        held, self._held = self._held, None
        return [] if held is None else [held]


def _is_part(line: Line) -> bool:
    """Whether a line is about a batch of an evaluation."""
    position = line.position
    if position.done is None or position.total is None or position.is_global:
        return False
    return bool(line.values) and all(split in EVALUATIONS for split, _, _ in line.values)


def _rest_of(held: Line, line: Line) -> list[Line]:
    """What of a held line the next one does not say anew."""
    if not _is_part(line) or line.position.total != held.position.total:
        return [held]
    if (line.position.done or 0) < (held.position.done or 0):
        return [held]  # another evaluation
    said = {(split, key) for split, key, _ in line.values}
    values = tuple(one for one in held.values if one[:2] not in said)
    return [Line(held.position, values)] if values else []
