"""Parameters of which each run of the tests tries a few, and the long ones all."""

from collections.abc import Iterable
from typing import Any

import pytest


def few(values: Iterable[Any], now: int = 1, *, unpack: bool = False) -> list[Any]:
    """The values, all but the first `now` marked as long; `unpack` those of several names."""
    return [
        pytest.param(*(value if unpack else [value]), marks=[pytest.mark.long] * (place >= now))
        for place, value in enumerate(values)
    ]
