"""Facts as rows."""

from hypothesis import given
from hypothesis import strategies as st

from tuimon.charts.model import Row
from tuimon.present.fact_sheet import fact_rows, folded
from tuimon.present.run_facts import Fact, FactSection
from tuimon.text import safe, width

TEXTS = st.text(st.sampled_from("ab /本é-"), max_size=80).map(safe)


def text(row: Row) -> str:
    return "".join(span.text for span in row).rstrip()


@given(TEXTS, st.integers(2, 30))
def test_what_is_folded_fits_and_nothing_is_lost(line: str, cells: int) -> None:
    lines = folded(line, cells)
    assert all(width(part) <= cells for part in lines)
    assert "".join(lines).replace(" ", "") == line.replace(" ", "")


def test_lines_are_broken_behind_blanks_and_slashes() -> None:
    assert folded("python train.py", 10) == ["python", "train.py"]
    assert folded("/home/me/runs", 9) == ["/home/me/", "runs"]


@given(st.lists(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=3), max_size=4),
       st.integers(12, 200))  # fmt: skip
def test_no_row_is_wider_than_its_room(facts: list[list[tuple[str, str]]], cells: int) -> None:
    sections = [FactSection("title", [Fact(*fact) for fact in section]) for section in facts]
    assert all(width(text(row)) <= cells for row in fact_rows(sections, ["+ code"], cells))


def test_sections_stand_in_two_columns_where_there_is_room() -> None:
    sections = [
        FactSection("run", [Fact("state", "finished"), Fact("a long name of something", "1")]),
        FactSection("code", [Fact("commit", "0123")]),
    ]
    assert [text(row) for row in fact_rows(sections, ["-old"], 60)] == [
        "run ────────────────────────────────────────────────────────",
        "state   finished",
        "a long name of something",
        "        1",
        "",
        "code ───────────────────────────────────────────────────────",
        "commit  0123",
        "",
        "changes since the commit ───────────────────────────────────",
        "-old",
    ]
    wide = [text(row) for row in fact_rows(sections, (), 120)]
    assert len(wide) == 4
    assert wide[1].split() == ["state", "finished", "commit", "0123"]
