"""How far an upload is: a bar where there is a terminal, else nothing until it is done."""

import sys
from typing import Self

from tuimon.runs.record import MirrorRecord
from tuimon.text import fit, safe

_BAR_CELLS = 16
_NAME_CELLS = 20


class ProgressLine:
    """One line that is drawn again; use it as a context."""

    def __init__(self, name: str, *, quiet: bool) -> None:
        self._name = fit(safe(name), min(len(name), _NAME_CELLS))
        self._drawn = ""
        self._draws = not quiet and sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def show(self, record: MirrorRecord, *, share: float | None = None) -> None:
        """Show where the mirror is; `share` of the work is done, by default by rows at W&B."""
        if share is None and record.total:
            share = (record.confirmed or 0) / record.total
        if not self._draws:
            return
        if share is None:
            what = safe(record.detail or record.state)
        else:
            done = min(int(share * _BAR_CELLS), _BAR_CELLS)
            what = f"{'#' * done}{'.' * (_BAR_CELLS - done)} {min(share, 1):4.0%}"
            files = f", {record.files:,} files to go" if record.files else ""
            if record.total:
                what += f"  {record.confirmed or 0:,} of {record.total:,} rows{files}"
            else:
                what += f"  {record.points:,} points{files}"
        line = f"{self._name}  {what}"[:79]
        if line != self._drawn:
            self._drawn = line
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()
