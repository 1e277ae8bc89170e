"""The runs and tags that `tuimon show` was asked for, read once."""

import re
from typing import NamedTuple

from tuimon.cli.shared.common import CommandError
from tuimon.cli.shared.requested import LogTarget, tell, tell_damage
from tuimon.events.logdir import LogdirScan
from tuimon.present.overview import overview
from tuimon.present.pairing import Metric, pair_tags
from tuimon.present.selection import Selection
from tuimon.present.statistics import TagStatistics, statistics
from tuimon.store.loading import load_runs
from tuimon.store.store import Store
from tuimon.text import safe


class MetricMatches(NamedTuple):
    """What was found."""

    selection: LogTarget
    store: Store
    """The runs that match, with all of their tags."""
    values: list[TagStatistics]
    """Of each tag that matches and each run, in the order of the charts."""
    charted: list[Metric]
    """The metrics that get a chart."""
    complete: bool
    """Whether everything could be read."""


def choose(
    selection: LogTarget, runs: re.Pattern[str] | None, tags: re.Pattern[str] | None
) -> MetricMatches:
    """Read the runs that match; tells on standard error what could not be read.

    Raises:
        CommandError: there are no event files.
    """
    store, complete = read(selection, runs)
    found = dict.fromkeys(
        tag for run in store.runs.values() for tag in run.series if tags is None or tags.search(tag)
    )
    values = [
        value
        for metric in pair_tags(found)
        for _, tag in metric.curves
        for run in store.runs.values()
        if tag in run.series and (value := statistics(run.series[tag])) is not None
    ]
    if not values:
        tell("no scalar points were found" + (" that match" if runs or tags else ""))
    charted = pair_tags(tag for tag in overview(store, Selection()).charted() if tag in found)
    return MetricMatches(selection, store, values, charted, complete)


def read(selection: LogTarget, wanted: re.Pattern[str] | None) -> tuple[Store, bool]:
    """The runs that match, and whether all was read; tells what was not. Raises CommandError."""
    scan = LogdirScan(selection.sources)
    files = scan.scan()
    where = " ".join(safe(source.path) for source in selection.sources)
    if not files:
        raise CommandError(f"{where}: no event files there")
    complete = not scan.truncated
    if scan.truncated:
        tell(f"{where}: too large: not all of it was looked at")
    store = Store()
    found = {}
    for run, statuses in load_runs([f for f in files if wanted is None or wanted.search(f.run)]):
        complete &= tell_damage(statuses)
        if run is not None:
            found[run.name] = run
    store.runs = found
    store.set_beside([one for one in scan.beside() if wanted is None or wanted.search(one.run)])
    return store, complete
