"""Tables of text: widths of columns, which of them are in view, and rows."""

from hypothesis import given
from hypothesis import strategies as st

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.charts.table import TableColumn, in_view, lay_out, squeeze
from tuimon.text import width


def cells(*texts: str) -> list[Row]:
    return [(Span(text, "text"),) for text in texts]


def lines(rows: list[Row]) -> list[str]:
    return ["".join(span.text for span in row) for row in rows]


def test_names_stand_left_and_numbers_right():
    columns = [
        TableColumn((Span("TAG", "dim"),), cells("loss", "accuracy"), gap=0),
        TableColumn((Span("LAST", "dim"),), cells("0.5", "12.35k"), "right"),
    ]
    rows = lay_out(columns, [column.natural for column in columns])
    assert lines(rows) == ["TAG         LAST", "loss         0.5", "accuracy  12.35k"]
    assert rows[0][0] == Span("TAG     ", "dim")


def test_a_long_name_loses_its_middle_and_what_stands_before_it_stays():
    column = TableColumn(
        cells("NAME")[0], [(Span("■ ", roles.curve(1)), Span("layer0/weights", "text"))]
    )
    assert column.natural == 16
    rows = lay_out([column], [11])
    assert lines(rows) == ["  NAME       ", "  ■ lay…ights"]
    assert rows[1][1] == Span("■ ", roles.curve(1))
    assert lines(lay_out([column], [11], "~"))[1] == "  ■ lay~ights"


def test_the_widest_columns_give_way():
    assert squeeze([3, 40, 9], 60) == [3, 40, 9]
    assert squeeze([3, 40, 9], 30) == [3, 18, 9]
    assert squeeze([3, 40, 20], 24) == [3, 10, 11]
    assert squeeze([5, 5], 1) == [1, 1]


@given(st.lists(st.integers(1, 60), max_size=8), st.integers(0, 200))
def test_no_column_gets_more_than_it_wants_and_all_room_is_used(wanted: list[int], room: int):
    sizes = squeeze(wanted, room)
    assert all(1 <= size <= want for size, want in zip(sizes, wanted, strict=True))
    assert sum(sizes) == min(sum(wanted), max(room, len(wanted)))
    cut = [size for size, want in zip(sizes, wanted, strict=True) if size < want]
    assert not cut or max(sizes) - min(cut) <= 1


def test_columns_scroll_until_the_chosen_one_is_in_view():
    sizes = [6, 6, 6, 6]
    assert in_view(sizes, 0, None, 17) == range(2)
    assert in_view(sizes, 0, 2, 17) == range(1, 3)
    assert in_view(sizes, 3, 1, 17) == range(1, 3)
    assert in_view(sizes, 9, None, 100) == range(3, 4)
    assert in_view(sizes, 0, 1, 5) == range(1, 1)
    assert in_view([], 0, None, 5) == range(0)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4), st.integers(0, 20))
def test_every_row_is_as_wide_as_its_columns(texts: list[str], size: int):
    column = TableColumn(cells("head")[0], cells(*texts), "right")
    assert {width(line) for line in lines(lay_out([column], [size]))} == {size + 2}
