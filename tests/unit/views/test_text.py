import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.summary_files import WRITERS, values, written
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.summaries.reader import SummaryReader
from tuimon.summaries.texts import Text, decode_text
from tuimon.text import safe, width
from tuimon.views.base import ViewOptions
from tuimon.views.kinds import draw, items
from tuimon.views.layout import StepPlace
from tuimon.views.subject import ItemContext
from tuimon.views.text import text_view as text
from tuimon.views.text.text_view import changes

MARKDOWN = """\
# Run 7

Loss is **down** to `0.31`, see [docs](https://example.org).
A second line.

| metric | train |
|:--|--:|
| loss | 0.5 |
| accuracy | 98 |

- one
- two with many words that do not fit
  1. nested

> quoted

```
if x:
\treturn "\x1b[2J"
```
"""


def shown(content: str, cells: int = 60) -> list[str]:
    rows = text.lines(Text((), ((content,),)), cells)
    return ["".join(span.text for span in row).rstrip() for row in rows]


@pytest.mark.parametrize("writer", WRITERS)
def test_markdown_that_was_logged(tmp_path, writer):
    found = values(written(tmp_path, lambda w: w.add_text("notes", MARKDOWN), writer))
    (value,) = found.values()
    rows = text.lines(decode_text(value), 34)
    assert ["".join(span.text for span in row).rstrip() for row in rows] == [
        "Run 7",
        "─────",
        "",
        "Loss is down to 0.31, see docs",
        "(https://example.org).",
        "A second line.",
        "",
        "metric   │ train",
        "─────────┼──────",
        "loss     │   0.5",
        "accuracy │    98",
        "",
        "• one",
        "• two with many words that do not",
        "  fit",
        "  1. nested",
        "",
        "│ quoted",
        "",
        "│ if x:",
        '│     return "␛[2J"',
    ]


def test_what_is_emphasised_has_roles_of_its_own():
    (row,) = text.lines(Text((), (("a **b** `c` d",),)), 40)
    assert [(span.text, span.role) for span in row] == [
        ("a ", "text"),
        ("b", "title"),
        (" ", "text"),
        ("c", "accent"),
        (" d", "text"),
    ]


def test_html_is_not_interpreted():
    assert shown("<b>x</b> <script>") == ["<b>x</b> <script>"]


def test_several_strings_are_a_table():
    rows = text.lines(Text((2, 2), (("a", "bb"), ("ccc", "d"))), 30)
    assert ["".join(span.text for span in row) for row in rows] == ["a   │ bb", "ccc │ d "]


def test_long_words_and_wide_characters_are_broken_at_cells():
    assert shown("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]
    assert shown("日本語" * 4, 7) == ["日本語", "日本語", "日本語", "日本語"]


def test_a_table_without_room_is_squeezed_then_loses_columns():
    table = "|aaaa bbbb|c|d|e|f|\n|--|--|--|--|--|\n|1|2|3|4|5|"
    wide, narrow = shown(table, 25), shown(table, 20)
    assert wide[0] == "aaaa bbbb │ c │ d │ e │ f"
    assert narrow[:2] == ["aaaa │ c │ d │ e │ f", "bbbb │   │   │   │"]
    assert shown(table, 12)[-1] == "+2 columns"


def test_too_much_is_cut_and_said():
    rows = shown("word " * 100_000)
    assert rows[-1] == "… the first 65,536 of 500,000 characters"


def test_scrolling_stops_at_the_end(place):
    long = Text((), (("\n".join(f"line {n}" for n in range(50)),),))
    rows = text.rows(place, long, 40, 13, top=999)
    assert rows[-1][0].text == "line 49"
    assert "lines 41–50 of 50" in "".join(span.text for span in rows[1])


def test_no_size_is_exceeded(fits, place):
    fits(lambda w, h: text.rows(place, Text((), ((MARKDOWN,),)), w, h))
    fits(lambda w, h: text.rows(place, Text((), (("日" * 50, "x"),) * 3), w, h, top=5))
    fits(lambda w, h: text.rows(place, Text((), ()), w, h))


@given(
    st.lists(st.sampled_from([*"#-*>|`[]()!_~:1.\n\t x日\x1b\x00é\u202e", "\n|-|-|\n"])),
    st.integers(1, 30),
)
def test_any_text_is_safe_and_fits(parts, cells):
    content = "".join(parts)
    for row in text.rows(StepPlace("t", 0, 0, 1), Text((), ((content,),)), cells, 50):
        assert sum(width(span.text) for span in row) <= cells
        assert all(safe(span.text) == span.text for span in row)


@pytest.mark.parametrize("part", [">", "- ", "[", "*a_", "`", "|", "![", "1. ", "\n\n> - "])
def test_text_made_to_be_slow_is_shown_all_the_same(part, place):
    assert text.rows(place, Text((), ((part * 5000,),)), 40, 20)


def test_what_changed_between_steps(tmp_path):
    notes = ["# Plan\nlr 0.1\nsame\n" + "more\n" * 20, "# Plan\nlr 0.2\nsame\n" + "more\n" * 20]
    with WRITERS["torch"](str(tmp_path)) as log:
        for step, note in enumerate([*notes, notes[1] + "\x1b[31mend"]):
            log.add_text("notes", note, step)
    store = load([LogSource(path=str(tmp_path), recursive=True)]).store
    (item,) = items(store)
    view, subject = text.TextView(), ItemContext(item, store, SummaryReader())

    def seen(step: int | None = None) -> str:
        rows = draw(view, subject, ViewOptions(step, 60, 20)).rows
        return "\n".join("".join(span.text for span in row) for row in rows)

    assert "lr 0.2" in seen(1)
    view.press("text-diff")
    assert "since step 0: +1 −1 lines" in seen(1)
    assert "\n- lr 0.1\n+ lr 0.2\n" in seen(1)
    assert "… 19 lines the same" in seen(1)
    assert "+ ␛[31mend" in seen()
    assert "nothing to compare with" in seen(0)
    seen(0)
    view.press("text-base")  # compare with the first step from now on
    assert "since step 0: +2 −1 lines" in seen(2)
    seen(1)
    view.press("text-base")
    assert "No difference" in seen(1)
    view.press("text-diff")
    assert "since" not in seen(1)


def test_a_single_line_that_is_the_same_is_shown():
    before = [f"line {number}" for number in range(9)]
    after = ["new", *before[1:6], "other", *before[7:]]
    found = list(changes(["head", *before], ["head", *after]))
    assert ("…", "1 lines the same") not in found
    assert [line for sign, line in found if sign in " -"] == ["head", *before]
    assert next(changes([*"abcdefg"], [*"abcdefX"])) == ("…", "4 lines the same")
