"""What people say of a run, in ``annotation.json`` beside its record.

Whoever looks at a run may write it, on any host that shares the state directory: what was written
last counts. No process of the run reads it.
"""

import json
from pathlib import Path
from typing import Annotated, NamedTuple

from tuimon.decoding import Rule, checked
from tuimon.regular_file import read_regular
from tuimon.runs.replacement import replace_file

_MOST_BYTES = 1 << 18
LONGEST = 1000
"""Characters of a name, of a note, and of all tags."""
_Text = Annotated[str, Rule(lambda text: len(text) <= LONGEST, "must be shorter")]


class Annotation(NamedTuple):
    """A name in place of that of the launch, a note, tags, marks: each may be left out."""

    name: _Text = ""
    note: _Text = ""
    tags: tuple[_Text, ...] = ()
    starred: bool = False
    archived: bool = False
    """Lists leave it out unless they are asked for it."""


NOTHING_SAID = Annotation()


def read_annotation(path: Path) -> Annotation:
    """The one of a file; an empty one where there is none that makes sense."""
    try:
        found: Annotation = checked(json.loads(read_regular(path, _MOST_BYTES)), Annotation)
    except (OSError, ValueError, RecursionError):
        return NOTHING_SAID
    return found


def write_annotation(path: Path, annotation: Annotation) -> None:
    """Keep an annotation in place of the one of before.

    Raises:
        OSError: it cannot be written, or its run was removed.
    """
    replace_file(path, json.dumps(annotation._asdict()).encode())


def tags_in(text: str) -> tuple[str, ...]:
    """Tags as people type them, separated by commas or blanks, with or without a ``#``; each once.

    >>> tags_in("#good, paper paper")
    ('good', 'paper')
    """
    words = (word.lstrip("#") for word in text.replace(",", " ").split())
    return tuple(dict.fromkeys(filter(None, words)))
