import os
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
