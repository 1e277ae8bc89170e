"""The packages of the training's environment, as W&B has them of a run: ``requirements.txt``.

They are read from what installers have written beside the packages; nothing is imported.
"""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tuimon.regular_file import regular_file
from tuimon.runs.interpreter import is_python

_METADATA = {".dist-info": "METADATA", ".egg-info": "PKG-INFO"}
_HEAD_BYTES = 8192
_FIELDS = (b"Name", b"Version")
_FIELD = re.compile(rb"^(%b):[ \t]*(\S+)" % b"|".join(_FIELDS), re.MULTILINE)


def requirements(python_path: Path, command: Sequence[str]) -> str:
    """The lines ``NAME==VERSION`` of a training, sorted; empty where nothing is known.

    `python_path` has what the training's Python has told of itself; else the environment of the
    interpreter in `command` counts.
    """
    directories = package_directories(python_path, command)
    packages: dict[str, str] = {}
    for name, version in (found for entry in directories for found in _packages(entry)):
        # What comes first on the path is what is imported.
        packages.setdefault(re.sub(r"[-_.]+", "-", name).lower(), f"{name}=={version}\n")
    return "".join(packages[name] for name in sorted(packages))


def package_directories(python_path: Path, command: Sequence[str]) -> list[str]:
    """Where the packages of a training are, as for `requirements`; what comes first is imported."""
    try:
        return os.fsdecode(python_path.read_bytes()).split("\n")
    except OSError:
        return _site_packages(command[0]) if command and is_python(command[0]) else []


def _site_packages(python: str) -> list[str]:
    if "/" not in python:
        return []  # none that was found
    prefix = Path(python).parent.parent
    found = (prefix.glob(f"lib/python3*/{name}-packages") for name in ("site", "dist"))
    return [str(one) for some in found for one in sorted(some)]


def _packages(directory: str) -> Iterator[tuple[str, str]]:
    """Names and versions of what is installed in a directory."""
    try:
        entries = os.listdir(directory)  # noqa: PTH208 (names are all that is wanted)
    except OSError:
        return
    for entry in entries:
        metadata = _METADATA.get(os.path.splitext(entry)[1])  # noqa: PTH122
        if metadata is None:
            continue
        try:
            with regular_file(Path(directory, entry, metadata)) as file:
                found = _FIELD.findall(file.read(_HEAD_BYTES))
        except OSError:
            continue
        # The first of each: a description may quote others.
        fields = {name: value.decode(errors="replace") for name, value in reversed(found)}
        if len(fields) == len(_FIELDS):
            yield fields[b"Name"], fields[b"Version"]
