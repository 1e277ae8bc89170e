"""Memory of large blocks goes back to the system."""

import ctypes

_MMAP_THRESHOLD = -3
"""``M_MMAP_THRESHOLD`` of glibc's <malloc.h>; see mallopt(3)."""
_LARGE = 4 << 20
"""Bytes: smaller ones come and go too often to ask the system for each."""


def give_large_blocks_back() -> None:
    """Have each large block that is freed from now on leave the process, where glibc is.

    Of its own it keeps blocks of up to 32 MB for later ones, in a heap for each thread: records and
    images would take 100 MB more than are in use.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):  # another C library
        return
    mallopt(_MMAP_THRESHOLD, _LARGE)
