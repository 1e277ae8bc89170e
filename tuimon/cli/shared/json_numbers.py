"""Numbers as all documents of commands have them."""

import math


def json_number(value: float) -> float | str:
    """A number as it is, else the name that protobuf's JSON mapping (and `export`) gives it."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
