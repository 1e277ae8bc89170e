"""What a process of the guardian has open, and what of it it must not keep."""

import os
from contextlib import suppress


def close_all_but(kept: int) -> None:
    """Close everything but the standard streams and `kept`."""
    with suppress(FileNotFoundError):
        for entry in os.listdir("/dev/fd"):  # noqa: PTH208 - names, before they are closed
            if int(entry) > 2 and int(entry) != kept:
                with suppress(OSError):
                    os.close(int(entry))


def let_go_of_input() -> None:
    """Whoever writes into a pipe that nobody reads any more has to notice."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
