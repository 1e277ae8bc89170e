"""System metrics that wandb-core measured offline, on their way online.

They have no numbers. But those of the time online come after all of them, since none is measured
until they are handed over; so the time of the newest one at the server tells which are missing.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tuimon.mirror.offline_file import Fragments
from tuimon.mirror.server import NoSuchRunError, RunPlace, Server


class OfflineMetrics(NamedTuple):
    """System metrics that were measured offline: how many are to be at the server, and which of
    them it lacks."""

    measured: int = 0
    unsent: Sequence[Any] = ()
    """wandb's records, in order."""


def offline_metrics(fragments: Fragments, server: Server, place: RunPlace) -> OfflineMetrics:
    """Those in a run's offline files, beside what the run at the server has.

    Raises:
        ServerError: the server does not say what it has.
        OSError: a file cannot be read.
    """
    records = list(fragments.system_metrics())
    if not records:
        return OfflineMetrics()
    try:
        newest = server.newest_event(place)
    except NoSuchRunError:
        newest = None
    if newest is None:
        return OfflineMetrics(len(records), records)
    unsent = _behind(records, newest)
    # Of a run that has gone on online: those that an old tuimon has not sent are sent no more.
    return OfflineMetrics() if unsent is None else OfflineMetrics(len(records), unsent)


def time_of(record: Any) -> float:
    """When the metrics of a record were measured, Unix seconds as wandb-core tells them."""
    at = record.stats.timestamp
    return float(at.seconds + at.nanos / 1e9)


def _behind(records: Iterable[Any], newest: float) -> list[Any] | None:
    """What follows the record of time `newest`; None where it is none of these."""
    found: list[Any] | None = None
    for record in records:
        if time_of(record) == newest:
            found = []
        elif found is not None:
            found.append(record)
    return found
