"""The whole of a console, read backwards."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuimon.console import history as console_history
from tuimon.console.history import ConsoleHistory
from tuimon.console.printing_times import UNKNOWN
from tuimon.console.rotation import address, part_path, times_path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "console.log"


def everything(history: ConsoleHistory) -> list[str]:
    while history.older():
        pass
    return history.lines


def printed(numbers: range) -> bytes:
    return b"".join(b"line %d\r\n" % number for number in numbers)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 700), st.lists(st.integers(0, 60), max_size=3), st.integers(0, 60))
def test_every_line_comes_once_whatever_the_blocks(
    log: Path, block: int, parts: list[int], newest: int
) -> None:
    for old in log.parent.iterdir():
        old.unlink()
    first = 0
    for number, count in enumerate(parts, 1):
        log.with_name(f"console.log.{number}").write_bytes(printed(range(first, first + count)))
        first += count
    log.write_bytes(printed(range(first, first + newest)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(console_history, "BLOCK", max(block, 12))
        assert everything(ConsoleHistory(log)) == [f"line {n}" for n in range(first + newest)]


def noted(log: Path, notes: list[tuple[int, int, int]]) -> None:
    """Write that bytes (part, offset) were printed at times."""
    pairs = (word for number, offset, when in notes for word in (address(number, offset), when))
    times_path(log).write_bytes(b"".join(word.to_bytes(8, "little") for word in pairs))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    block=st.integers(42, 300),
    parts=st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=20), min_size=1, max_size=3),
    every=st.integers(1, 5),
)
def test_every_line_has_the_time_at_which_it_was_begun(
    log: Path, block: int, parts: list[list[int]], every: int
) -> None:
    """Of lines of any length in any parts, one of so many was begun with a note."""
    for old in log.parent.iterdir():
        old.unlink()
    expected: list[float] = []
    notes = []
    for number, lengths in enumerate(parts, 1):
        data = b""
        for length in lengths:
            if len(expected) % every == 0:
                notes.append((number, len(data), 1000 * len(expected)))
            expected.append(len(expected) // every * every)
            data += b"x" * length + b"\r\n"
        part_path(log, number).write_bytes(data)
    part_path(log, len(parts)).rename(log)
    noted(log, notes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(console_history, "BLOCK", block)
        history = ConsoleHistory(log)
        everything(history)
        assert len(history.lines) == len(history.levels) == len(history.times)
        assert list(history.times) == expected


def test_lines_that_come_later_have_their_times(log: Path) -> None:
    log.write_bytes(b"one\r\ntw")
    noted(log, [(1, 0, 1000), (1, 5, 2000)])
    history = ConsoleHistory(log)
    assert list(history.times) == [1, 2]
    with log.open("ab") as file:
        file.write(b"o\r\nthree\r\nfour")
    noted(log, [(1, 0, 1000), (1, 5, 2000), (1, 7, 3000), (1, 17, 4000)])
    assert history.poll()
    assert history.lines == ["one", "two", "three", "four"]
    assert list(history.times) == [1, 2, 3, 4]


def test_times_that_are_no_times_are_ignored_or_set_right(log: Path) -> None:
    log.write_bytes(b"one\r\ntwo\r\nthree\r\n")
    noted(log, [(1, 0, 5000), (1, 5, 3000), (1, 2, 9000), (1, 10, 6000)])
    with times_path(log).open("ab") as file:
        file.write(b"half a p")
    assert list(ConsoleHistory(log).times) == [5, 5, 6]  # the clock was set back meanwhile
    times_path(log).unlink()
    assert list(ConsoleHistory(log).times) == [UNKNOWN] * 3


@pytest.mark.parametrize("unit", [b"\x1b[1;31mx", b"\x1b[38;2;1;2;3m", b"\rx\x1b[31m\x1b[K"])
def test_ten_megabytes_of_escapes_without_a_line_hold_up_nothing(log: Path, unit: bytes) -> None:
    log.write_bytes(unit * (10_000_000 // len(unit)))
    began = time.process_time()
    history = ConsoleHistory(log)
    history.older()
    assert time.process_time() - began < 2
    assert all(len(line) <= 16384 for line in history.lines)


def test_what_is_printed_without_end_is_taken_in_by_parts(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console_history, "BLOCK", 4096)
    log.write_bytes(b"begin\r\n")
    history = ConsoleHistory(log)
    with log.open("ab") as file:
        file.write(printed(range(5000)))
    assert history.poll()
    assert 1000 < len(history.lines) < 3000
    while history.poll():
        pass
    assert history.lines[-1] == "line 4999"


def test_only_the_end_is_read_at_first(log: Path) -> None:
    log.write_bytes(printed(range(200_000)))
    history = ConsoleHistory(log)
    assert history.lines[-1] == "line 199999"
    assert len(history.lines) < 40_000
    assert history.older() > 10_000


def test_what_is_written_meanwhile_is_added_and_bars_stay_folded(log: Path) -> None:
    log.write_bytes(b"begin\r\n 10%|#   |\r")
    history = ConsoleHistory(log)
    assert history.lines == ["begin", " 10%|#   |"]
    with log.open("ab") as file:
        file.write(b" 20%|##  |\r 99%|### |")
    assert history.poll()
    assert history.lines == ["begin", " 99%|### |"]
    assert not history.poll()


def test_a_log_that_is_renamed_goes_on_in_the_next(log: Path) -> None:
    log.write_bytes(b"one\r\n")
    history = ConsoleHistory(log)
    with log.open("ab") as file:
        file.write(b"two\r\n")
    log.rename(log.with_name("console.log.1"))
    assert history.poll()
    log.write_bytes(b"three\r\n")
    history.poll()
    assert everything(history) == ["one", "two", "three"]
    assert everything(ConsoleHistory(log)) == ["one", "two", "three"]


def test_older_lines_of_a_log_that_is_renamed_meanwhile_are_found(log: Path) -> None:
    log.write_bytes(printed(range(50_000)))
    history = ConsoleHistory(log)
    log.rename(log.with_name("console.log.1"))
    log.write_bytes(printed(range(50_000, 90_000)))
    assert history.poll()
    assert everything(history) == [f"line {number}" for number in range(90_000)]


def test_no_log_is_no_lines(log: Path) -> None:
    history = ConsoleHistory(log)
    assert history.lines == []
    assert history.older() == 0
    assert not history.poll()
