"""A value is changed in a TOML file; all else stays as somebody wrote it."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimon.config.toml_edit import TomlEditError, with_value

WRITTEN = """\
# How we look at it.

pin = ["val/loss"]  # the one that counts
smooth = 0.9

[charts]
# what it gains
gap = "val/loss - train/loss" # in nats
both = "a, b"

[others]
x = 1 # not ours
"""
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@pytest.mark.parametrize(
    ("table", "key", "value", "before", "after"),
    [
        ("", "pin", ["a", "b"], 'pin = ["val/loss"]  # the', 'pin = ["a", "b"]  # the'),
        ("charts", "gap", "a#b", '"val/loss - train/loss" # in', '"a#b"  # in'),
        ("charts", "both", None, 'both = "a, b"\n', ""),
        ("charts", "new one", "x", 'both = "a, b"\n', 'both = "a, b"\n"new one" = "x"\n'),
        ("", "x", "epoch", "smooth = 0.9\n", 'smooth = 0.9\nx = "epoch"\n'),
        ("", "filter", None, "", ""),
    ],
)
def test_one_statement_is_changed(
    table: str, key: str, value: str | list[str] | None, before: str, after: str
) -> None:
    assert with_value(WRITTEN, table, key, value) == WRITTEN.replace(before, after, 1)


def test_a_file_is_begun() -> None:
    text = with_value("", "charts", "a", "b")
    assert text == '[charts]\na = "b"\n'
    text = with_value(text, "", "pin", ["x"])
    assert text == 'pin = ["x"]\n\n[charts]\na = "b"\n'
    titled = with_value("# a title\n\n[charts]\n", "", "x", "epoch")
    assert titled == '# a title\n\nx = "epoch"\n\n[charts]\n'


def test_comments_within_a_list_stay_above_it() -> None:
    text = 'pin = [\n  "a", # best\n  "b#",\n]\n[charts]\n'
    assert with_value(text, "", "pin", ["a"]) == '# best\npin = ["a"]\n[charts]\n'


@pytest.mark.parametrize(
    "text",
    [
        'charts = { a = "b" }\n',
        'charts.a = "b"\n',
        "[[charts]]\na = 1\n",
        "charts = 1\n",
        "[charts\n",
        "pin = [\n",
        "[" * 100_000,
        "a = 1\na = 2\n",
    ],
)
def test_what_is_written_otherwise_is_left_alone(text: str) -> None:
    with pytest.raises(TomlEditError, match=r"^\[charts\] new is to be changed by hand$"):
        with_value(text, "charts", "new", "c")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "charts", "other"]),
            TEXTS,
            st.one_of(st.none(), TEXTS, st.lists(TEXTS, max_size=9)),
        ),
        max_size=8,
    )
)
@settings(max_examples=60, deadline=None)
def test_what_was_written_is_read(changes: list[tuple[str, str, str | list[str] | None]]) -> None:
    text, wanted = WRITTEN, tomllib.loads(WRITTEN)
    for table, key, value in changes:
        inner = wanted.setdefault(table, {}) if table else wanted
        if isinstance(inner.get(key), dict):
            continue
        text = with_value(text, table, key, value)
        inner.pop(key, None)
        if value is not None:
            inner[key] = value
    found = tomllib.loads(text)
    assert {**found, "other": found.get("other", {})} == {"other": {}, **wanted}
    assert "# what it gains" in text
    assert "x = 1 # not ours" in text
