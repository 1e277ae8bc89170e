"""The line above a block: where those below it lie, and the part of the data they are about."""

import re

from tuimon.metrics.printed import is_configuration
from tuimon.metrics.splits import EVALUATIONS
from tuimon.recorder.console_metrics.bars import MetricLine
from tuimon.recorder.console_metrics.headings import MOST_BELOW, RULED
from tuimon.recorder.console_metrics.prefixes import prefix_of
from tuimon.recorder.console_metrics.steps import Position

_NOWHERE = Position()
_NEXT = 2
"""Lines, with its own, for which a heading holds that tells a position, too."""
_SETTING = re.compile(r"\s*[\"']?([A-Za-z]\w*)[\"']?\s?[:=]\s?\S")


class BlockHeading:
    """What was announced last, for as long as lines may belong to it."""

    def __init__(self) -> None:
        self.position = _NOWHERE
        """Where the lines below it lie."""
        self.section = ""
        """The part of the data that they are about."""
        self.owns = False
        """Whether indented lines are below one that has told its own position."""
        self._holds = 0
        """For how many lines it is that of lines that are not indented, too."""
        self._told: dict[tuple[str, ...], float] = {}
        """What the lines below have told."""

    def clear(self) -> None:
        """Something else has begun."""
        self.position, self.section, self._holds = _NOWHERE, "", 0

    def leave(self) -> None:
        """A line has told its own position: indented ones may still be about the same data."""
        self.position, self._holds, self.owns = _NOWHERE, 0, True

    def begin_section(self, text: str, split: str) -> None:
        """A line without a position names the part of the data."""
        self._name(text, split)
        self._told = {}
        if self.position.done is None:
            self.position = _NOWHERE

    def announce(self, text: str, position: Position, split: str, *, is_indented: bool) -> None:
        """A line tells a position, a part of the data or both."""
        if split:
            self._name(text, split)
            self._holds = self._holds or _NEXT * (position.known and split in EVALUATIONS)
        elif not is_indented and (position.done is not None or self._told):
            self.section, self._holds = "", 0
        self._told = {}
        if position.known or self.position.done is None:
            self.position = position

    def pass_by(self) -> None:
        """A line that is not indented: what is below a heading may end with it."""
        self._holds, self.owns = max(0, self._holds - 1), False
        if not self._holds:
            self.section = ""

    def ends_with(self, text: str) -> bool:
        """Whether a line is a setting: ``train:`` was the head of a configuration then."""
        if not self.section and not self.position.known:
            return False
        match = _SETTING.match(text)
        return match is not None and is_configuration([match[1]])

    def below(self, line: MetricLine, *, is_indented: bool) -> MetricLine | None:
        """A line without a position at that of the heading; None if it does not belong to it."""
        if not is_indented and self.position.done is None and not self._holds:
            return None
        if not self.position.known and not self.section:
            return None
        for *name, value in line.values:
            if self._told.setdefault(tuple(name), value) != value:
                self.position = _NOWHERE
                return None
        section = self.section if is_indented or self._holds else ""
        values = tuple((split or section, key, value) for split, key, value in line.values)
        return MetricLine(self.position, values, line.subject)

    def of_table(self, line: MetricLine) -> MetricLine:
        """What a block or a table without a position tells, at that of the heading."""
        position, self.position = self.position, _NOWHERE
        return line if position.done is None else MetricLine(position, line.values)

    def _name(self, text: str, split: str) -> None:
        self.section = split
        is_above = RULED.match(text, prefix_of(text).end) or text.rstrip()[-1:] == ":"
        self._holds = MOST_BELOW if is_above else 0
