"""Which lines of consoles are which lines of a W&B run's output."""

from collections.abc import Sequence
from typing import NamedTuple

_BETWEEN_PLACES = 500
"""Lines between two places that are remembered."""


class LinesEntry(NamedTuple):
    """Lines `first` to `first + lines` of a console became lines `line` to `line + lines` at W&B.

    `place` is where the line behind them begins, a part of the console and an offset; empty where
    what lies before it has a share in that line.
    """

    path: str
    first: int
    line: int
    lines: int
    place: Sequence[int] = ()

    def followed_by(self, entry: "LinesEntry") -> bool:
        """Whether `entry` goes on where this one ends."""
        ends = self.path, self.first + self.lines, self.line + self.lines
        return ends == (entry.path, entry.first, entry.line)


class LineNumbers:
    """What the entries of a journal come to."""

    def __init__(self) -> None:
        self.stretches: list[LinesEntry] = []
        """In the order of their numbers at W&B; what belongs together is one."""
        self.places: dict[str, dict[int, tuple[int, int]]] = {}
        """By path and number of a line: where it can be read from; the last and some before."""
        self.next = 0
        """The number of the next line at W&B."""

    def add(self, entry: LinesEntry) -> None:
        """Take in the next entry."""
        self.next = entry.line + entry.lines
        if entry.place:
            places = self.places.setdefault(entry.path, {})
            last_two = [0, *places][-2:]
            if len(last_two) > 1 and last_two[1] - last_two[0] < _BETWEEN_PLACES:
                del places[last_two[1]]
            places[entry.first + entry.lines] = (entry.place[0], entry.place[1])
        if self.stretches and self.stretches[-1].followed_by(entry):
            together = self.stretches[-1].lines + entry.lines
            self.stretches[-1] = self.stretches[-1]._replace(lines=together)
        else:
            self.stretches.append(entry)
