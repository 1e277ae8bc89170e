"""JSON lines: detectron2's ``metrics.json``, mmengine's ``scalars.json``, and everybody's own."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from tuimon.sources.log_columns import STEPS, RowPlaces
from tuimon.sources.log_file import LineFile, Scalars, head_of
from tuimon.sources.log_rows import Row, points_of

_MARK = b"\xef\xbb\xbf"


class JsonLines(LineFile):
    """One object a line; what is in an object in it is called ``train/loss``."""

    origin = "JSON lines"

    @classmethod
    def fits(cls, path: Path) -> bool:
        """Whether the first line is an object with a step or an epoch, and more."""
        line = head_of(path).removeprefix(_MARK).lstrip().partition(b"\n")[0]
        row = parsed(line)
        if row is None or len(row) < 2:
            return False
        return any(name.strip().lower() in STEPS for name in row)

    def begin(self) -> None:
        """Forget where rows were."""
        self._places = RowPlaces()

    def is_whole(self, line: bytes) -> bool:
        """Whether it is an object."""
        return parsed(line) is not None

    def take(self, lines: bytes, first: int, wall_time: float) -> Scalars:
        """The points of rows."""
        rows = self._rows(lines.removeprefix(_MARK), first)
        return points_of(rows, self._places, wall_time)

    def _rows(self, lines: bytes, first: int) -> list[Row]:
        texts = [*filter(bytes.strip, lines.split(b"\n"))]
        together = b"[" + b",".join(texts) + b"]"
        for parse in (*_quick_parser(), json.loads):
            with suppress(ValueError, RecursionError):
                rows = parse(together)
                if len(rows) == len(texts) and set(map(type, rows)) == {dict}:
                    return list(rows)
        return [*self._each(lines, first)]

    def _each(self, lines: bytes, first: int) -> Iterator[Row]:
        for number, line in enumerate(lines.split(b"\n"), first):
            if (row := parsed(line)) is not None:
                yield row
            elif line.strip():
                self.leave_out("no JSON object", number)


def parsed(line: bytes) -> Row | None:
    """The object of a line; None: it is none."""
    try:
        row = json.loads(line.decode(errors="replace"))
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


@cache
def _quick_parser() -> Sequence[Any]:
    """orjson's, where it is installed: three times as fast, but it knows no NaN."""
    try:
        from orjson import loads
    except ImportError:
        return ()
    return (loads,)
