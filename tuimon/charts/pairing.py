"""Which tags share a chart: the train and test curves of one metric."""

import re
from collections.abc import Iterable
from typing import NamedTuple

_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "dev",
    "eval": "eval",
    "evaluation": "eval",
    "test": "test",
    "testing": "test",
}
_WORD = re.compile(r"[^/_.\- ]+")
_FIRST = (("loss",), ("acc", "accuracy"))


class Metric(NamedTuple):
    """One chart: its title and its curves as (label, tag) pairs in order of appearance."""

    title: str
    curves: tuple[tuple[str, str], ...]


class _Split(NamedTuple):
    key: tuple[str, ...]
    name: str
    split: str


def pair_tags(tags: Iterable[str]) -> list[Metric]:
    """Group tags into charts, loss and accuracy first, else in order of appearance.

    Tags that differ only in the word for the data split belong together, wherever a framework
    puts that word:

    >>> [metric.title for metric in pair_tags(["lr", "Loss/train", "val_acc", "Loss/test"])]
    ['Loss', 'val_acc', 'lr']
    """
    groups: dict[tuple[str, ...], list[tuple[str, _Split]]] = {}
    for tag in dict.fromkeys(tags):
        split = _split(tag)
        groups.setdefault(split.key, []).append((tag, split))
    ranked = sorted(groups.items(), key=lambda group: _rank(group[0]))
    return [_metric(members) for _, members in ranked]


def _split(tag: str) -> _Split:
    """Take the first word for a data split out of a tag."""
    words = list(_WORD.finditer(tag))
    for word in words:
        split = _SPLITS.get(word.group().lower())
        if split and len(words) > 1:
            before, after = tag[: word.start()], tag[word.end() :]
            # One separator goes with the word: "Loss/train" → "Loss", "a/val_b" → "a/b".
            name = before + after[1:] if after else before[:-1]
            key = tuple(w.group().lower() for w in words if w is not word)
            return _Split(key, name, split)
    return _Split(tuple(w.group().lower() for w in words) or (tag,), tag, "")


def _metric(members: list[tuple[str, _Split]]) -> Metric:
    if len(members) == 1:
        tag = members[0][0]
        return Metric(tag, ((tag, tag),))
    labels = [split.split or tag for tag, split in members]
    if len(set(labels)) < len(labels):  # "train/loss" beside "loss/train"
        labels = [tag for tag, _ in members]
    return Metric(members[0][1].name, tuple(zip(labels, (tag for tag, _ in members), strict=True)))


def _rank(key: tuple[str, ...]) -> int:
    if "hparam" in key:
        return len(_FIRST) + 1
    for rank, words in enumerate(_FIRST):
        if any(word in words for word in key):
            return rank
    return len(_FIRST)
