"""The kinds of failure: each is told of what its console ends with, and is bounded in time."""

import re
import string
from re import _constants, _parser  # type: ignore[attr-defined]

import pytest

from support.failure_excerpts import KINDS, Excerpt, excerpts, kinds_told, sentence
from tuimon.guardian.child import Outcome
from tuimon.guardian.exception_table import OF_EXCEPTIONS
from tuimon.guardian.failure_kinds import FailureKind

EXCERPTS = excerpts()
MOST_REPEATS = 300
MOST_STEPS = 100_000
"""That a pattern may take at one place of a text, counted as the product of what repeats in it."""


@pytest.mark.parametrize("excerpt", EXCERPTS, ids=lambda excerpt: excerpt.kind)
def test_a_failure_is_told_by_its_kind(excerpt: Excerpt):
    told = excerpt.sentence
    assert excerpt.is_told_by(told), told


def test_every_kind_is_told_of_some_excerpt():
    told = {name for excerpt in EXCERPTS for name in kinds_told(excerpt.sentence)}
    assert {kind.name for kind in KINDS if kind.meaning} == told


def test_a_sentence_says_what_to_do_and_ends_there():
    tail = "Traceback (most recent call last):\n  File 'x'\nOSError: [Errno 28] No space left\n"
    assert sentence(Outcome(1, None), tail) == (
        "exit code 1: the disk is full: OSError: [Errno 28] No space left; make room"
    )


def test_what_a_training_survives_and_texts_about_failures_are_no_end():
    for line in OF_EXCEPTIONS.splitlines():
        words = re.sub(r"[\\^$?(){}\[\]|]", "", line)
        tail = f"step 1 loss 2.0\nwarning, {words}, trying again\n" + "step 2 loss 1.9\n" * 3
        assert kinds_told(sentence(Outcome(3, None), tail)) == set(), line


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.name}: {kind.meaning}")
def test_a_kind_is_well_formed_and_linear(kind: FailureKind):
    """At each place of a text a pattern takes a bounded number of steps."""
    fields = {field for _, field, _, _ in string.Formatter().parse(kind.meaning) if field}
    assert fields == set(kind.pattern.groupindex) - {"said"}
    assert not kind.pattern.search("")
    assert "{" not in kind.advice
    for alternative in _parser.parse(kind.pattern.pattern, re.MULTILINE):
        assert _steps([alternative]) <= MOST_STEPS


def _steps(parsed: object) -> int:
    """The ways in which a parsed pattern may repeat what it holds, at most."""
    steps = 1
    for operation, argument in parsed:  # type: ignore[attr-defined]
        if operation in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            least, most, inner = argument
            assert most is not _constants.MAXREPEAT
            assert most <= MOST_REPEATS
            steps *= (most - least + 1) * _steps(inner)
        elif operation is _constants.POSSESSIVE_REPEAT:
            steps *= _steps(argument[2])
        elif operation is _constants.SUBPATTERN:
            steps *= _steps(argument[3])
        elif operation is _constants.BRANCH:
            steps *= max(_steps(branch) for branch in argument[1])
    return steps
