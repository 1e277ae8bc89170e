"""Files of others: read where they are regular, refused at once where they are anything else."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tuimon.config.reading import ConfigError, read_document
from tuimon.console.history import read_tail
from tuimon.events.frames import read_payload
from tuimon.events.tail import EventFileTail
from tuimon.regular_file import open_regular, read_regular, regular_file
from tuimon.runs.alerts import read_alerts
from tuimon.runs.record import RecordError, RunRecord, read_record
from tuimon.summaries.reader import record_key


def fifo(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def terminal(path: Path) -> None:
    path.symlink_to("/dev/tty")


def loop(path: Path) -> None:
    path.symlink_to(path)


SPECIAL = [fifo, unix_socket, device, terminal, loop, Path.mkdir]


@pytest.mark.parametrize("make", SPECIAL)
@pytest.mark.parametrize("read", [open_regular, regular_file, lambda path: read_regular(path, 9)])
def test_what_is_no_regular_file_is_not_opened(
    tmp_path: Path, make: Callable[[Path], None], read: Callable[[Path], object]
):
    make(tmp_path / "it")
    with pytest.raises(OSError, match="it"):
        read(tmp_path / "it")


@pytest.mark.parametrize("make", SPECIAL)
def test_each_reader_of_files_of_others_refuses_it(tmp_path: Path, make: Callable[[Path], None]):
    path = tmp_path / "it"
    make(path)
    with pytest.raises(RecordError, match="it"):
        read_record(RunRecord, path)
    with pytest.raises(ConfigError, match="it"):
        read_document(path)
    with pytest.raises(OSError, match="it"):
        read_payload(path, 0, 8)
    with pytest.raises(OSError, match="it"):
        record_key(path, "tag", "images", 0, 8)
    assert read_alerts(path) == []
    assert read_tail(path, 12) == []
    tail = EventFileTail(path)
    assert tail.poll() == []
    assert tail.error


def test_a_fifo_that_somebody_writes_to_loses_nothing(tmp_path: Path):
    path = tmp_path / "it"
    os.mkfifo(path)
    fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    os.write(fd, b"for another one")
    with pytest.raises(OSError, match="not a regular file"):
        open_regular(path)
    assert os.read(fd, 99) == b"for another one"
    os.close(fd)


def test_a_regular_file_is_read_up_to_its_bound(tmp_path: Path):
    path = tmp_path / "it"
    path.write_bytes(b"12345")
    assert read_regular(path, 5) == b"12345"
    with pytest.raises(OSError, match="more than 4 bytes"):
        read_regular(path, 4)


def test_the_null_device_is_an_empty_file():
    assert read_regular(Path(os.devnull), 5) == b""


def test_a_name_with_nul_is_an_error_of_the_system():
    with pytest.raises(OSError, match="no name of a file"):
        open_regular("a\0b")
