"""Names for the trials of `add_hparams`, which calls their directories by the time alone."""

from collections.abc import Mapping

from tuimon.store.parts import is_trial
from tuimon.summaries.hparams import HParamValue
from tuimon.text import format_value

_LONGEST = 60


def trial_names(hparams: Mapping[str, Mapping[str, HParamValue]]) -> dict[str, str]:
    """Of runs that are trials: what they are part of, and what tells them from its other trials.

    `hparams` are those of all runs, by name. Names differ.

    >>> trial_names({"a/17.5": {"lr": 0.1, "n": 2.0}, "a/18.25": {"lr": 0.2, "n": 2.0}, "b": {}})
    {'a/17.5': 'a lr=0.1', 'a/18.25': 'a lr=0.2'}
    """
    siblings: dict[str, list[str]] = {}
    for name in hparams:
        if is_trial(name):
            siblings.setdefault(name.rpartition("/")[0], []).append(name)
    names: dict[str, str] = {}
    for parent, trials in siblings.items():
        varying = _varying([hparams[name] for name in trials])
        taken: dict[str, int] = {}
        for name in trials:
            values = [f"{key}={hparam_text(hparams[name].get(key))}" for key in varying]
            told = " ".join([parent, *values])[:_LONGEST].strip() or "trial"
            taken[told] = taken.get(told, 0) + 1
            names[name] = told if taken[told] == 1 else f"{told} #{taken[told]}"
    return names


def hparam_text(value: HParamValue) -> str:
    """A value as it is shown; empty for none. Not safe for a terminal."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format_value(value) if isinstance(value, float) else str(value)


def _varying(trials: list[Mapping[str, HParamValue]]) -> list[str]:
    """Names of what is not the same in all; of everything where there is one trial only."""
    names = dict.fromkeys(name for trial in trials for name in trial)
    if len(trials) == 1:
        return list(names)
    return [name for name in names if len({hparam_text(trial.get(name)) for trial in trials}) > 1]
