"""Parameters of which each run of the tests tries a few, and the long ones all."""

from collections.abc import Iterable
from typing import Any

import pytest
from _pytest.mark import ParameterSet


def few(values: Iterable[Any], now: int = 1, *, unpack: bool = False) -> list[ParameterSet]:
    """The values, all but the first `now` marked as long; `unpack` those of several names."""
    return [
        one if place < now else one._replace(marks=[*one.marks, pytest.mark.long])
        for place, one in enumerate(_parameters(value, unpack) for value in values)
    ]


def _parameters(value: Any, unpack: bool) -> ParameterSet:
    if isinstance(value, ParameterSet):
        return value
    return pytest.param(*(value if unpack else [value]))
