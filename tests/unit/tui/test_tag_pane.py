"""The lists of runs and tags: where their cursor is, what is in view, what a line means."""

from dataclasses import replace
from typing import Any

import pytest
from textual.message import Message

from tuimon.charts import roles
from tuimon.present.look import Look
from tuimon.present.run_table import RunRow, RunTable
from tuimon.present.tag_tree import TagRow
from tuimon.tui.panes.tag_pane import TagPane

HEIGHT = 20


def run_row(name: str, **looks: Any) -> RunRow:
    return RunRow(name, name, "━", roles.curve(0), **looks)


class Pane(TagPane):
    """Keeps what it asks for."""

    def __init__(self, runs: int, tags: int) -> None:
        super().__init__(Look(), dict, dict, self.keep, id="tags")
        self.asked: list[Any] = []
        self.fill(runs, tags)

    def fill(self, runs: int, tags: int, first: int = 0) -> None:
        self.set_content(
            RunTable([run_row(f"run{number}") for number in range(first, first + runs)]),
            [TagRow(f"tag{number}", 0) for number in range(tags)],
        )
        self.rows(40, HEIGHT)

    def keep(self, **changes: Any) -> None:
        self.asked.append(changes.get("focus", changes))

    def post_message(self, message: Message) -> bool:
        if isinstance(message, TagPane.Chosen):
            self.asked.append(message.tag)
        return True

    @property
    def lines(self) -> list[str]:
        rows = self.rows(40, HEIGHT)
        return ["".join(span.text for span in row).rstrip() for row in rows]


def test_the_cursor_goes_from_list_to_list_and_not_beyond() -> None:
    pane = Pane(runs=2, tags=3)
    for rows, asked in ((-9, "run0"), (1, "run1"), (1, "tag0"), (9, "tag2"), (-3, "run1")):
        pane.action_move(rows)
        pane.action_choose()
        assert pane.asked[-1] == asked
    assert pane.run == "run1"


def test_one_run_is_no_list() -> None:
    pane = Pane(runs=1, tags=2)
    assert pane.lines[0].startswith(" tags 2 ")
    pane.fill(runs=3, tags=2)
    pane.action_move(-9)
    assert pane.run == "run0"
    pane.fill(runs=1, tags=2)
    pane.action_choose()
    assert (pane.run, pane.asked) == (None, ["tag0"])
    pane.fill(runs=3, tags=2)
    assert pane.run is None


def test_the_cursor_stays_on_its_run_once_it_was_moved() -> None:
    pane = Pane(runs=3, tags=1)
    pane.action_move(-9)
    pane.action_move(1)
    pane.fill(runs=4, tags=1, first=-1)
    assert pane.run == "run1"
    pane.fill(runs=2, tags=1, first=7)
    assert pane.run == "run7"
    fresh = Pane(runs=3, tags=1)
    fresh.fill(runs=4, tags=1, first=-1)
    fresh.action_move(-1)
    assert fresh.run == "run2"  # the last one, above the tags
    loading = Pane(runs=50, tags=1)
    loading.fill(runs=80, tags=1, first=-30)
    assert loading.lines[1] == " ━ run-30"


def test_the_run_that_stands_out_is_in_view() -> None:
    pane = Pane(runs=0, tags=1)
    pane.set_content(RunTable([run_row(f"run{n}", focused=n == 30) for n in range(50)]), [])
    assert "›━ run30" in pane.lines


def test_fewer_tags_leave_the_cursor_on_the_last() -> None:
    pane = Pane(runs=0, tags=9)
    pane.action_move(8)
    pane.fill(runs=0, tags=2)
    pane.action_choose()
    assert pane.asked == ["tag1"]


def test_what_is_in_view_follows_the_cursor() -> None:
    pane = Pane(runs=50, tags=90)
    lines = pane.lines
    assert lines.index(" +39 more") == HEIGHT * 2 // 3 - 1
    assert " ━ run0" in lines[1]
    pane.action_move(89)
    assert "tag89" in pane.lines[-1]
    pane.action_move(-49 - 60)
    assert pane.run == "run30"
    assert any("run30" in line for line in pane.lines)


@pytest.mark.parametrize(
    ("y", "asked"), [(0, []), (1, ["run0"]), (11, ["run10"]), (12, []), (13, []), (14, ["tag0"])]
)
def test_a_line_stands_for_its_run_or_tag(y: int, asked: list[str]) -> None:
    pane = Pane(runs=50, tags=3)
    assert "more" in pane.lines[12]
    pane.choose_line(y)
    assert pane.asked == asked
    pane.choose_line(17)
    assert pane.asked == asked


def test_runs_tell_what_was_done_to_them_and_what_they_have_reached() -> None:
    pane = Pane(runs=0, tags=0)
    rows = [
        run_row("a", focused=True, value=0.5, gain=-0.25, better=True, hparams=("1e-4",)),
        run_row("b", pinned=True, value=0.4, hparams=("0.001",)),
        run_row("c", drawn=False, gain=20.0, hparams=("",)),
    ]
    pane.set_content(
        RunTable(rows, "loss", "loss best", by_value=True, baseline="b", hparams=("lr",)),
        [TagRow("of many")],
    )
    assert pane.lines[:4] == [
        " runs 3 ──────    lr ▾ loss best      Δ",
        "›━ a            1e-4         0.5 -25.0%",
        "*━ b           0.001         0.4",
        " · c                             +>999%",
    ]
    assert pane.lines[-2:] == [" tags 1 ────────────────────────── of a", " · of many"]


def test_a_branch_opens_and_the_cursor_stays_on_what_it_was_on() -> None:
    pane = Pane(runs=0, tags=0)
    tags = [TagRow(f"layer/{n}/norm", 0) for n in range(40)]
    pane.set_content(RunTable(), [*tags, TagRow("lr", 0)])
    assert [line.split() for line in pane.lines[1:]] == [["▸", "layer", "40"], ["━", "lr"]]
    pane.action_choose()
    assert pane.lines[1].split() == ["▾", "layer", "40"]
    pane.action_move(3)
    pane.action_choose()
    assert pane.asked == ["layer/2/norm"]
    pane.set_content(RunTable(), [TagRow("new", 0), *tags])
    pane.action_choose()
    assert pane.asked == ["layer/2/norm"] * 2


def test_runs_are_ranked_by_the_tag_under_the_cursor_and_by_name_again() -> None:
    pane = Pane(runs=0, tags=0)
    rows = [run_row("a", value=1.0), run_row("b", value=2.0)]
    pane.set_content(RunTable(rows, "loss", "loss best"), [TagRow("acc")])
    pane.action_rank()
    pane.set_content(RunTable(rows, "loss", "loss best", by_value=True), [TagRow("acc")])
    pane.action_rank()
    assert pane.asked == [
        {"rank": "loss", "run_order": "best", "order_by": ""},
        {"rank": "loss", "run_order": "name", "order_by": ""},
    ]


def test_runs_are_ordered_by_each_column() -> None:
    pane = Pane(runs=0, tags=0)
    rows = [
        replace(run_row(name, value=1.0), hparams=texts)
        for name, texts in (("a", ("0.1", "x")), ("b", ("1e-3", "")), ("c", ("0.02", "w")))
    ]
    table = RunTable(rows, "loss", "loss best", by_value=True, hparams=("lr", "opt"))
    found = []
    for _ in range(3):
        pane.set_content(table, [])
        pane.action_rank()
        table = replace(table, by_value=False).ordered(pane.asked[-1]["order_by"])
        found.append([row.name for row in table.rows])
    assert [one["order_by"] for one in pane.asked] == ["lr", "opt", ""]
    assert [one["run_order"] for one in pane.asked] == ["best", "best", "name"]
    assert found[:2] == [["b", "c", "a"], ["c", "a", "b"]]
