"""How far a run is and when it will be done, in words: of a record that is stale, none."""

import time

from tuimon.runs.progress_record import ProgressRecord
from tuimon.text import format_duration

_STALE = 240.0
"""Seconds after which a recorder that goes on would have told something again."""
_WIDE = 1.25
"""From this ratio on a range is told in place of a time."""


def is_current(record: ProgressRecord | None, now: float) -> bool:
    """Whether it is told by a recorder that works."""
    return record is not None and -_STALE < now - record.updated_at < _STALE


def percent(record: ProgressRecord) -> str:
    """What is done."""
    return f"{int(100 * record.share)}%"


def time_left(record: ProgressRecord, now: float) -> str:
    """``1h 04m``, ``50m–1h 10m`` while that is all one can say; empty where nothing can be said."""
    ends_at, earliest, latest = record.ends_at, record.earliest, record.latest
    if ends_at is None or earliest is None or latest is None or ends_at <= now:
        return ""
    least, most = max(0.0, earliest - now), latest - now
    if most > _WIDE * max(least, 1.0) and most - least > 5:
        begin, end = _rounded(least), _rounded(most)
        return begin if begin == end else f"{begin}–{end}"
    return _rounded(ends_at - now, fine=True)


def progress_words(record: ProgressRecord | None, now: float | None = None) -> str:
    """``43% · 1h 04m left``, as lists have it; empty where nothing is known."""
    now = time.time() if now is None else now
    if record is None or not is_current(record, now):
        return ""
    left = time_left(record, now)
    return f"{percent(record)} · {left} left" if left else percent(record)


def progress_bar(record: ProgressRecord, cells: int) -> str:
    """A bar of so many cells."""
    done = int(record.share * cells)
    return "━" * done + "─" * (cells - done)


def _rounded(seconds: float, *, fine: bool = False) -> str:
    """To what is worth telling: a time that is known well to a hundredth, else to a tenth."""
    steps = (1, 5, 10, 30, 60, 300, 600, 1800, 3600) if not fine else (1, 5, 10, 30, 60)
    share = 0.02 if fine else 0.08
    step = max((one for one in steps if one <= share * seconds), default=1)
    rounded = round(seconds / step) * step
    text = format_duration(rounded)
    first, _, rest = text.partition(" ")
    return first if rest.startswith("00") else text
