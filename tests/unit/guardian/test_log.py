"""What the guardian says, and that saying it never fails."""

import io
import sys

import pytest

from tuimon.guardian import log as module
from tuimon.guardian.log import describe, log


class _Full(io.StringIO):
    """Standard error on a full disk."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_no_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stderr", _Full())
    log("lost")


def test_it_falls_silent(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(module, "_lines", 0)
    monkeypatch.setattr(module, "_MOST_LINES", 2)
    for number in range(4):
        log(f"line {number}")
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("] ")[1] for line in lines] == ["line 0", "line 1"]


def test_an_error_is_one_line_with_the_way_to_it():
    def fail() -> None:
        raise ValueError("two\nlines")

    try:
        fail()
    except ValueError as error:
        described = describe(error)
    assert described.startswith(r"ValueError('two\nlines') at test_an_error_is_one_line")
    assert described.split(".")[-1].startswith("fail:")
    assert "\n" not in described
