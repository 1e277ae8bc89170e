"""A console is read whole and in order, wherever it was rotated, in pieces of whatever size."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.console import history as console_history
from tuimon.console.folding import fold
from tuimon.console.history import ConsoleHistory
from tuimon.console.rotation import ConsoleReader, newest_bytes, part_numbers, part_path

logs = st.lists(st.binary(max_size=30), min_size=1, max_size=8)
"""The parts of a console; the last is the log."""
sizes = st.integers(1, 40)
printed = st.text(st.sampled_from("abc 学"), max_size=20).map(str.rstrip)


@contextmanager
def console(parts: list[bytes]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "console.log"
        for data in parts[:-1]:
            log.write_bytes(data)
            rotate(log)
        log.write_bytes(parts[-1])
        yield log


def rotate(log: Path) -> None:
    log.rename(part_path(log, (part_numbers(log) or [0])[-1] + 1))


def append(log: Path, data: bytes) -> None:
    with log.open("ab") as file:
        file.write(data)


@given(parts=logs, size=sizes)
def test_every_byte_comes_once_forward_and_back(parts: list[bytes], size: int) -> None:
    whole = b"".join(parts)
    with console(parts) as log:
        reader = ConsoleReader(log)
        assert reader.unread == len(whole)
        forward = list(iter(lambda: reader.read(size), b""))
        back = list(iter(lambda: reader.read_back(size), b""))
        again = b"".join(iter(lambda: reader.read(size), b""))
        reader.close()
        assert newest_bytes(log, size) == whole[-size:]
    assert b"".join(forward) == b"".join(reversed(back)) == again == whole
    assert all(len(data) == size for data in back[:-1])
    assert not reader.incomplete


@given(
    steps=st.lists(st.binary(min_size=1, max_size=20) | st.none() | sizes, max_size=40),
    begun=logs,
)
def test_a_reader_follows_whatever_is_written_and_rotated_meanwhile(
    steps: list[bytes | int | None], begun: list[bytes]
) -> None:
    """A step writes bytes, rotates (None), or reads so many bytes."""
    with console(begun) as log:
        reader, late = ConsoleReader(log), ConsoleReader(log)
        late.skip()
        written, found, new = b"".join(begun), b"", b""
        for step in steps:
            if step is None:
                rotate(log)
                log.touch()
            elif isinstance(step, bytes):
                append(log, step)
                written, new = written + step, new + step
            else:
                found += reader.read(step)
        assert reader.unread == len(written) - len(found)
        assert found + b"".join(iter(lambda: reader.read(7), b"")) == written
        assert late.copy().read_back(len(written) + 1) == b"".join(begun)
        assert b"".join(iter(lambda: late.read(7), b"")) == new
        assert not reader.incomplete
        assert not late.incomplete


@given(
    lines=st.lists(printed, max_size=30),
    cuts=st.lists(st.integers(0, 600), max_size=5),
    block=st.integers(60, 200),
    later=st.lists(printed, max_size=5),
)
def test_lines_read_backwards_are_those_that_were_printed(
    lines: list[str], cuts: list[int], block: int, later: list[str]
) -> None:
    """Lines lie across parts and blocks, and the log is rotated while it is read."""
    data = "".join(f"{line}\r\n" for line in lines).encode()
    new = "".join(f"{line}\r\n" for line in later).encode()
    places = sorted(min(cut, len(data)) for cut in cuts)
    parts = [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]
    with console(parts) as log, pytest.MonkeyPatch.context() as patch:
        patch.setattr(console_history, "BLOCK", block)
        history = ConsoleHistory(log)
        append(log, new[:9])
        rotate(log)
        log.write_bytes(new[9:])
        history.poll()
        while history.older():
            pass
        assert history.lines == fold(data + new) == lines + later
        history.close()
