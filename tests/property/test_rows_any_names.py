"""Whatever a name holds: rows of the screen are as wide as their room, and nothing acts on it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tuimon.present.facts import HeaderFacts, RunRow, TagRow
from tuimon.present.look import Look
from tuimon.runs.record import MirrorRecord, RunState
from tuimon.text import width
from tuimon.tui.panes.run_header import header_row
from tuimon.tui.panes.tag_pane import TagPane

HOSTILE = (
    "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m",
    "[red]x[/red] [/] [@click=app.exit]quit[/] \\[b]",
    "abc\u202edef\u2066ghi\u2069\u200f",
    "zero\u200bwidth\u200d\ufeff\u00ad" + "e" + "\u0301" * 50,
    "損失関数🚀👩‍👩‍👧🇩🇪",
    "\ud800 lone \udfff",
    "x" * 10_000,
    "\n\r\t\v\u2028",
)
names = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=()), max_size=40)


@given(names, names, names, st.integers(1, 200))
def test_header(name: str, reason: str, detail: str, cells: int):
    facts = HeaderFacts(
        name=name,
        state=RunState.FAILED,
        reason=reason,
        step=10,
        mirror=MirrorRecord(state="failed", detail=detail),
    )
    row = header_row(facts, cells)
    text = "".join(span.text for span in row)
    assert text.isprintable()
    assert width(text) >= cells
    assert cells < 40 or width(text) == cells


@settings(max_examples=50)
@given(st.lists(names, max_size=5), st.lists(names, max_size=5), st.integers(20, 60))
def test_tag_pane(runs: list[str], tags: list[str], cells: int):
    pane = TagPane(Look(), dict, lambda **changes: None, id="tags")
    pane._runs = [RunRow(run, colour) for colour, run in enumerate(runs)]
    pane._tags = [TagRow(tag, lambda: 0.5, 0) for tag in tags]
    rows = ["".join(span.text for span in row) for row in pane.rows(cells, 20)]
    assert all(row.isprintable() and width(row) == cells for row in rows)
    if tags:
        assert rows[-1].endswith(" 0.5 ")
