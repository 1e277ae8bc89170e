"""A file system that hangs when it is told to: bindfs (FUSE), stopped."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.waiting import wait_until


class HangingDirectory:
    """A directory whose every access waits between `hang` and `go_on`."""

    def __init__(self, path: Path, server: int) -> None:
        self.path = path
        self._server = server

    def hang(self) -> None:
        os.kill(self._server, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self._server, signal.SIGCONT)


@contextmanager
def hanging_directory(parent: Path) -> Iterator[HangingDirectory]:
    """Mount one below `parent`; skips the test where that cannot be done."""
    if shutil.which("bindfs") is None or os.getuid() != 0 or not Path("/dev/fuse").exists():
        pytest.skip("needs bindfs, /dev/fuse and root")
    behind, mount = parent / "behind", parent / "mount"
    behind.mkdir()
    mount.mkdir()
    server = subprocess.Popen(["bindfs", "-f", str(behind), str(mount)])
    try:
        wait_until(lambda: mount.is_mount() or server.poll() is not None)
        if server.poll() is not None:
            pytest.skip("bindfs cannot mount here")
        yield HangingDirectory(mount, server.pid)
    finally:
        server.send_signal(signal.SIGCONT)
        subprocess.run(["umount", "--lazy", str(mount)], check=False)
        server.kill()
        server.wait()
