"""The runs where there is no room for their list: each that stands out has its name."""

from dataclasses import replace

from tuimon.charts import roles
from tuimon.present.run_table import RunRow, RunTable
from tuimon.tui.panes.run_strip import strip_rows


def strip(count: int, cells: int, most: int, faded: int = 0, name: str = "run") -> list[str]:
    rows = [
        RunRow(f"{n}", f"{name}{n}", "━", roles.curve(n), faded=n >= count)
        for n in range(count + faded)
    ]
    return [
        "".join(s.text for s in row).rstrip() for row in strip_rows(RunTable(rows), cells, most)
    ]


def test_names_stand_in_as_few_rows_as_hold_them() -> None:
    assert strip(3, 40, 3) == ["━ run0  ━ run1  ━ run2"]
    assert strip(3, 20, 3) == ["━ run0    ━ run1", "━ run2"]


def test_others_are_counted() -> None:
    assert strip(2, 60, 3, faded=94) == ["━ run0  ━ run1  ━ 94 others"]


def test_names_are_cut_rather_than_left_out() -> None:
    rows = strip(6, 60, 2, name="a_long_name_of_a_run_")
    assert rows == [
        "━ a_lon…of_a_run_0  ━ a_lon…of_a_run_1  ━ a_lon…of_a_run_2",
        "━ a_lon…of_a_run_3  ━ a_lon…of_a_run_4  ━ a_lon…of_a_run_5",
    ]


def test_runs_of_a_group_are_named_by_their_group() -> None:
    runs = [RunRow(name, name, "━", roles.curve(0), is_member=True) for name in ("a", "b")]
    group = RunRow("", "lr=0.1 ×2", "━", roles.curve(0), members=tuple(runs))
    table = RunTable([group, *runs, RunRow("c", "c", "━", roles.curve(2))])
    (row,) = strip_rows(table, 60, 3)
    assert "".join(span.text for span in row).rstrip() == "━ lr=0.1 ×2  ━ c"
    assert table.names == ["a", "b", "c"]
    assert table.told == runs[0]
    faded = [replace(run, faded=True) for run in runs]
    dim = replace(group, faded=True, members=tuple(faded))
    assert RunTable([dim, *faded, RunRow("c", "c", "━", roles.curve(2))]).others == 2
