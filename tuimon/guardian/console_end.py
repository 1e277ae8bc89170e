"""The end of a console for who looks for last words: of each line the beginning and the end.

A failing ``assert x, f"{weights}"`` prints a line of megabytes that only begins with what it is.
"""

import re
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path

from tuimon.console.rotation import blocks_from_end

MOST_KEPT = 65536
"""Bytes that are returned."""

_MOST_READ = 16 << 20
_BEGINNING = 2000
_ENDING = 500
_BREAKS = re.compile(rb"([\r\n]+)")


def console_end(
    log: Path, later: int, newest: Callable[[int], Iterable[bytes]] = lambda _size: ()
) -> tuple[bytes, bytes]:
    """What a console ends with, as two texts: before its last `later` bytes, and these.

    `newest` gives what is not in its files yet, from the end, in blocks of a size. Never raises.
    """
    before = since = b""
    read = 0
    for block in chain(newest(MOST_KEPT), blocks_from_end(log, MOST_KEPT)):
        cut = max(0, len(block) - later)
        later -= len(block) - cut
        since = _abridged(block[cut:] + since)
        before = _abridged(block[:cut] + before)
        read += len(block)
        if len(before) + len(since) >= MOST_KEPT or read >= _MOST_READ:
            break
    since = since[-MOST_KEPT:]
    return before[len(since) - MOST_KEPT :] if len(since) < MOST_KEPT else b"", since


def _abridged(data: bytes) -> bytes:
    """Without what long lines have between beginning and end; of breaks in a row some may stay."""
    return b"".join(
        part if len(part) <= _BEGINNING + _ENDING else part[:_BEGINNING] + part[-_ENDING:]
        for part in _BREAKS.split(data)
    )
