"""How well the time that is left was told: `python tests/bench/progress.py`.

Replays what real trainings printed (``tests/bench/trainings``) and prints a Markdown table. A look
is right when the end that is told, or the nearer end of a range, is within 10 % of the whole time;
a look at which nothing is told is not. Looks are from 5 % of the way on.
"""

import statistics
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from support.recorded_trainings import TRAININGS, Look, looks
from tuimon.text import format_duration

LOOKS = 400
NEAR = 0.1
WHAT = {
    "bars": "tqdm bar an epoch, validation bar",
    "growing": "`Step 50/2400`, steps that get six times as long",
    "hf_epochs": "Hugging Face, 6 epochs, evaluates and saves",
    "hf_steps": "Hugging Face, evaluates every 300 of 1800 steps",
    "iters": "`iter 10`, `--max-iters`, evaluates every 250, paused",
    "keras": "Keras 3, 7 epochs, validation",
    "lightning": "Lightning's rich bar, 6 epochs, validation",
    "lines": "`Epoch 3`, `[6400/60000]`, `--epochs`, tests, paused",
    "outer": "tqdm bar over 60 epochs, every fifth longer",
    "steps": "`Epoch [1/6], Step [50/600]`, validation",
    "warm": "mmengine's lines, slow start, checkpoints",
    "zero": "`Epoch 0/24`, validation",
}


def right(found: list[Look]) -> int:
    """How many looks were right."""
    return sum(one.error is not None and abs(one.error) <= NEAR for one in found)


def main() -> None:
    """Print the table."""
    print("| training | took | looks right | median error | ranges told |")
    print("|---|---|---|---|---|")
    everything: list[Look] = []
    for path in TRAININGS:
        name = path.name.split(".")[0]
        found = list(looks(path, LOOKS))
        everything += found
        errors = [abs(one.error) for one in found if one.error is not None]
        ranges = sum(one.is_range for one in found) / len(found)
        print(
            f"| {WHAT.get(name, name)} | {format_duration(found[0].whole)} "
            f"| {right(found) / len(found):.0%} | {statistics.median(errors):.0%} | {ranges:.0%} |"
        )
    print(f"| all | | **{right(everything) / len(everything):.0%}** | | |")


if __name__ == "__main__":
    main()
