"""Tags as a tree: what is a branch, which branches are open, what is told of a name."""

from hypothesis import given
from hypothesis import strategies as st

from tuimon.present.tag_tree import TagRow, tag_tree

LAYERS = [f"model/layers/{n}/{part}" for n in range(4) for part in ("q", "k", "v")]


def lines(tags: list[str], room: int, **opened: bool) -> list[str]:
    rows = tag_tree([TagRow(tag) for tag in tags], room, opened)
    marks = {True: "▾ ", False: "▸ "}
    return [
        "  " * row.depth + (row.name if row.tag else f"{marks[row.is_open]}{row.name} {row.tags}")
        for row in rows
    ]


def test_pairs_are_no_branches_and_names_in_a_row_are_one() -> None:
    tags = ["loss/train", "loss/val", *LAYERS]
    assert lines(tags, 3) == ["loss/train", "loss/val", "▸ model/layers 12"]


def test_branches_open_while_all_finds_room_those_of_one_branch_together() -> None:
    tags = ["train/a", "train/b", "train/c", *LAYERS]
    assert lines(tags, 5) == ["▾ train 3", "  a", "  b", "  c", "▸ model/layers 12"]
    some = lines(tags, 19)
    assert some[4:] == ["▾ model/layers 12", *(f"  ▸ {n} 3" for n in range(4))]
    assert len(lines(tags, 21)) == 21
    assert lines(tags, 21)[-1] == "    v"


def test_what_was_opened_or_closed_stays_so() -> None:
    tags = ["train/a", "train/b", "train/c"]
    assert lines(tags, 9, **{"train/": False}) == ["▸ train 3"]
    assert len(lines(tags, 1, **{"train/": True})) == 4


def test_what_names_share_is_known() -> None:
    rows = tag_tree([TagRow(f"grad_norm/metric_{n:03}") for n in range(120, 124)], 9, {})
    assert [row.name[row.shared :] for row in rows[1:]] == ["120", "121", "122", "123"]


@given(st.lists(st.text("ab/", max_size=7), unique=True), st.integers(0, 20), st.booleans())
def test_every_tag_is_in_the_tree_once_it_is_open(tags: list[str], room: int, open_all: bool):
    rows = tag_tree([TagRow(tag) for tag in tags], room, {})
    if open_all:
        paths = {tag[: at + 1]: True for tag in tags for at in range(len(tag))}
        rows = tag_tree([TagRow(tag) for tag in tags], room, paths)
        assert sorted(row.path for row in rows if row.tag) == sorted(tags)
    closed = sum(row.tags for row in rows if not row.tag and not row.is_open)
    assert closed + sum(row.tag is not None for row in rows) == len(tags)
    assert all(row.name or row.path == "" for row in rows)
