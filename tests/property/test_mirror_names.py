"""What directories and tags are called in W&B: stable, each differently, and flat."""

import itertools
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from support.mirror_names import OWN
from tuimon.mirror.keys import GLOBAL_STEP, KeyTable, metric_name, step_key
from tuimon.mirror.namespaces import Namespaces

FEW = st.sampled_from(["a", "b"])
PART = st.one_of(FEW, st.sampled_from(["w", "train", "val", "rank0", "lr0.1", "1764.5"]))
PATH = st.one_of(
    st.builds(lambda parts: "/".join(["/w", *parts]), st.lists(FEW, min_size=1, max_size=3)),
    st.builds(
        lambda root, parts: "/".join([root, *parts]),
        st.sampled_from(["/w", "/w/a", "/a", OWN]),
        st.lists(PART, min_size=1, max_size=3),
    ),
)
TAG = st.sampled_from(
    [
        *("", "_step", "_runtime", "loss", "a/b", "b", "mAP@0.5", "x.y", ".", "loss*", "a (2)"),
        *("\\", r"a\.b", "tag/_step", "global_step", "train/global_step", "b.", "..", "caf\udce9"),
    ]
)


def named(first: Sequence[str], late: Sequence[str], restarts: Sequence[int] = ()) -> list[str]:
    """The names of all, when the mirror dies and begins again before some of the late ones."""
    journal: dict[str, str] = {}
    names = Namespaces({}, cwd="/w", own=OWN)
    for number, found in enumerate([[*first], *([one] for one in late)]):
        if number in restarts:
            names = Namespaces(dict(journal), cwd="/w", own=OWN)
            names.enter(list(journal))
        names.enter(found)
        journal |= {one: names.of(one) for one in found}
    return list(journal.values())


DIRECTORIES = st.lists(PATH, min_size=1, max_size=6, unique=True)


@given(DIRECTORIES, st.integers(1, 3), st.sets(st.integers(1, 6)))
def test_names_of_directories_differ_and_outlast_restarts(
    paths: list[str], together: int, restarts: set[int]
) -> None:
    first, late = paths[:together], paths[together:]
    names = named(first, late)
    assert len(set(names)) == len(paths)
    assert named(first, late, sorted(restarts)) == names


@given(DIRECTORIES, st.integers(1, 3))
def test_names_of_directories_do_not_depend_on_who_comes_first(
    paths: list[str], together: int
) -> None:
    first, late = paths[:together], paths[together:]
    alone = [*named(first, []), *(named(first, [one])[-1] for one in late)]
    if len(set(alone)) < len(alone):
        return  # two would be called alike
    expected = dict(zip(paths, alone, strict=True))
    for order in itertools.islice(itertools.permutations(late), 6):
        assert named(first[::-1], order) == [expected[one] for one in (*first[::-1], *order)]


PAIRS = st.lists(
    st.tuples(st.sampled_from(["", "a", "a/b", "train", "lr0.1", "x"]), TAG),
    unique=True,
    max_size=9,
)


@given(PAIRS, st.integers(0, 9))
def test_keys_differ_and_outlast_restarts(pairs: list[tuple[str, str]], before: int) -> None:
    table = KeyTable()
    keys = {pair: table.key(*pair) for pair in pairs[:before]}
    again = KeyTable(table.renamed)
    # As they are read again: those that W&B has, in some order, before those that are new.
    for pair in reversed(pairs[:before]):
        assert again.key(*pair) == keys[pair]
    keys |= {pair: again.key(*pair) for pair in pairs[before:]}
    steps = {step_key(prefix) for prefix, _ in pairs} | {GLOBAL_STEP, "_step", "_runtime", ""}
    assert len(set(keys.values()) | steps) == len(keys) + len(steps)
    for key in keys.values():
        key.encode()  # UTF-8
        name = metric_name(key)
        assert name is None or path_of(name) == [key]


def path_of(name: str) -> list[str]:
    """The path of a definition, as wandb-core reads it (`splitEscapedDottedMetricName`)."""
    parts, part, escaped = [], "", False
    for letter in name:
        if escaped:
            part += letter if letter == "." else f"\\{letter}"
            escaped = False
        elif letter == ".":
            parts.append(part)
            part = ""
        elif letter == "\\":
            escaped = True
        else:
            part += letter
    return [*parts, part] if part else parts
