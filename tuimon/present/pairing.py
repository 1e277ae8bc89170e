"""Which tags share a chart: the train and test curves of one metric."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from tuimon.metrics import Kind, measure_of
from tuimon.metrics.splits import SPLITS, split_place
from tuimon.metrics.tokens import tokens

_SEPARATORS = "/_.- "
_PER = ("step", "epoch")
"""What Lightning adds to the names of values that are logged for both."""
_SET = re.compile(r"(?:_(\d{1,3}))?(?:'s)?(?=[-/ ])")
"""Behind the word for a split, which of several: ``validation_1-logloss``, ``valid_0's l2``."""
_FIRST: tuple[tuple[Kind, ...], ...] = (("loss", "reward"), ("accuracy",))
_PLACEHOLDER = ("hp", "metric")
"""What Lightning logs where no metric goes with the hyperparameters."""


class Metric(NamedTuple):
    """One chart: its title and its curves as (label, tag) pairs in order of appearance."""

    title: str
    curves: tuple[tuple[str, str], ...]
    pair: str = ""
    """Title of the metric that it is a part of, where others could share its chart."""
    own: bool = False
    """Whether its user has made it."""
    pinned: bool = False
    """Whether it is to come first."""


class _Split(NamedTuple):
    key: tuple[str, ...]
    name: str
    """The tag without the word for the data split."""
    split: str
    """Empty where the tag has no such word; of one of several sets with its number."""
    per: str = ""
    """``step`` or ``epoch`` where the tag ends so; no part of the key."""


def pair_tags(tags: Iterable[str]) -> list[Metric]:
    """Group tags into charts, losses, rewards and accuracies first, else in order of appearance.

    Tags that differ only in the word for the data split belong together, wherever a framework
    puts that word:

    >>> [metric.title for metric in pair_tags(["lr", "Loss/train", "val_acc", "Loss/test"])]
    ['Loss', 'val_acc', 'lr']
    """
    groups: dict[tuple[str, ...], list[tuple[str, _Split]]] = {}
    for tag in dict.fromkeys(tags):
        split = _split(tag)
        groups.setdefault(split.key, []).append((tag, split))
    ranked = sorted(groups.items(), key=lambda group: _rank(group[0], group[1][0][0]))
    return [_metric(members) for _, members in ranked]


def split_tags(tags: Iterable[str]) -> list[Metric]:
    """A chart for each tag; those that `pair_tags` brings together stand beside each other.

    >>> [metric.title for metric in split_tags(["Loss/train", "lr", "Loss/test"])]
    ['Loss/train', 'Loss/test', 'lr']
    """
    return [
        Metric(tag, ((tag, tag),), metric.title if len(metric.curves) > 1 else "")
        for metric in pair_tags(tags)
        for _, tag in metric.curves
    ]


def prefix_tags(tags: Iterable[str]) -> list[Metric]:
    """Group tags by what is before their first slash, in order of appearance; others stay alone.

    >>> [metric.title for metric in prefix_tags(["grad/a", "lr", "grad/b"])]
    ['grad/*', 'lr']
    """
    groups: dict[str, list[str]] = {}
    for tag in dict.fromkeys(tags):
        prefix, slash, _ = tag.partition("/")
        groups.setdefault(prefix + slash if slash else tag, []).append(tag)
    return [
        Metric(f"{prefix}*", tuple((tag.removeprefix(prefix), tag) for tag in members))
        if len(members) > 1
        else Metric(members[0], ((members[0], members[0]),))
        for prefix, members in groups.items()
    ]


def is_placeholder(tag: str) -> bool:
    """Whether a tag is one that only goes with hyperparameters: of `add_hparams`, of Lightning."""
    return tag.startswith("hparam/") or _split(tag).key == _PLACEHOLDER


@lru_cache(maxsize=1 << 14)  # the tags of a log are asked for again and again
def _split(tag: str) -> _Split:
    """Take the first word for a data split out of a tag, and ``step`` or ``epoch`` off its key."""
    words = tokens(tag)
    lower = [word.word for word in words]
    place = split_place(lower)
    if place is None or len(words) == 1:
        return _Split(tuple(lower) or (tag,), tag, "")
    end, split = words[place].end, SPLITS[lower[place]]
    if match := _SET.match(tag, end):
        end, split = match.end(), f"{split} {match[1] or ''}".rstrip()
    before, after = tag[: words[place].start], tag[end:]
    # One separator goes with the word: "Loss/train" → "Loss", "a/val_b" → "a/b".
    if after:
        after = after.removeprefix(after[0]) if after[0] in _SEPARATORS else after
    elif before[-1:] in _SEPARATORS:
        before = before[:-1]
    key = [*lower[:place], *(word.word for word in words if word.start >= end)]
    per = key.pop() if len(key) > 1 and key[-1] in _PER else ""
    return _Split(tuple(key), before + after, split, per)


def _metric(members: list[tuple[str, _Split]]) -> Metric:
    if len(members) == 1:
        tag = members[0][0]
        return Metric(tag, ((tag, tag),))
    name = members[0][1].name
    labels = [split.split or tag for tag, split in members]
    pers = {split.per for _, split in members}
    if len(pers) > 1:
        labels = [f"{split.split} {split.per}".strip() or tag for tag, split in members]
        # The shortest name is the one without "_step" and "_epoch", where there is one.
        name = min((split.name for _, split in members), key=len)
    if len(set(labels)) < len(labels):  # "train/loss" beside "loss/train"
        labels = [tag for tag, _ in members]
    return Metric(name, tuple(zip(labels, (tag for tag, _ in members), strict=True)))


def _rank(key: tuple[str, ...], tag: str) -> int:
    if "hparam" in key or key == _PLACEHOLDER:
        return len(_FIRST) + 1
    kind = measure_of(tag).kind
    return next((rank for rank, kinds in enumerate(_FIRST) if kind in kinds), len(_FIRST))
