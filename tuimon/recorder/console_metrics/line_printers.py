"""Which processes have printed lines, where lines name them: to show one of them alone."""

import re
from collections.abc import Sequence
from functools import lru_cache

from tuimon.recorder.console_metrics.prefixes import printer_of

_LABEL = re.compile(r"\s{0,4}(\d{1,5}): ")
"""Of ``srun --label``; in front of almost all lines, else it is no label."""
_LABELLED = 0.8
_LONGEST = 256
"""Characters of a line in which its printer is looked for."""


class LinePrinters:
    """The printers of some lines; of later ones they are told in the same way."""

    def __init__(self, lines: Sequence[str]) -> None:
        found = {name for line in lines if (name := _named(line[:_LONGEST]))}
        labels = [label[1] for line in lines if (label := _LABEL.match(line))]
        self._are_labels = (
            not found and len(set(labels)) > 1 and len(labels) > _LABELLED * len(lines)
        )
        if self._are_labels:
            found = set(map(_number, labels))
        self.names = sorted(found, key=lambda name: (not name.isdigit(), name.zfill(9)))
        """Numbers of ranks, then names of other processes."""

    def of(self, line: str) -> str:
        """The printer of a line; empty where it names none."""
        if not self._are_labels:
            return _named(line[:_LONGEST])
        label = _LABEL.match(line)
        return "" if label is None else _number(label[1])


@lru_cache(maxsize=1 << 16)  # asked of lines in view each time that they are drawn
def _named(line: str) -> str:
    return printer_of(line)[0]


def _number(label: str) -> str:
    return str(int(label))
