"""Why a training ended, as it is told of labelled consoles: `python tests/bench/causes.py`.

Prints a Markdown table by kind: how many are told, and how many as another kind. `--corpus DIR`
adds a public corpus of failure logs (a clone of github.com/Parv-01/gpualert-eval), and `--show`
every sentence.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from support.failure_excerpts import KINDS, NOTHING, Excerpt, excerpts, kinds_told, outcome

# What the classes of the corpus are here: kinds, or what the sentence holds.
CLASSES = {
    "cuda_oom": {"gpu memory"},
    "nccl": {"nccl", "collective timeout", "rank lost"},
    "cuda_runtime": {"cuda"},
    "ram_oom": {"host memory"},
    "oom_killer": {"host memory"},
    "file_not_found": {"file"},
    "permission": {"permission"},
    "device_mismatch": {"device mismatch"},
    "missing_module": {"ModuleNotFoundError", "library"},
    "segfault": {"segmentation fault"},
    "div_zero": {"ZeroDivisionError"},
    "assertion": {"AssertionError"},
    "runtime_error": {"RuntimeError"},
    "traceback": {"Error"},
}
ACROSS = 4
NAMES = {kind.name for kind in KINDS}


def is_right(told: str, expected: set[str]) -> bool:
    """Whether a sentence tells what a class of the corpus stands for."""
    return bool(kinds_told(told) & expected) or any(
        text in told for text in expected if text not in NAMES
    )


def of_corpus(folder: Path, show: bool) -> dict[str, Counter[str]]:
    """By source and class, of the logs that end in failure."""
    counts: dict[str, Counter[str]] = {}
    for log, mode, code in logs(folder / "corpus"):
        if mode not in CLASSES or code == 0:  # nan_loss, which ends well
            continue
        console = log.read_text(errors="replace")
        told = Excerpt(mode, outcome(code), "", console).sentence
        right = is_right(told, CLASSES[mode])
        for name in (f"{log.parent.name}: {mode}", f"**{log.parent.name}**"):
            note(counts, name, right, not right and bool(kinds_told(told)))
        if show:
            print("" if right else "WRONG", log.stem, told)
    return counts


def logs(corpus: Path) -> Iterator[tuple[Path, str, int]]:
    """(log, class, exit code) of all, those of trackers and forums as well."""
    for row in map(json.loads, (corpus / "labels.jsonl").read_text().splitlines()):
        if row["source"] != "wild":
            yield corpus.parent / row["log_path"], row["mode"], row["true_exit_code"]
    for line in (corpus / "wild" / "wild_labels.tsv").read_text().splitlines():
        if not line.startswith("#"):
            name, mode, code, *_ = line.split("\t")
            yield corpus / "wild" / f"{name}.log", mode, int(code)


def of_excerpts(show: bool) -> dict[str, Counter[str]]:
    """By kind, of the excerpts in tests/support/failures."""
    counts: dict[str, Counter[str]] = {}
    for excerpt in sorted(excerpts(), key=lambda excerpt: excerpt.kind):
        told = excerpt.sentence
        right = excerpt.is_told_by(told)
        wrong = not right and (excerpt.kind == NOTHING or bool(kinds_told(told)))
        note(counts, excerpt.kind, right, wrong)
        note(counts, "**all**", right, wrong)
        if show:
            print("" if right else "WRONG", excerpt.kind, "|", told)
    return counts


def note(counts: dict[str, Counter[str]], name: str, right: bool, wrong: bool) -> None:
    counts.setdefault(name, Counter()).update(of=1, right=int(right), wrong=int(wrong))


def print_table(head: str, counts: dict[str, Counter[str]]) -> None:
    """Packed: a line of a page holds several."""
    cells = [
        f"| {name} | {count['right']}/{count['of']}{f', {wrong} wrong' * bool(wrong)} "
        for name, count in sorted(counts.items())
        for wrong in (count["wrong"],)
    ]
    cells += ["| | "] * (-len(cells) % ACROSS)
    print("\n" + f"| {head} | told " * ACROSS + "|\n" + "|---" * 2 * ACROSS + "|")
    for row in batched(cells):
        print("".join(row) + "|")


def batched(cells: list[str]) -> Iterator[list[str]]:
    return (cells[at : at + ACROSS] for at in range(0, len(cells), ACROSS))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    print_table("kind", of_excerpts(arguments.show))
    if arguments.corpus:
        print_table("corpus", of_corpus(arguments.corpus, arguments.show))


if __name__ == "__main__":
    main()
