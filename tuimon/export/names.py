"""File names for what trainings have named: safe on every file system, and never twice."""

import re
from pathlib import Path

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 80


class PathNames:
    """Gives paths below a directory; each is new, also where case does not count."""

    def __init__(self) -> None:
        self._given: dict[Path, set[str]] = {}
        self._known: dict[tuple[Path, str], Path] = {}

    def of(self, parent: Path, name: str) -> Path:
        """The path below `parent` that stands for `name`, always the same."""
        key = (parent, name)
        if key not in self._known:
            self._known[key] = self.new(parent, name)
        return self._known[key]

    def new(self, parent: Path, name: str, suffix: str = "") -> Path:
        """A path below `parent` that was not given before, much like `name`."""
        given = self._given.setdefault(parent, set())
        stem = _UNSAFE.sub("_", name)[:_LONGEST].strip("._-") or "_"
        found, number = stem + suffix, 1
        while found.lower() in given:
            number += 1
            found = f"{stem}-{number}{suffix}"
        given.add(found.lower())
        return parent / found
