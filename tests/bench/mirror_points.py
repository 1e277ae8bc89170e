"""Where a mirrored training's points are, whatever happens: `python tests/bench/mirror_points.py`.

Prints the table of tuimon/docs/measured.md; six minutes. With a number, that many kills instead of
a hundred.
"""

import os
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from support.mirror_scenarios import outcome, scenarios


def main(kills: int) -> None:
    print("| training | event files | offline run | event files | server | lost | doubled |")
    print("|---|---|---|---|---|---|---|")
    for name, play in scenarios(kills).items():
        with tempfile.TemporaryDirectory() as directory:
            os.environ |= {"TUIMON_HOME": f"{directory}/home", "WANDB_ERROR_REPORTING": "false"}
            found = outcome(Path(directory), play)
        counts = " | ".join(f"{count:,}" for count in (*found.offline, *found.online))
        print(f"| {name} | {counts} | {found.lost} | {found.doubled} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
