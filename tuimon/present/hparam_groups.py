"""Hyperparameters of the trainings of a store, to group curves by them."""

from collections.abc import Mapping, Sequence

from tuimon.present.selection import training_of
from tuimon.store.parts import SESSION_START
from tuimon.store.store import Store
from tuimon.summaries.hparams import HParamValue, SessionStart
from tuimon.summaries.reader import SummaryReader
from tuimon.text import format_value, safe

_MOST_VALUES = 24
"""A hyperparameter with more values tells every run from all others: nothing to group by."""

HParams = Mapping[str, Mapping[str, HParamValue]]
"""Values by name, by name of the training."""


def read_hparams(store: Store, reader: SummaryReader) -> HParams:
    """What the trainings were given, where they logged that. Reads files; for any thread."""
    found: dict[str, Mapping[str, HParamValue]] = {}
    runs = store.runs
    for run in runs.values():
        start = reader.newest(run, SESSION_START)
        if isinstance(start, SessionStart):
            name = training_of(run, runs)
            found[name] = {**found.get(name, {}), **start.hparams}
    return found


def differing(hparams: HParams) -> list[str]:
    """Names of the hyperparameters by which trainings can be grouped, sorted."""
    names = sorted({name for values in hparams.values() for name in values})
    return [
        name for name in names if 1 < len(set(values_of(hparams, name).values())) <= _MOST_VALUES
    ]


def values_of(hparams: HParams, name: str) -> dict[str, str]:
    """The value of a hyperparameter as text, by name of the training that has one."""
    return {run: _text(values[name]) for run, values in hparams.items() if name in values}


def in_order(values: Sequence[str]) -> list[str]:
    """Different values, numbers by size before texts."""

    def key(text: str) -> tuple[int, float, str]:
        try:
            return 0, float(text), text
        except ValueError:
            return 1, 0.0, text

    return sorted(set(values), key=key)


def _text(value: HParamValue) -> str:
    if isinstance(value, float) and not isinstance(value, bool):
        return format_value(value)
    return safe(str(value))
