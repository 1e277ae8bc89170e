"""Lines and cells of comma-separated values."""

import csv
import math
from collections.abc import Iterator
from contextlib import suppress

from tuimon.sources.log_columns import STEPS

_DELIMITERS = ",;\t"
NOTHING = b"-8.9e307"
"""Stands for an empty cell while numbers are parsed."""


def parsed_rows(reader: Iterator[list[str]]) -> Iterator[list[str] | None]:
    """Rows; None for one that cannot be parsed."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None


def is_header(cells: list[str]) -> bool:
    """Whether a line names columns, one of them that of steps or epochs."""
    if len(cells) < 2 or any(map(is_number, cells)):
        return False
    return not {*STEPS}.isdisjoint(cell.strip().lower() for cell in cells)


def cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of a line; none where it cannot be parsed."""
    with suppress(csv.Error):
        return next(csv.reader([line.rstrip("\r")], delimiter=delimiter), [])
    return []


def delimiter_of(line: str) -> str:
    """What cells of a header are parted by."""
    return max(_DELIMITERS, key=line.count)


def number_in(cell: str) -> float:
    """The number in a cell, NaN where there is none."""
    try:
        return float(cell)
    except ValueError:
        return math.nan


def is_number(cell: str) -> bool:
    """Whether a cell holds a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def has_gaps(lines: bytes, sign: bytes) -> bool:
    """Whether there are empty cells."""
    if sign + sign in lines or lines.startswith(sign):
        return True
    return sign + b"\n" in lines or b"\n" + sign in lines or lines.endswith(sign)


def without_gaps(lines: bytes, sign: bytes) -> bytes:
    """Lines whose empty cells hold `NOTHING`."""
    lines = b"\n" + lines.rstrip(b"\n") + b"\n"
    for _ in range(2):  # of three signs in a row the second pair is met the second time
        lines = lines.replace(sign + sign, sign + NOTHING + sign)
    lines = lines.replace(sign + b"\n", sign + NOTHING + b"\n")
    return lines.replace(b"\n" + sign, b"\n" + NOTHING + sign)
