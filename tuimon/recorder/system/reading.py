"""One measured value."""

from typing import NamedTuple

GIGA = 1e9
MEGA = 1e6


class Reading(NamedTuple):
    """A value under its tag; ``[%]`` counts to 100, but CPU time of processes to 100 a core."""

    tag: str
    value: float
