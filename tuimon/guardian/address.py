"""Socket addresses for paths of any length."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LONGEST = 103
"""Bytes of a path that fit ``sun_path`` everywhere (unix(7): 108 on Linux; 104 on macOS)."""


@contextmanager
def socket_address(path: Path) -> Iterator[str]:
    """An address to bind or connect to while the context lasts.

    A path that is too long is reached through a descriptor of its directory, as
    ``/proc/self/fd/N/name`` (Linux).
    """
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)
