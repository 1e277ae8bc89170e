"""How long a training is to be, from what it was given: arguments, configuration, its own state."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tuimon.metrics.vocabulary import word_set
from tuimon.regular_file import read_regular

_EPOCHS = word_set("epochs num_epochs max_epochs n_epochs nepochs num_train_epochs")
_STEPS = word_set(
    "max_steps max_train_steps num_train_steps total_steps train_steps num_training_steps max_iters"
    " max_iterations num_iterations train_iters total_timesteps"
)
_ARGUMENT = re.compile(r"(?:--?)?([A-Za-z][\w.\-]*)(?:=(.*))?", re.DOTALL)
_MOST = 1e15
_MOST_STATE_BYTES = 32 << 20
_STATE = "checkpoint-*/trainer_state.json"


class KnownTotals(NamedTuple):
    """Epochs and steps of a whole training; None for what is not told."""

    epochs: float | None = None
    steps: float | None = None

    def or_else(self, other: "KnownTotals") -> "KnownTotals":
        """With what another one tells besides."""
        return KnownTotals(self.epochs or other.epochs, self.steps or other.steps)


def totals_of_arguments(arguments: Sequence[str]) -> KnownTotals:
    """Those in a command line: ``--epochs 3``, ``--max-steps=100``, ``trainer.max_epochs=3``."""
    return totals_of_config(dict(_options(arguments)))


def totals_of_config(config: Mapping[str, object]) -> KnownTotals:
    """Those in a configuration; of names that are told with different numbers none counts."""
    return KnownTotals(_one_of(config, _EPOCHS), _one_of(config, _STEPS))


def totals_of_state(directories: Sequence[Path], since: float) -> KnownTotals:
    """What Hugging Face's Trainer wrote beside its newest checkpoint in any of these; not those of
    trainings before `since`, Unix seconds."""
    states = [state for directory in directories for state in directory.glob(_STATE)]
    newest = max(states, key=_written, default=None)
    if newest is not None and _written(newest) >= since:
        with suppress(OSError, ValueError, RecursionError):
            found = json.loads(read_regular(newest, _MOST_STATE_BYTES))
            if isinstance(found, dict):
                steps, epochs = found.get("max_steps"), found.get("num_train_epochs")
                return KnownTotals(_positive(epochs), _positive(steps))
    return KnownTotals()


def _options(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    for at, argument in enumerate(arguments):
        match = _ARGUMENT.fullmatch(argument)
        if match is None:
            continue
        if match[2] is not None:
            yield match[1], match[2]
        elif argument.startswith("-") and at + 1 < len(arguments):
            yield match[1], arguments[at + 1]


def _one_of(config: Mapping[str, object], names: frozenset[str]) -> float | None:
    told = {
        value
        for name, one in config.items()
        if re.split(r"[./]", name)[-1].replace("-", "_").lower() in names
        and (value := _positive(one)) is not None
    }
    return told.pop() if len(told) == 1 else None


def _positive(value: object) -> float | None:
    with suppress(TypeError, ValueError):
        number = float(value) if isinstance(value, (int, float, str)) else 0.0
        return number if 0 < number < _MOST else None
    return None


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
