import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuimon.events.buffer import ReadBuffer

CONTENT = bytes(range(256)) * 64


@pytest.fixture
def file(tmp_path: Path) -> Iterator[int]:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    opened = os.open(path, os.O_RDONLY)
    yield opened
    os.close(opened)


@pytest.mark.parametrize(("size", "offset"), [(100, 0), (1, 16383), (5000, 77), (16384, 0), (0, 9)])
def test_a_piece_is_what_lies_there(file: int, size: int, offset: int) -> None:
    piece = ReadBuffer().read(file, size, offset)
    assert bytes(piece) == CONTENT[offset : offset + size]


@pytest.mark.parametrize("offset", [16384 - 10, 16384, 20_000])
def test_a_piece_ends_with_the_file(file: int, offset: int) -> None:
    buffer = ReadBuffer()
    buffer.read(file, 1000, 0)  # what it left in memory is not part of the next piece
    assert bytes(buffer.read(file, 1000, offset)) == CONTENT[offset:]


def test_memory_is_used_again_and_grows_when_it_must(file: int) -> None:
    buffer = ReadBuffer()
    first = buffer.read(file, 1000, 0)
    smaller = buffer.read(file, 10, 500)
    assert bytes(smaller) == bytes(first[:10]) == CONTENT[500:510]
    assert bytes(buffer.read(file, 10_000, 1)) == CONTENT[1:10_001]


def test_pieces_cannot_be_written_to(file: int) -> None:
    piece = ReadBuffer().read(file, 100, 0)
    with pytest.raises(TypeError):
        piece[0] = 1  # type: ignore[index]


def test_a_large_piece_has_memory_of_its_own(file: int) -> None:
    buffer = ReadBuffer()
    large = buffer.read(file, 1 << 30, 0)  # no more is taken than the file has
    buffer.read(file, 100, 50)
    assert bytes(large) == CONTENT


def test_errors_of_the_system_are_raised(tmp_path: Path) -> None:
    directory = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(IsADirectoryError):
            ReadBuffer().read(directory, 10, 0)
    finally:
        os.close(directory)


def pieces(file: int, left: int, owner: object, buffer: ReadBuffer) -> Iterator[bytes]:
    """All of the file, as one reads that leaves `left` bytes of each piece to the next."""
    at = 0
    while at < len(CONTENT):
        piece = buffer.read_through(file, at, len(CONTENT) - at, owner)
        rest = at + len(piece) < len(CONTENT)
        used = len(piece) - left if rest else len(piece)
        yield bytes(piece[:used])
        at += used


@pytest.mark.parametrize("left", [0, 1, 99, 100])
def test_a_file_is_read_through_while_others_are_read(file: int, left: int) -> None:
    buffer = ReadBuffer(piece_bytes=100 + left)
    found = b""
    for piece in pieces(file, left, "owner", buffer):
        buffer.read(file, 1000, 5)
        found += piece
    assert found == CONTENT


def read_ahead_threads() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "tuimon-read-ahead"]


def test_pieces_come_from_a_thread_that_ends(file: int, monkeypatch: pytest.MonkeyPatch) -> None:
    readers: list[str] = []
    preadv = os.preadv

    def note(*arguments: object) -> int:
        readers.append(threading.current_thread().name)
        return preadv(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "preadv", note)
    files = len(list(Path("/proc/self/fd").iterdir()))
    assert b"".join(pieces(file, 10, "owner", ReadBuffer(piece_bytes=1000))) == CONTENT
    assert readers.count("tuimon-read-ahead") > len(readers) * 3 // 4
    assert not read_ahead_threads()
    assert len(list(Path("/proc/self/fd").iterdir())) == files


def test_another_file_or_place_gets_its_own_bytes(file: int, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(CONTENT[::-1])
    other = os.open(tmp_path / "other", os.O_RDONLY)
    contents = {file: CONTENT, other: CONTENT[::-1]}
    buffer = ReadBuffer(piece_bytes=1000)
    for which, at in [
        (file, 0), (other, 1000), (other, 2000), (other, 900), (file, 1900), (file, 9000),
    ]:  # fmt: skip
        piece = buffer.read_through(which, at, len(CONTENT) - at, which)
        assert bytes(piece) == contents[which][at : at + len(piece)]
        assert len(piece) >= 1000
    os.close(other)


def test_what_is_no_longer_in_the_file_is_not_given(file: int) -> None:
    buffer = ReadBuffer(piece_bytes=1000)
    buffer.read_through(file, 0, len(CONTENT), "owner")
    assert bytes(buffer.read_through(file, 990, 50, "owner")) == CONTENT[990:1040]


def test_an_error_of_the_thread_is_raised_when_its_bytes_are_needed(
    file: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    buffer = ReadBuffer(piece_bytes=1000)
    preadv = os.preadv

    def fail(*arguments: object) -> int:
        raise OSError(5, "Input/output error")

    def fail_in_thread(*arguments: object) -> int:
        if threading.current_thread() is not threading.main_thread():
            fail()
        return preadv(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "preadv", fail_in_thread)
    buffer.read_through(file, 0, len(CONTENT), "owner")
    assert bytes(buffer.read_through(file, 1000, 9000, "owner")) == CONTENT[1000:2000]
    monkeypatch.setattr(os, "preadv", fail)
    with pytest.raises(OSError, match="Input/output"):
        buffer.read_through(file, 2000, 8000, "owner")


def test_without_threads_a_file_is_read_all_the_same(
    file: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    files = len(list(Path("/proc/self/fd").iterdir()))
    assert b"".join(pieces(file, 10, "owner", ReadBuffer(piece_bytes=1000))) == CONTENT
    assert len(list(Path("/proc/self/fd").iterdir())) == files
