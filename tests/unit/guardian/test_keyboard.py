"""Who may type."""

import os
import termios
from collections.abc import Iterator

import pytest

from tuimon.guardian.control import RequestError
from tuimon.guardian.keyboard import Keyboard


@pytest.fixture
def pty() -> Iterator[tuple[int, int]]:
    import tty

    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    yield master, slave
    os.close(master)
    os.close(slave)


def test_only_the_holder_types_and_sets_the_size(pty: tuple[int, int]):
    keyboard = Keyboard(pty[0])
    with pytest.raises(RequestError, match="taken over"):
        keyboard.write(1, "x")
    keyboard.hold(1, {"who": "anna"})
    keyboard.write(1, "hé\udcff")
    assert os.read(pty[1], 99) == "hé".encode() + b"\xff"
    keyboard.resize(1, 20, 70)
    assert termios.tcgetwinsize(pty[1]) == (20, 70)
    with pytest.raises(RequestError, match="taken over by anna"):
        keyboard.resize(2, 10, 10)
    assert keyboard.size == (20, 70)


def test_it_is_handed_over(pty: tuple[int, int]):
    keyboard = Keyboard(pty[0])
    keyboard.hold(1, {"who": "anna"})
    keyboard.hold(1, {"who": "anna again"})
    with pytest.raises(RequestError, match="held by anna again"):
        keyboard.hold(2, {"who": "berta"})
    keyboard.left(2)
    assert keyboard.holder == "anna again"
    keyboard.hold(2, {"who": "b" * 500, "take": True})
    assert keyboard.holder == "b" * 80
    keyboard.left(1)
    keyboard.left(2)
    assert keyboard.holder is None


@pytest.mark.parametrize("size", [(0, 80), (24, 0), (-1, 5), (24, 100_000)])
def test_sizes_that_are_none(pty: tuple[int, int], size: tuple[int, int]):
    keyboard = Keyboard(pty[0])
    keyboard.hold(1, {})
    with pytest.raises(RequestError, match="is none"):
        keyboard.resize(1, *size)
