"""Hyperparameters of the trainings of a store, to group curves by them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from tuimon.present.selection import training_of
from tuimon.store.parts import SESSION_START
from tuimon.store.run_log import RunLog
from tuimon.summaries.hparams import HParamValue, SessionStart
from tuimon.summaries.reader import SummaryReader
from tuimon.text import by_number, format_value, safe

_MOST_VALUES = 24
"""A hyperparameter with more values tells every run from all others: nothing to group by."""

HParams = Mapping[str, Mapping[str, HParamValue]]
"""Values by name, by name of the training."""


class HasRuns(Protocol):
    """What holds runs: a store, or what was loaded of one."""

    @property
    def runs(self) -> Mapping[str, RunLog]: ...


def read_hparams(store: HasRuns, reader: SummaryReader) -> HParams:
    """What the trainings were given, where they logged that. Reads files; for any thread.

    What differs between the trials of one training is left out: it has no such value.
    """
    found: dict[str, dict[str, HParamValue]] = {}
    varying: dict[str, set[str]] = {}
    runs = store.runs
    for run, hparams in run_hparams(store, reader).items():
        training = training_of(runs[run], runs)
        known = found.setdefault(training, {})
        differs = {name for name in known.keys() & hparams.keys() if known[name] != hparams[name]}
        varying.setdefault(training, set()).update(differs)
        known.update(hparams)
    return {
        training: {name: value for name, value in known.items() if name not in varying[training]}
        for training, known in found.items()
    }


def run_hparams(store: HasRuns, reader: SummaryReader) -> HParams:
    """What each run was given, by its own name. Reads files; for any thread."""
    given = ((run.name, session_hparams(reader, run)) for run in store.runs.values())
    return {name: hparams for name, hparams in given if hparams is not None}


def session_hparams(reader: SummaryReader, run: RunLog) -> dict[str, HParamValue] | None:
    """What a run was given, the newest where it tells several times; None where it does not."""
    starts = [one for one in reader.every(run, SESSION_START) if isinstance(one, SessionStart)]
    if not starts:
        return None
    return {name: value for start in starts for name, value in start.hparams.items()}


def differing(hparams: HParams) -> list[str]:
    """Names of the hyperparameters by which trainings can be grouped, sorted."""
    names = in_order([name for values in hparams.values() for name in values])
    return [
        name for name in names if 1 < len(set(values_of(hparams, name).values())) <= _MOST_VALUES
    ]


def values_of(hparams: HParams, name: str) -> dict[str, str]:
    """The value of a hyperparameter as text, by name of the training that has one."""
    return {run: _text(values[name]) for run, values in hparams.items() if name in values}


def in_order(values: Sequence[str]) -> list[str]:
    """Different values, numbers by size before texts."""
    return sorted(set(values), key=by_number)


def _text(value: HParamValue) -> str:
    if isinstance(value, float) and not isinstance(value, bool):
        return format_value(value)
    return safe(str(value))
