"""Runs that are no trainings of their own: what `add_scalars` and `add_hparams` leave.

Both open writers of their own in sub-directories of the training's log directory, so that they look
like runs. Names as torch and tensorboardX give them (``torch/utils/tensorboard/writer.py``).
"""

from collections.abc import Mapping
from typing import NamedTuple

from tuimon.store.run_log import RunLog

SESSION_START = "_hparams_/session_start_info"
"""Tag of a run's hyperparameters."""


class RunPart(NamedTuple):
    """A run that belongs to another one."""

    parent: str
    """Name of the run that it belongs to."""
    label: str
    """What `add_scalars` was told to call the curve; empty for the metrics of `add_hparams`."""


def part_of(run: RunLog, runs: Mapping[str, RunLog]) -> RunPart | None:
    """What `run`, one of `runs`, is a part of; None when it is a run of its own.

    That of a trial need not be one of them: without an event file of its own it is no run.
    """
    if run.name == ".":
        return None
    above, _, leaf = run.name.rpartition("/")
    part: RunPart | None = None
    if SESSION_START in run.refs:
        return RunPart(above or ".", "") if is_trial(run.name) else None
    if len(run.series) == 1 and not run.refs:
        (tag,) = run.series
        prefix = tag.replace("/", "_") + "_"
        if leaf.startswith(prefix):  # torch: TAG_LABEL, slashes of the tag replaced
            part = RunPart(above or ".", leaf.removeprefix(prefix))
        elif f"/{above}".endswith(f"/{tag}"):  # tensorboardX: TAG/LABEL
            part = RunPart(above.removesuffix(tag).removesuffix("/") or ".", leaf)
    return part if part and part.parent in runs else None


def trainings(runs: Mapping[str, RunLog]) -> list[str]:
    """Names of what is no part of another run, and holds something, or has parts that do."""
    parts = {name: part_of(run, runs) for name, run in runs.items()}
    parents = {part.parent for part in parts.values() if part is not None}
    names = dict.fromkeys(part.parent if part else name for name, part in parts.items())
    return [
        name
        for name in names
        if name in parents or (name in runs and (runs[name].series or runs[name].refs))
    ]


def is_trial(name: str) -> bool:
    """Whether a run is called as `add_hparams` does: by what ``str(time.time())`` gives."""
    whole, _, fraction = name.rpartition("/")[2].partition(".")
    return whole.isdecimal() and fraction.isdecimal()
