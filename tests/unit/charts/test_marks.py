import numpy as np
import pytest

from tuimon.charts.marks import GAP, MARKS, Extent, Layer, enlarge_points, fill, join, to_dots


def drawn(rows: list[int], height: int, marks: str = "braille") -> list[str]:
    """The glyphs of a line through these dot rows."""
    kind = MARKS[marks]  # type: ignore[index]
    masks = fill(join(np.array(rows)), kind, height)
    assert kind.glyphs is not None
    return ["".join(row) for row in kind.glyphs[masks]]


def test_braille_dots_stand_where_they_should() -> None:
    assert drawn([0, 0], 1) == ["⣀"]
    assert drawn([3, 3], 1) == ["⠉"]
    assert drawn([4, 4], 2) == ["⣀", " "]
    assert drawn([0, 7], 2) == ["⢸", "⡇"]


def test_quarter_blocks_stand_where_they_should() -> None:
    assert drawn([0, 1], 1, "hd") == ["▞"]
    assert drawn([1, 1], 1, "hd") == ["▀"]


@pytest.mark.parametrize("rows", [[0, 9], [9, 0], [5, 5, 6, 2, 15, 0], [0, 1, 2, 3, 2, 1]])
def test_joined_columns_leave_no_hole(rows: list[int]) -> None:
    low, high = join(np.array(rows))
    for column, row in enumerate(rows):
        assert low[column] <= row <= high[column]
    for left in range(len(rows) - 1):
        assert low[left + 1] <= high[left] + 1
        assert low[left] <= high[left + 1] + 1


def test_flat_and_diagonal_lines_are_one_dot_thick() -> None:
    low, high = join(np.array([3, 3, 4, 5, 5, 4]))
    assert low.tolist() == high.tolist() == [3, 3, 4, 5, 5, 4]


def test_lines_are_not_joined_across_gaps() -> None:
    low, high = join(np.array([0, GAP, 9]))
    assert (low[0], high[0]) == (0, 0)
    assert low[1] > high[1]
    assert (low[2], high[2]) == (9, 9)


def test_lone_points_are_four_dots() -> None:
    rows = np.array([GAP, GAP, GAP, 5, GAP, GAP, 0, 1, GAP, GAP, 900, GAP])
    low, high = enlarge_points(rows, join(rows), 12)
    assert (high - low + 1).clip(0).tolist() == [0, 0, 2, 2, 0, 0, 1, 1, 0, 0, 1, 0]


def test_dots_of_heights() -> None:
    assert to_dots(np.array([0, 0.5, 1, 2, -1, np.nan]), 5).tolist() == [0, 2, 4, 8, -4, GAP]


def test_a_cell_takes_the_colour_with_clearly_more_dots() -> None:
    for order in ((0, 1), (1, 0)):
        layer = Layer(1, 4, 2)
        masks = {0: np.full((1, 4), 0b1, np.uint8), 1: np.full((1, 4), 0b1111_0000, np.uint8)}
        for owner in order:
            layer.add(masks[owner], owner)
        assert layer.owners.tolist() == [[1, 1, 1, 1]]
        assert (layer.masks == 0b1111_0001).all()


def test_curves_in_the_same_cells_alternate() -> None:
    layer = Layer(1, 8, 2)
    for owner in (0, 1):
        layer.add(np.full((1, 8), 0b1001, np.uint8), owner)
    assert layer.owners.tolist() == [[0, 0, 1, 1, 0, 0, 1, 1]]


def test_many_curves_do_not_alternate() -> None:
    layer = Layer(1, 8, 9)
    for owner in range(9):
        layer.add(np.full((1, 8), 0b1001, np.uint8), owner)
    assert set(layer.owners.ravel().tolist()) == {0}


@pytest.mark.parametrize("style", ["braille", "hd", "ascii"])
def test_every_dot_fills_its_cell(style: str) -> None:
    marks = MARKS[style]  # type: ignore[index]
    columns = 3 * marks.across
    everything = Extent(np.zeros(columns, np.int64), np.full(columns, 99))
    full = 2 ** (marks.down * marks.across) - 1
    assert (fill(everything, marks, 2) == full).all()
