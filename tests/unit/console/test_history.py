"""The whole of a console, read backwards."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuimon.console import history as console_history
from tuimon.console.history import ConsoleHistory


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
