"""The parts of the data that metrics are measured on."""

from collections.abc import Sequence

from tuimon.metrics import languages

SPLITS = {
    **dict.fromkeys(("train", "training", "trn"), "train"),
    **dict.fromkeys(("val", "vali", "valid", "validation", "validate", "validating", "cv"), "val"),
    **dict.fromkeys(("test", "testing"), "test"),
    **dict.fromkeys(("eval", "evaluation", "evaluating"), "eval"),
    "dev": "dev",
    "holdout": "holdout",
    **dict.fromkeys(("infer", "inference"), "infer"),
    **{word: split for split, words in languages.SPLITS.items() for word in words.split()},
}
"""Words for a part of the data → its short name."""


def split_of(word: str) -> str:
    """The part of the data that a word stands for, ``Val.``; empty for other words."""
    return SPLITS.get(word.lower().removesuffix("...").removesuffix("."), "")


EVALUATIONS = frozenset(SPLITS.values()) - {"train"}
"""Parts that a training looks at in between."""

SPLIT_WORD = "|".join(sorted(SPLITS, key=len, reverse=True))
"""A pattern for `SPLITS`, to be searched for in any case."""


def split_place(words: Sequence[str]) -> int | None:
    """Where the first word for a part of the data is among the words of a name, in lower case."""
    return next((place for place, word in enumerate(words) if word in SPLITS), None)
