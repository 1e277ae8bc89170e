import pytest

from tuimon.charts import roles
from tuimon.charts.heading import LegendEntry, head_row, legend_rows
from tuimon.charts.marks import MARKS
from tuimon.charts.model import Row

BRAILLE, ASCII = MARKS["braille"], MARKS["ascii"]


def text(row: Row) -> str:
    return "".join(span.text for span in row)


def entries(count: int) -> list[LegendEntry]:
    return [LegendEntry(f"run-{index:02}", index, index / 8) for index in range(count)]


def test_title_with_warnings_and_notes() -> None:
    row = head_row("Loss", [], ["3 NaN"], ["log y", "y limits"], 40, BRAILLE)
    assert text(row).split() == ["Loss", "3", "NaN", "log", "y", "y", "limits"]
    assert [span.role for span in row if span.text.strip()] == ["title", "warn", "note", "note"]


def test_a_long_title_gives_way_to_warnings_but_not_to_notes() -> None:
    row = head_row("a_very_long_name_of_a_metric", [], ["3 NaN"], ["log y"], 24, BRAILLE)
    assert text(row) == "a_ver…of_a_metric  3 NaN"


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_head_in_little_room(count: int) -> None:
    some = [LegendEntry("", 0, 0.5, "more")] if count == 1 else entries(count)
    for cells in range(30):
        row = head_row("Loss", some, ["3 NaN"], ["log y"], cells, BRAILLE, ["frozen"])
        assert len(text(row)) == cells


def test_a_lone_curve_colours_its_title_and_is_told_before_its_end() -> None:
    lone = [LegendEntry("", 2, 0.5, "◆ 0.25 @ 7")]
    row = head_row("a_long_name_of_a_metric", lone, [], [], 40, BRAILLE)
    assert text(row).split() == ["a_long_name_of_a_metric", "0.5"]
    assert row[0].role == roles.title(2)
    assert text(head_row("a_long_name", lone, [], [], 14, BRAILLE)).split()[-1] == "0.5"
    assert text(head_row("x", lone, [], [], 30, BRAILLE)) == "x  0.5              ◆ 0.25 @ 7"


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (60, "Loss  ━ run-00 0      best  ━ run-01 0.125"),
        (38, "Loss  ━ run-00 0       ━ run-01 0.125"),
        (30, "Loss  ━ run-00  ━ run-01"),
        (23, "Loss  ━ run-00  +1 more"),
    ],
)
def test_curves_are_told_behind_the_title_as_far_as_there_is_room(cells: int, told: str) -> None:
    first, second = entries(2)
    row = head_row("Loss", [first._replace(more="best"), second], [], [], cells, BRAILLE)
    assert text(row).rstrip() == told


def test_a_legend_flows_in_one_row() -> None:
    (row,) = legend_rows(
        [LegendEntry("train", 0, 0.3537), LegendEntry("test", 1, 0.412)], 40, 2, BRAILLE
    )
    assert text(row) == "━ train 0.3537  ━ test 0.412            "
    assert row[0] == ("━", roles.curve(0))


def test_a_legend_tells_how_many_found_no_room() -> None:
    (row,) = legend_rows(entries(50), 50, 1, BRAILLE)
    assert text(row).rstrip() == "━ run-00  ━ run-01  ━ run-02  ━ run-03  +46 more"


def test_a_legend_of_several_rows_stands_in_columns() -> None:
    rows = [text(row).rstrip() for row in legend_rows(entries(6), 55, 2, BRAILLE)]
    assert rows == [
        "━ run-00 0       ━ run-01 0.125   ━ run-02 0.25",
        "━ run-03 0.375   ━ run-04 0.5     ━ run-05 0.625",
    ]
    rows = [text(row).rstrip() for row in legend_rows(entries(12), 55, 2, BRAILLE)]
    assert rows == [
        "━ run-00  ━ run-01  ━ run-02  ━ run-03  ━ run-04",
        "━ run-05  ━ run-06  ━ run-07  ━ run-08  +3 more",
    ]


def test_a_legend_without_room_for_more_than_its_first_curve() -> None:
    (row,) = legend_rows(entries(3), 20, 1, BRAILLE)
    assert text(row) == "━ run-00  +2 more   "


def test_last_values_that_are_not_finite_warn() -> None:
    (row,) = legend_rows([LegendEntry("train", 0, float("nan"))], 30, 1, BRAILLE)
    assert ("NaN   ", "warn") in row


def test_ascii_legends_tell_curves_apart_by_letter() -> None:
    (row,) = legend_rows([LegendEntry("trän", 0, 1), LegendEntry("test", 1, 2)], 30, 1, ASCII)
    assert text(row).split() == ["*", "tr?n", "1", "+", "test", "2"]


def test_labels_cannot_act_on_the_terminal() -> None:
    (row,) = legend_rows([LegendEntry("\x1b[2J\u202e", 0, 1)], 30, 1, BRAILLE)
    assert text(row).startswith("━ ␛[2J 1")


def test_all_of_a_title_is_ascii_where_only_that_may_be_drawn() -> None:
    row = head_row("löss", [], ["3 ≤ 0"], ["–"], 40, ASCII, ["größer"])
    assert text(row).isascii()
