"""The lists of runs and tags: where their cursor is, what is in view, what a line means."""

from typing import Any

import pytest
from textual.message import Message

from tuimon.present.facts import RunRow, TagRow
from tuimon.tui.panes.tag_pane import TagPane

HEIGHT = 20


class Pane(TagPane):
    """Keeps what it asks for."""

    def __init__(self, runs: int, tags: int) -> None:
        super().__init__(change_look=self.keep)
        self.asked: list[str] = []
        self.fill(runs, tags)

    def fill(self, runs: int, tags: int, first: int = 0) -> None:
        self.set_content(
            [RunRow(f"run{number}", number) for number in range(first, first + runs)],
            [TagRow(f"tag{number}", lambda: 0.5, 0) for number in range(tags)],
        )

    def keep(self, **changes: Any) -> None:
        self.asked.append(changes["focus"])

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
        pane.move_cursor(rows)
        pane.choose()
        assert pane.asked[-1] == asked
    assert pane.run == "run1"


def test_one_run_is_no_list() -> None:
    pane = Pane(runs=1, tags=2)
    assert pane.lines[0].startswith(" tags 2 ")
    pane.fill(runs=3, tags=2)
    pane.move_cursor(-9)
    assert pane.run == "run0"
    pane.fill(runs=1, tags=2)
    pane.choose()
    assert (pane.run, pane.asked) == (None, ["tag0"])
    pane.fill(runs=3, tags=2)
    assert pane.run is None


def test_the_cursor_stays_on_its_run_once_it_was_moved() -> None:
    pane = Pane(runs=3, tags=1)
    pane.move_cursor(-9)
    pane.move_cursor(1)
    pane.fill(runs=4, tags=1, first=-1)
    assert pane.run == "run1"
    pane.fill(runs=2, tags=1, first=7)
    assert pane.run == "run7"
    fresh = Pane(runs=3, tags=1)
    fresh.fill(runs=4, tags=1, first=-1)
    fresh.move_cursor(-1)
    assert fresh.run == "run2"  # the last one, above the tags
    loading = Pane(runs=50, tags=1)
    loading.fill(runs=80, tags=1, first=-30)
    assert loading.lines[1] == " ━ run-30"


def test_the_run_that_stands_out_is_in_view() -> None:
    pane = Pane(runs=0, tags=1)
    pane.set_content([RunRow(f"run{n}", n, focused=n == 30) for n in range(50)], [])
    assert "›━ run30" in pane.lines


def test_fewer_tags_leave_the_cursor_on_the_last() -> None:
    pane = Pane(runs=0, tags=9)
    pane.move_cursor(8)
    pane.fill(runs=0, tags=2)
    pane.choose()
    assert pane.asked == ["tag1"]


def test_what_is_in_view_follows_the_cursor() -> None:
    pane = Pane(runs=50, tags=90)
    lines = pane.lines
    assert lines.index(" +45 more") == HEIGHT // 3
    assert " ━ run0" in lines[1]
    pane.move_cursor(89)
    assert "tag89" in pane.lines[-1]
    pane.move_cursor(-49 - 60)  # among the runs, which then have more room
    assert pane.run == "run30"
    lines = pane.lines
    assert any("run30" in line for line in lines)
    assert lines.index(" +41 more") == HEIGHT // 2


@pytest.mark.parametrize(("y", "asked"), [(0, []), (1, ["run0"]), (6, []), (7, []), (8, ["tag0"])])
def test_a_line_stands_for_its_run_or_tag(y: int, asked: list[str]) -> None:
    pane = Pane(runs=50, tags=3)
    assert "more" in pane.lines[6]
    pane.choose_line(y)
    assert pane.asked == asked
    pane.choose_line(12)
    assert pane.asked == asked


def test_runs_and_tags_tell_what_was_done_to_them() -> None:
    pane = Pane(runs=0, tags=0)
    pane.set_content(
        [RunRow("a", 0, focused=True), RunRow("b", 1, pinned=True), RunRow("c", 2, drawn=False)],
        [TagRow("of many", lambda: None, None)],
    )
    assert pane.lines[1:4] == ["›━ a", "*━ b", " · c"]
    assert pane.lines[-1].startswith(" · of many")
