"""What W&B has of a training, beside what the training had: `python tests/bench/mirror_truth.py`.

Prints the tables of tuimon/docs/wandb.md: a row for each way that a training takes to a server
which keeps what it is sent; beside it the same script under `wandb.init(sync_tensorboard=True)`.
With words, the ways whose names hold one of them; `--kills N` in place of 100; `--venvs DIRECTORY`
keeps the environments with older wandbs; `--explain` adds examples of what is not right.
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from support.mirror_stage import Stage
from support.mirror_truth import Verdict, compare, measured
from support.mirror_ways import Play, ways
from support.wandb_server import wandb_server

ASPECTS = (
    *("runs", "points", "times", "media", "console", "system rows"),
    *("run time", "config", "summary", "exit code"),
)


def play(play: Play) -> Verdict:
    with tempfile.TemporaryDirectory() as name, wandb_server() as server:
        stage = Stage(Path(name), server)
        try:
            trainings = play(stage)
        finally:
            stage.host.kill_all()
        return compare(trainings, server.runs, measured(Path(name)))


def cell(verdict: Verdict, aspect: str) -> str:
    has, had = verdict.has.get(aspect, "–"), verdict.had.get(aspect, "–")
    has, had = (f"{one:,}" if isinstance(one, int) else one for one in (has, had))
    if aspect == "times" or has == had:
        return str(has)
    return f"{has} of {had}"


def totals(verdict: Verdict | None) -> str:
    if verdict is None:
        return "–"
    counted = (verdict.lost, verdict.doubled, verdict.wrong)
    return ", ".join(f"{one.total():,}" for one in counted)


def explain(name: str, verdict: Verdict) -> None:
    for example in verdict.examples:
        print(f"  {name}: {example}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--venvs", type=Path, default=Path(tempfile.gettempdir(), "wandb-versions"))
    parser.add_argument("--explain", action="store_true")
    args = parser.parse_args()
    print("| " + " | ".join(["way", *ASPECTS, "lost, doubled, wrong", "without tuimon"]) + " |")
    print("|---" * (len(ASPECTS) + 3) + "|")
    for way in ways(args.kills, args.venvs):
        if args.words and not any(word in way.name for word in args.words):
            continue
        mirrored = play(way.mirrored)
        alone = play(way.alone) if way.alone else None
        cells = [cell(mirrored, aspect) for aspect in ASPECTS]
        row = [way.name, *cells, totals(mirrored), totals(alone)]
        print("| " + " | ".join(row) + " |", flush=True)
        if args.explain:
            explain(way.name, mirrored)
            if alone is not None:
                explain(f"{way.name}, alone", alone)


if __name__ == "__main__":
    main()
