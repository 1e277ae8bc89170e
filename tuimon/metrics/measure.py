"""What the name of a metric tells of its values."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, get_args

from tuimon.metrics.splits import SPLITS, split_place
from tuimon.metrics.tokens import Token, tokens
from tuimon.metrics.vocabulary import (
    AVERAGES,
    BARE,
    CONTESTS,
    DRIFTING,
    GENERAL,
    LEADING,
    LONGEST_PHRASE,
    NEGATIONS,
    ORDINARY,
    PAUSES,
    PREPOSITIONS,
    SECOND,
    TERMS,
    Attribute,
    Best,
    Kind,
    Term,
)

_UNKNOWN = Term("")
_LOADER = re.compile(r"/dataloader_idx_\d+\Z")
"""What Lightning adds where a training has several sets for validation."""
_ATTRIBUTES = frozenset(get_args(Attribute))
_KEPT = frozenset({"loss", "likelihood", "error", "learning rate", "rate", "time", "count"})
"""What is among gradients without being one."""


class Measure(NamedTuple):
    """What is known of a metric by its name."""

    kind: Kind
    best: Best | None
    """Which of its values is the best; None where there is none, or none is known."""
    split: str
    """The part of the data, as `SPLITS` calls it; empty where the name has none."""
    drifts: bool = False
    """Whether it may grow although nothing is wrong, as the loss of a policy."""
    target_moves: bool = False
    """Whether it is of a training in which no loss need fall: by trial, or in a contest."""
    diverges: bool = False
    """Whether it is the distance of two distributions, or a loss of one."""
    ordinary: bool = False
    """Whether the word that tells the kind is one of everyday language, too."""

    @property
    def is_vital(self) -> bool:
        """Whether a value that is not finite means that something is broken."""
        return self.kind in ("loss", "likelihood", "error", "gradient")

    @property
    def is_noisy(self) -> bool:
        """Whether it is measured, not set by the training, so that its mean tells more."""
        return self.kind not in ("learning rate", "setting", "count")

    @property
    def is_to_fall(self) -> bool:
        """Whether values that have grown far mean that something is wrong."""
        return self.kind == "loss" and self.best == "min" and not self.drifts


@lru_cache(maxsize=1 << 14)  # the tags of a log are asked for again and again
def measure_of(name: str) -> Measure:
    """What a tag or a printed name tells; the last part that tells anything counts. A formula
    (``= …``) tells nothing: what is best of a loss need not be of its logarithm.

    >>> measure_of("train/loss_scale").kind, measure_of("losses/accuracy").best
    ('setting', 'max')
    """
    name = "" if name.startswith("=") else _LOADER.sub("", name)
    words = tokens(name)
    place = split_place([token.word for token in words])
    telling = (one for one in words if one.word[0].isalnum() or one.word in NEGATIONS)
    parts = _parts(name, (token for token in telling if token.word not in SPLITS))
    term = _deciding(parts)
    kinds = {item.kind for part in parts for item in _items(part) if isinstance(item, Term)}
    if "gradient" in kinds and term.kind not in _KEPT | {"gradient"}:
        term = Term("gradient")
    return Measure(
        term.kind,
        term.best,
        "" if place is None else SPLITS[words[place].word],
        "divergence" in kinds or any(token.word in DRIFTING for token in words),
        term.kind == "loss" and any(token.word in CONTESTS for token in words),
        "divergence" in kinds,
        term.word in ORDINARY,
    )


def best_of(tag: str) -> Best | None:
    """Which value is the best of a metric by its tag; None where the name does not tell.

    The lowest of losses and errors, the highest of accuracies, scores and rewards. Of learning
    rates, norms, times and the like no value is best. In ``losses/accuracy`` the last part counts.
    """
    return measure_of(tag).best


def _parts(name: str, words: Iterable[Token]) -> list[list[Token]]:
    """The words between slashes."""
    parts: list[list[Token]] = []
    end = 0
    for token in words:
        if not parts or "/" in name[end : token.start]:
            parts.append([])
        parts[-1].append(token)
        end = token.end
    return parts


def _deciding(parts: Sequence[list[Token]]) -> Term:
    """The term that tells what a name is."""
    if not parts:
        return _UNKNOWN
    last = parts[-1]
    if [token.text for token in last if token.word.isalpha()] == ["IS"]:
        return Term("accuracy", "max", "IS")
    groups = [_judged(part) for part in parts]
    if _is_speed(parts, groups):
        return Term("rate")
    if found := next((term for term in reversed(groups) if term is not None), None):
        return found
    words = (token.word for token in last)
    if found := BARE.get(tuple(word for word in words if word not in AVERAGES | PAUSES)):
        return found
    is_pause = any(token.word in PAUSES for part in parts for token in part)
    return Term("count") if is_pause else _UNKNOWN


def _is_speed(parts: Sequence[list[Token]], groups: Sequence[Term | None]) -> bool:
    """``it/s``, ``tokens_per_second_per_gpu``, but not ``time/s``."""
    words = [[token.word for token in part] for part in parts]
    if len(words) > 1 and len(words[-1]) == 1 and words[-1][0] in SECOND:
        return groups[-2] is None or groups[-2].kind != "time"
    return any(
        word == "per" and after in SECOND for part in words for word, after in pairwise(part)
    )


def _judged(part: Sequence[Token]) -> Term | None:
    """What one part of a name is: what stands before a preposition, if that tells anything."""
    segment: list[Term | str] = []
    for item in _items(part):
        if not isinstance(item, str) or item not in PREPOSITIONS:
            segment.append(item)
        elif (term := _named(segment)) is not None:
            return term
        else:
            segment = []
    return _named(segment)


def _named(segment: Sequence[Term | str]) -> Term | None:
    terms = [item for item in segment if isinstance(item, Term)]
    if not terms:
        return None
    if isinstance(segment[0], Term) and segment[0].word in LEADING:
        return segment[0]
    head = _head(terms)
    if NEGATIONS.isdisjoint(item for item in segment if isinstance(item, str)):
        return head
    # Others are measured on negative examples as often as they are negated.
    is_likelihood = any(term.kind == "likelihood" for term in terms)
    return Term("loss", "min") if is_likelihood else Term(head.kind, None, head.word)


def _head(terms: Sequence[Term]) -> Term:
    """The term that the others only describe: as a rule the last one."""
    last = terms[-1]
    if last.kind == "share" and len(terms) > 1 and terms[-2].kind in ("error", "accuracy"):
        return terms[-2]
    if last.kind in _ATTRIBUTES | {"share"}:
        return last
    for kind in ("loss", "spread"):  # loss_iou, std_reward
        if found := [term for term in terms if term.kind == kind]:
            return min(found, key=lambda term: term.word in ORDINARY)
    special = [term for term in terms if term.word not in GENERAL]
    return special[-1] if special else last


def _items(part: Sequence[Token]) -> Iterator[Term | str]:
    """The phrases that are known, the longest that begin at each word, and the words between."""
    words = [token.word for token in part]
    place = 0
    while place < len(words):
        for length in range(LONGEST_PHRASE, 0, -1):
            if term := TERMS.get(tuple(words[place : place + length])):
                break
        yield term or words[place]
        place += length
