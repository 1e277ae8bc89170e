"""What is told of the end of a console, whatever a training has printed."""

import re
from collections.abc import Sequence

from hypothesis import example, given, settings
from hypothesis import strategies as st

from support.failure_excerpts import KINDS, excerpts, kinds_told, sentence
from tuimon.guardian.cause import explain
from tuimon.guardian.child import Outcome
from tuimon.guardian.last_words import last_line, last_words, place_of_crash
from tuimon.guardian.oom import OomKills
from tuimon.guardian.tracebacks import traceback_ends

LINES = sorted({line for excerpt in excerpts() for line in excerpt.console.splitlines() if line})
LABELS = ("", "[rank0]: ", "[rank1]: ", "3: ", "\x1b[31m", "(pid=7) ", "  ")
MOST = 1200
"""Characters of a sentence: all that is quoted is cut."""

lines = st.builds(lambda label, line: label + line, st.sampled_from(LABELS), st.sampled_from(LINES))
consoles = st.lists(
    (lines | st.text(max_size=30)).map(str.encode) | st.binary(max_size=30), max_size=40
).map(b"\r\n".join)
codes = st.sampled_from([1, 2, 3, 134, 137, 139])


@settings(max_examples=50)
@given(console=consoles, code=codes)
@example(
    console=b"Traceback (most recent call last):\nE\x1b[31m\x9b2JError: \x1b\x1b[m[2J\x07", code=1
)
def test_a_sentence_is_one_line_without_control_characters(console: bytes, code: int):
    told = explain(Outcome(code, None), None, OomKills(0, 0, None), b"", console).cause
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", told)
    assert len(told) <= MOST
    for words in (last_words(console), last_line(console), place_of_crash(console)):
        assert words is None or words.strip() == words != ""


@settings(max_examples=40)
@given(console=consoles, steps=st.integers(20, 40))
def test_what_a_training_has_gone_on_after_is_no_cause(console: bytes, steps: int):
    """As far as it is an exception; what is no exception is looked for a little further back."""
    after = "".join(f"\r\nstep {step} loss 0.{step}" for step in range(70 + steps))
    assert last_words(console + after.encode()) is None


@settings(max_examples=60)
@given(data=st.data())
def test_ranks_that_write_at_once_are_told_apart(data: st.DataObject):
    one, other = (_traceback(label, name) for label, name in (("0: ", "KeyError"), ("1: ", "E.x")))
    ends, _ = traceback_ends(_merged(data, one, other))
    assert {(end.label, end.text) for end in ends} == {("0: ", "KeyError"), ("1: ", "E.x")}


def test_what_stands_before_changes_nothing():
    before = "epoch 1 loss 0.5\n" * 30
    for excerpt in excerpts():
        assert sentence(excerpt.outcome, before + excerpt.console) == excerpt.sentence


def _traceback(label: str, name: str) -> list[str]:
    frames = ['  File "x.py", line 3, in f', "    f()", '  File "x.py", line 4, in g', "    g()"]
    return [label + line for line in ("Traceback (most recent call last):", *frames, name)]


def _merged(data: st.DataObject, one: Sequence[str], other: Sequence[str]) -> list[str]:
    """Both in their order, mixed in any way."""
    turns = data.draw(st.permutations([0] * len(one) + [1] * len(other)))
    sources = iter(one), iter(other)
    return [next(sources[turn]) for turn in turns]


def test_sentences_hold_one_kind():
    for kind in KINDS:
        if kind.meaning and "{" not in kind.meaning:
            assert kinds_told(f"exit code 1: {kind.meaning}: x; {kind.advice}") == {kind.name}
