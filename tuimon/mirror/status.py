"""``mirror.json``: what the header shows about W&B."""

import logging
import time
from pathlib import Path
from typing import Any

from tuimon.runs.record import MirrorRecord, RecordError, read_record, rewrite_record, write_record
from tuimon.text import safe

EXIT_AGAIN = 75
"""Exit code of a mirror: something failed that may succeed later (EX_TEMPFAIL of sysexits.h)."""

_COUNTS_EVERY = 1.0
_COUNTS = ("points", "rows", "summaries", "bytes", "refused", "confirmed", "files", "files_since")
_LONGEST_DETAIL = 300

log = logging.getLogger(__name__)


class MirrorStatus:
    """Writes ``mirror.json``: a new state at once, new counts once a second."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self.record = read_record(MirrorRecord, path) or MirrorRecord()
        except RecordError:
            self.record = MirrorRecord()
        self._written = False
        self._written_at = 0.0

    def update(self, **changes: Any) -> None:
        """Set fields of the record; a disk that takes nothing is logged and nothing more."""
        new = self.record._replace(**changes)
        counts = {name: getattr(new, name) for name in _COUNTS}
        changed = new != self.record._replace(**counts)
        self.record = new._replace(updated_at=time.time())
        now = time.monotonic()
        if self._written and not changed and now - self._written_at < _COUNTS_EVERY:
            return
        self._written_at = now
        try:
            if self._written and not changed:
                rewrite_record(self._path, self.record)
            else:
                write_record(self._path, self.record)
                self._written = True
        except OSError as error:
            log.warning("mirror.json cannot be written: %s", error)


def one_line(error: BaseException) -> str:
    """What an error says, as one printable line of reasonable length."""
    lines = str(error).strip().splitlines()
    if type(error).__name__ == "ValidationError" and len(lines) > 2:
        # pydantic's: how many errors, then the name of a setting and what is wrong with it.
        lines = [f"{lines[1].strip()}: {lines[2].partition(' [type=')[0].strip()}"]
    text = safe(lines[0]) if lines else type(error).__name__
    return text if len(text) <= _LONGEST_DETAIL else text[: _LONGEST_DETAIL - 1] + "…"
