"""How far a run is, in words."""

import pytest

from tuimon.present.progress_words import progress_bar, progress_words
from tuimon.runs.progress_record import ProgressRecord

NOW = 1e9


def record(left: float | None = None, spread: float = 0.0, done: float = 43.9) -> ProgressRecord:
    found = ProgressRecord("epochs", done, 100.0, updated_at=NOW)
    if left is None:
        return found
    ends, least, most = (NOW + left * one for one in (1, 1 - spread, 1 + spread))
    return found._replace(ends_at=ends, earliest=least, latest=most)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (record(), "43%"),
        (record(3877), "43% · 1h 05m left"),
        (record(3877, 0.3), "43% · 45m–1h 25m left"),
        (record(7200), "43% · 2h left"),
        (record(9.2), "43% · 9s left"),
        (record(4e5), "43% · 4d 15h left"),
        (record(-5), "43%"),
        (record(done=99.99), "99%"),
        (record(done=100), "99%"),
        (record(60)._replace(updated_at=NOW - 3600), ""),
        (None, ""),
    ],
)
def test_words(told: ProgressRecord | None, words: str):
    assert progress_words(told, NOW) == words


def test_a_bar():
    assert progress_bar(record(), 10) == "━━━━──────"
