"""How well the time that is left was told: `python tests/bench/progress.py`.

Replays what real trainings printed (``tests/bench/trainings``), and simulates others, and prints
Markdown tables. What is right: `support.forecast_looks`.
"""

import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random

sys.path[:0] = [str(Path(__file__).parents[1])]

from support import recorded_trainings, simulated_trainings
from support.forecast_looks import Look, share_right

LOOKS = 400
SIMULATIONS, LOOKS_OF_ONE = 20, 40
WHAT = {
    "bars": "tqdm bar an epoch, validation bar",
    "growing": "`Step 50/2400`, steps that get six times as long",
    "hf_epochs": "Hugging Face, 6 epochs, evaluates and saves",
    "hf_steps": "Hugging Face, evaluates every 300 of 1800 steps",
    "iters": "`iter 10` of `max_iters`, evaluates every 250, paused",
    "keras": "Keras 3, 7 epochs, validation",
    "lightning": "Lightning's rich bar, 6 epochs, validation",
    "lines": "`Epoch 3`, `[6400/60000]`, `--epochs`, tests, paused",
    "outer": "tqdm bar over 60 epochs, every fifth longer",
    "steps": "`Epoch [1/6], Step [50/600]`, validation",
    "warm": "mmengine's lines, slow start, checkpoints",
    "zero": "`Epoch 0/24`, validation",
    "curriculum": "a line an epoch, sequences 1.5 and 1.3 times as long twice",
    "dcgan": "`[3/20][8/40]`, pictures every fifth epoch",
    "diffusers": "`Steps` bar, saves every 100, makes pictures every 200",
    "drifting": "tqdm bar an epoch, validates every 170 steps, whatever the epoch",
    "hf_resumed": "Hugging Face, resumed at 200 of 500 steps",
    "imagenet": "`Epoch: [3][120/200]`, first epoch half as fast",
    "leak": "`Step 60/700`, steps become 2.2 times as long",
    "lightning_half": "Lightning's tqdm bar, validates twice an epoch, slow first one",
    "logger": "`step=5`, evaluates every 75, saves every 200, hiccups",
    "nameless": "one nameless bar, evaluates behind epochs, compiles first",
    "nano": "`iter 5` of `max_iters`, evaluates every 60, saves every 180",
    "nested": "bar of epochs around bars, batches get longer, evaluates every 2nd",
    "pictures": "`[3/24][5/50]`, pictures every third epoch",
    "ramp": "tqdm bar over all, batches grow until a third of the way",
    "rl": "`timesteps 4000/60000`, evaluates every tenth, steps 1.7 times as long",
    "shards": "`Epoch [3/12] Batch [15/45]`, every other epoch is longer",
    "ultralytics": "Ultralytics' bars, cut by the terminal; the last third is faster",
    "verbose2": "Keras' `verbose=2`, a line an epoch",
}


def name_of(path: Path) -> str:
    """What the recording is called."""
    name = path.name.split(".")[0]
    return WHAT.get(name, name)


def table(kind: str, found: Mapping[str, Sequence[Look]]) -> None:
    """Print a table of trainings."""
    print(
        f"| {kind} | right | middle | of the rest | median error | ranges | hold the end | silent |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, looks in {**found, "all": [one for some in found.values() for one in some]}.items():
        errors = [abs(one.error) for one in looks if one.error is not None]
        right = f"**{share_right(looks):.0%}**" if name == "all" else f"{share_right(looks):.0%}"
        near, close, ranges, hold, silent = (
            _share(told)
            for told in (
                [one.is_near for one in looks],
                [one.is_close for one in looks],
                [one.is_range for one in looks],
                [one.is_held for one in looks if one.is_range],
                [one.forecast is None for one in looks],
            )
        )
        error = f"{statistics.median(errors):.0%}"
        print(f"| {name} | {right} | {near} | {close} | {error} | {ranges} | {hold} | {silent} |")
    print()


def _share(told: Sequence[bool]) -> str:
    return f"{sum(told) / max(1, len(told)):.0%}"


def recorded(paths: Iterable[Path]) -> dict[str, list[Look]]:
    """Looks at each of these."""
    return {name_of(path): list(recorded_trainings.looks(path, LOOKS)) for path in paths}


def simulated() -> dict[str, list[Look]]:
    """Looks at some trainings of each kind."""
    found: dict[str, list[Look]] = {}
    for kind in simulated_trainings.KINDS:
        for seed in range(SIMULATIONS):
            chance = Random(f"{kind.__name__} {seed}")
            looks = simulated_trainings.looks(kind(chance), chance, LOOKS_OF_ONE)
            found.setdefault(kind.__name__.replace("_", " "), []).extend(looks)
    return found


def main() -> None:
    """Print the tables."""
    table("recorded", recorded(recorded_trainings.TRAININGS))
    table("recorded afterwards", recorded(recorded_trainings.HELD_OUT))
    table("simulated", simulated())


if __name__ == "__main__":
    main()
