"""One process at a time, with flock and where there is none."""

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tuimon.runs.lock import held, is_held

HOLD = """
import errno, fcntl, sys
from pathlib import Path
from tuimon.runs.lock import held

def no_flock(*_):
    raise OSError(int(sys.argv[2]), "no locks here")

if int(sys.argv[2]):
    fcntl.flock = no_flock
with held(Path(sys.argv[1])) as free:
    print(free, flush=True)
    sys.stdin.read()
"""
NUMBERS = [0, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP]


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "lock"


def hold(path: Path, number: int) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), str(number)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    return process


@pytest.mark.parametrize("number", NUMBERS)
def test_one_process_holds_it_until_it_ends(
    lock: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if number:

        def no_flock(*_: object) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(fcntl, "flock", no_flock)
    process = hold(lock, number)
    assert is_held(lock)
    with held(lock) as free:
        assert not free
    process.kill()
    process.communicate()
    assert not is_held(lock)
    with held(lock) as free:
        assert free
        with held(lock) as again:
            assert not again
    with held(lock) as free:
        assert free
    assert [path.name for path in lock.parent.iterdir()] == ["lock"], "nothing else is left"


def test_other_errors_are_told(lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(fcntl, "flock", broken)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)), held(lock):
        pass


def test_a_holder_elsewhere_is_believed_as_long_as_it_touches_the_file(lock: Path) -> None:
    holder = lock.with_name("lock.holder")
    holder.write_text('{"where": "another machine", "process": [1, 1]}')
    assert is_held(lock)
    os.utime(holder, (1, 1))
    assert not is_held(lock)
