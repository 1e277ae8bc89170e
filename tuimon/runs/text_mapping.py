"""Texts by name in a JSON file beside a run's record: variables, versions of packages."""

import json
from collections.abc import Mapping
from pathlib import Path

from tuimon.decoding import checked
from tuimon.regular_file import read_regular
from tuimon.runs.replacement import replace_file

_MOST_BYTES = 1 << 20


def write_mapping(path: Path, texts: Mapping[str, str]) -> None:
    """Keep texts. Raises OSError."""
    replace_file(path, json.dumps(texts).encode())


def read_mapping(path: Path) -> Mapping[str, str] | None:
    """The texts of a file; None where none were kept, as by versions before."""
    try:
        found: Mapping[str, str] = checked(
            json.loads(read_regular(path, _MOST_BYTES)), Mapping[str, str]
        )
    except (OSError, ValueError, RecursionError):
        return None
    return found
