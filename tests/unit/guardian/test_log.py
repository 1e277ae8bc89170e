"""What the guardian says, and that saying it never fails."""

import os
from pathlib import Path

import pytest

from tuimon.guardian import log as module
from tuimon.guardian.log import describe, log


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_no_error():
    kept = os.dup(2)
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        os.dup2(full, 2)
        log("lost")
    finally:
        os.dup2(kept, 2)
        os.close(full)
        os.close(kept)


def test_it_falls_silent(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    monkeypatch.setattr(module, "_lines", 0)
    monkeypatch.setattr(module, "_MOST_LINES", 2)
    for number in range(4):
        log(f"line {number}")
    lines = capfd.readouterr().err.splitlines()
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
