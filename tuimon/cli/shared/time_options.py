"""Times as people type them: how long, and since when."""

import re
from datetime import datetime

from tuimon.cli.shared.common import CommandError

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_SPAN = re.compile(r"(\d{1,6}(?:\.\d+)?)([smhdw])")
_SECONDS = re.compile(r"\d{1,12}(?:\.\d+)?")


def seconds(option: str, text: str) -> float:
    """How long ``30s``, ``12h``, ``7d`` or ``4w`` is, in seconds; `option` took it.

    Raises:
        CommandError: it is no time.
    """
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise CommandError(f"{option} {text}: a number and s, m, h, d or w, such as 7d")
    return float(found[1]) * _UNITS[found[2]]


def moment(option: str, text: str, now: float) -> float:
    """Unix seconds of ``10m`` (before `now`), ``1764500000.5``, or ISO 8601 (local, or as told).

    Raises:
        CommandError: it is none of these.
    """
    given = text.strip()
    if _SPAN.fullmatch(given):
        return now - seconds(option, given)
    if _SECONDS.fullmatch(given):
        return float(given)
    try:
        return datetime.fromisoformat(given).timestamp()
    except (ValueError, OverflowError, OSError):
        raise CommandError(
            f"{option} {text}: 10m, Unix seconds, or a time such as 2026-11-30T18:00"
        ) from None
