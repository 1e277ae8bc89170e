"""System metrics that wandb-core measured offline, on their way online.

They have no numbers. But those of the time online come after all of them, since none is measured
until they are handed over; so the time of the newest one at the server tells which are missing.
"""

from collections.abc import Iterable
from typing import Any

from tuimon.mirror.offline_file import Fragments
from tuimon.mirror.server import NoSuchRunError, RunPlace, Server


def unsent_metrics(fragments: Fragments, server: Server, place: RunPlace) -> list[Any]:
    """wandb's records of those that a run at the server lacks, in order.

    Raises:
        ServerError: the server does not say what it has.
        OSError: a file cannot be read.
    """
    records = list(fragments.system_metrics())
    if not records:
        return []
    try:
        newest = server.newest_event(place)
    except NoSuchRunError:
        newest = None
    return records if newest is None else _behind(records, newest)


def time_of(record: Any) -> float:
    """When the metrics of a record were measured, Unix seconds as wandb-core tells them."""
    at = record.stats.timestamp
    return float(at.seconds + at.nanos / 1e9)


def _behind(records: Iterable[Any], newest: float) -> list[Any]:
    """What follows the record of time `newest`; nothing where it is none of these."""
    found: list[Any] | None = None
    for record in records:
        if time_of(record) == newest:
            found = []
        elif found is not None:
            found.append(record)
    return found or []
