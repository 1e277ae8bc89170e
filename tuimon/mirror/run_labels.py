"""What a run is called at W&B, its notes and its tags, which people write here and on its page.

So W&B is sent what was changed here since it was told last, laid upon what it has then: the last
change wins, and what was edited there alone stays.
"""

from collections.abc import Mapping
from typing import NamedTuple

from tuimon.runs.annotation import NOTHING_SAID, Annotation
from tuimon.runs.record import MirrorOptions
from tuimon.text import escaped

_LONGEST_TAG = 64
"""Characters; W&B refuses more."""


class RunLabels(NamedTuple):
    """Empty is what there is none of."""

    name: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()


def launch_labels(options: MirrorOptions, environ: Mapping[str, str]) -> RunLabels:
    """Those that a launch asked for, by its options or W&B's variables."""
    tags = options.tags or tuple(map(str.strip, environ.get("WANDB_TAGS", "").split(",")))
    return RunLabels(
        escaped(options.name or environ.get("WANDB_NAME", "")),
        escaped(options.notes or environ.get("WANDB_NOTES", "")),
        tuple(escaped(tag) for tag in tags if tag),
    )


def relabelled(
    there: RunLabels, launch: RunLabels, told: Annotation | None, said: Annotation, *, default: str
) -> RunLabels:
    """`there` with what was `said` of a run since W&B was `told`; None is a `launch` that is new
    to it.

    A name that is taken back gives place to that of the launch, which `default` is where none was
    asked for.
    """
    before = told or NOTHING_SAID
    name, notes, tags = there
    asked = launch.tags if told is None else ()
    if said.name != before.name or (told is None and launch.name):
        name = escaped(said.name) or launch.name or default
    if said.note != before.note or (told is None and launch.notes):
        notes = escaped(said.note) or launch.notes
    gone = {*_tags(before)} - {*_tags(said), *launch.tags}
    added = [tag for tag in _tags(said) if tag not in _tags(before)]
    kept = [tag for tag in tags if tag not in gone]
    return RunLabels(name, notes, tuple(dict.fromkeys([*kept, *asked, *added])))


def _tags(said: Annotation) -> tuple[str, ...]:
    """Those of a run, and one for each mark on it."""
    marks = [
        tag for tag, is_set in (("starred", said.starred), ("archived", said.archived)) if is_set
    ]
    return tuple(escaped(tag)[:_LONGEST_TAG] for tag in (*said.tags, *marks))
