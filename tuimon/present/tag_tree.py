"""The tags of a screen as a tree: what begins alike is a branch, open or closed. No widgets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tuimon.present.short_names import common_length

_LEAST_BRANCH = 3
"""Fewer tags below a name need no row more."""
_SEPARATORS = "/_.- "


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag, and the colour of its curve; None where it has several."""

    tag: str
    colour: int | None = None


class TreeRow(NamedTuple):
    """A line of the tree: a tag, or a branch."""

    path: str
    """The whole tag, or what the tags of the branch begin with, a slash at its end."""
    name: str
    """What of it stands in the line."""
    depth: int
    tag: TagRow | None = None
    """None for a branch."""
    shared: int = 0
    """How many characters of the name others beside it begin with, too."""
    tags: int = 0
    """How many tags the branch has."""
    is_open: bool = False


def tag_tree(tags: Sequence[TagRow], room: int, opened: Mapping[str, bool]) -> list[TreeRow]:
    """The lines of the tree.

    Branches are open as `opened` tells by their paths, others as long as all lines find room in so
    many: the first ones first.
    """
    below: dict[str, Sequence[TagRow]] = {"": tags}
    rows = _rows_below("", 0, below)
    ranks = [[row] for row in rows if row.tag is None]
    for rank in ranks:  # which grows: those within a branch open all together
        inner = {row.path: _rows_below(row.path, row.depth + 1, below) for row in rank}
        fits = len(rows) + sum(map(len, inner.values())) <= room
        for row in rank:
            if opened.get(row.path, fits):
                at = rows.index(row)
                rows[at : at + 1] = [row._replace(is_open=True), *inner[row.path]]
                ranks.append([one for one in inner[row.path] if one.tag is None])
    return rows


def _rows_below(path: str, depth: int, below: dict[str, Sequence[TagRow]]) -> list[TreeRow]:
    """The lines right below a branch, its branches closed; `below` gets what those have."""
    groups: dict[str, list[TagRow]] = {}
    for row in below[path]:
        head, slash, _ = row.tag[len(path) :].partition("/")
        groups.setdefault(head + slash, []).append(row)
    rows: list[TreeRow] = []
    for head, group in groups.items():
        if head.endswith("/") and len(group) >= _LEAST_BRANCH:
            inner = _whole_path(group)
            below[inner] = group
            rows.append(TreeRow(inner, inner[len(path) : -1] or "/", depth, tags=len(group)))
        else:
            rows += [TreeRow(row.tag, row.tag[len(path) :] or row.tag, depth, row) for row in group]
    return _with_shared(rows)


def _whole_path(group: Sequence[TagRow]) -> str:
    """The longest path that all of a group begin with."""
    common = group[0].tag[: common_length([row.tag for row in group])]
    return common[: common.rfind("/") + 1]


def _with_shared(rows: list[TreeRow]) -> list[TreeRow]:
    names = [row.name for row in rows if row.tag is not None]
    common = names[0][: common_length(names)] if len(names) > 1 else ""
    shared = 1 + max(common.rfind(mark) for mark in _SEPARATORS)
    return [row._replace(shared=shared) if row.tag is not None else row for row in rows]
