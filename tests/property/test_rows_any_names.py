"""Whatever a name holds: rows of the screen are as wide as their room, and nothing acts on it."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tuimon.charts import roles
from tuimon.present.facts import HeaderFacts
from tuimon.present.look import Look
from tuimon.present.run_table import RunRow, RunTable
from tuimon.present.short_names import short_names
from tuimon.present.tag_tree import TagRow
from tuimon.runs.record import MirrorRecord, RunState
from tuimon.text import width
from tuimon.tui.panes.run_header import header_row
from tuimon.tui.panes.run_strip import strip_rows
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
@given(st.lists(names, max_size=5), st.lists(names, max_size=5), st.integers(30, 60))
def test_tag_pane(runs: list[str], tags: list[str], cells: int):
    pane = TagPane(Look(), dict, dict, lambda **changes: None, id="tags")
    labels = short_names(runs)
    plain = RunRow("a", "a", "━", roles.curve(1), hparams=tuple(runs[:1]))
    table = RunTable(
        [
            RunRow(run, labels[run], "━", roles.curve(0), value=-1.234e-5, gain=2.0, hparams=(run,))
            for run in runs
        ]
        + [replace(plain, name="", label=tag, members=(plain,), spread="±0.1") for tag in tags[:1]],
        tag=tags[0] if tags else "",
        title=tags[0] if tags else "",
        baseline=runs[0] if runs else "",
        hparams=tuple(runs[:1]),
    )
    pane.set_content(table, [TagRow(tag, 0) for tag in tags])
    rows = ["".join(span.text for span in row) for row in pane.rows(cells, 20)]
    assert all(row.isprintable() and width(row) == cells for row in rows)
    strip = ["".join(span.text for span in row) for row in strip_rows(table, 2 * cells, 3)]
    assert all(row.isprintable() and width(row) <= 2 * cells for row in strip)


@given(st.lists(names, max_size=6, unique=True))
def test_short_names_are_different_parts_of_the_long_ones(long: list[str]):
    short = short_names(long)
    assert [*short] == long
    assert len(set(short.values())) == len(long)
    assert all(name or not whole for whole, name in short.items())
