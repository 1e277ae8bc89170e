"""Groups of runs as frames of pandas.

Nothing of that is imported before it is asked for: those who load logs want their points at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tuimon.store.filters import parse_filter
from tuimon.store.run_log import RunLog
from tuimon.store.series import Points
from tuimon.store.spread import SpreadKind, aligned, spread_of

if TYPE_CHECKING:
    import pandas as pd


class _Loaded(NamedTuple):
    runs: Mapping[str, RunLog]


class GroupFrames:
    """What a log directory tells of its runs in groups."""

    _logs: Mapping[str, RunLog]

    def groups(
        self, by: str = "settings", tags: str = "", *, spread: SpreadKind = "std"
    ) -> pd.DataFrame:
        """The curves of groups of runs: group, tag, step, middle, low, high, runs.

        A row for each step at which a run of the group has logged the tag. Between its points a run
        is taken to be on a straight line, and to have no value before the first and behind the
        last: ``runs`` tells how many have one that is finite. Deviations have n - 1 in their
        denominator, as pandas has it; those of a single run are NaN.

        >>> frame = tuimon.load("runs").groups("lr", "val/acc", spread="ci")
        >>> frame.pivot(index="step", columns="group", values="middle")

        Args:
            by: as ``tuimon board --group`` has it: ``lr``, ``lr,model``, ``settings`` (all that
                differ but the seed), ``/^(.*)-s/`` (of names), ``directory``, ``wandb``.
            tags: which ones, as behind ``/`` on the screen; all when empty.
            spread: the mean ± the standard deviation (``std``) or its error (``sem``), in its 95 %
                interval (``ci``) or the range of all (``range``), or the ``median`` in that range.

        Raises:
            ValueError: `by` is no way to group these runs, or `tags` no filter.
            ImportError: pandas is not installed.
        """
        import pandas as pd

        from tuimon.present.run_board import full_tag
        from tuimon.present.run_groups import group_names, read_traits
        from tuimon.present.selection import training_of
        from tuimon.summaries.reader import SummaryReader

        shows, logs = parse_filter(tags), self._logs
        names = group_names(by, read_traits(_Loaded(logs), SummaryReader()))
        found: dict[tuple[str, str], list[Points]] = {}
        for log in logs.values():
            group = names.get(training_of(log, logs))
            for series in log.series.values() if group is not None else ():
                if shows(log.name, series.tag) and len(series):
                    key = group or "", full_tag(series, log, logs)
                    found.setdefault(key, []).append(series.snapshot())
        columns = ["group", "tag", "step", "middle", "low", "high", "runs"]
        parts = [_curve(*key, runs, spread) for key, runs in found.items()]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _curve(group: str, tag: str, runs: list[Points], spread: SpreadKind) -> pd.DataFrame:
    import pandas as pd

    steps = np.unique(np.concatenate([run.steps for run in runs]))
    values = aligned([(run.steps, run.values) for run in runs], steps, steps[0])
    middle, low, high, count = spread_of(values, spread)
    told = {"group": group, "tag": tag, "step": steps}
    return pd.DataFrame({**told, "middle": middle, "low": low, "high": high, "runs": count})
