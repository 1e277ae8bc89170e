"""Writing a file so that its readers, also after a crash, find the old content or the new one.

Standard library only: the guardian imports this module.
"""

import os
from pathlib import Path


def replace_file(path: Path, data: bytes, *, sync: bool = False, mode: int = 0o600) -> None:
    """Put a file with this content in the place of the one at `path`, if there is one.

    Only with `sync` is it on the disk when this returns.

    Raises:
        OSError: it cannot be written, as on a full disk; the one before stays as it is.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            if sync:
                os.fsync(fd)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
