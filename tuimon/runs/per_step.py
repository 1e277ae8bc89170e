"""What a step of a training does, as its user tells it."""

import re
from typing import NamedTuple

_PER_STEP = re.compile(r"([\d_,]{1,18}(?:\.\d{1,9})?(?:e\d{1,2})?)\s+([A-Za-z][\w\-]{0,23})")


class PerStep(NamedTuple):
    """So many of something in each step."""

    number: float
    noun: str


def parse_per_step(text: str) -> PerStep:
    """``65536 tokens``.

    Raises:
        ValueError: it is none; the message is one line.
    """
    match = _PER_STEP.fullmatch(text.strip())
    count = float(match[1].replace(",", "").replace("_", "") or 0) if match else 0.0
    if match is None or not 0 < count < 1e18:
        raise ValueError(f"{text!r} is not a number and what is counted, as in '65536 tokens'")
    return PerStep(count, match[2])
