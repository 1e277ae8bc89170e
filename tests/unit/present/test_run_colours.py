"""Which training has which colour."""

from hypothesis import given
from hypothesis import strategies as st

from tuimon.present.run_colours import RunColours

NAMES = [f"run{number}" for number in range(20)]


def colours_of(names: list[str] = NAMES) -> RunColours:
    colours = RunColours()
    colours.meet(names)
    return colours


def hues(colours: RunColours, names: list[str], palette: int = 8) -> list[int]:
    return [colours.number(name) % palette for name in names]


def test_trainings_that_stand_out_beside_each_other_differ() -> None:
    colours = colours_of()
    leaders = ["run3", "run11", "run19", "run4"]
    colours.tell_apart("loss", leaders, 8)
    assert len(set(hues(colours, leaders))) == 4
    assert colours.number("run3") == 3
    assert colours.number("run4") == 4


def test_those_that_stood_out_before_keep_their_colours() -> None:
    colours = colours_of()
    colours.tell_apart("loss", ["run11", "run12"], 8)
    assert hues(colours, ["run11", "run12"]) == [3, 4]
    colours.tell_apart("loss", ["run3", "run11"], 8)
    assert hues(colours, ["run11"]) == [3]
    assert hues(colours, ["run3"]) != [3]


def test_a_trade_looks_at_the_other_charts_of_a_training() -> None:
    colours = colours_of()
    colours.tell_apart("accuracy", ["run11", "run0", "run1", "run2"], 8)
    colours.tell_apart("loss", ["run3", "run11"], 8)
    assert len(set(hues(colours, ["run11", "run0", "run1", "run2"]))) == 4


def test_nothing_changes_while_runs_are_still_found() -> None:
    colours = RunColours()
    colours.meet(NAMES, keep=False)
    colours.tell_apart("loss", ["run0", "run8"], 8)
    assert hues(colours, ["run0", "run8"]) == [0, 0]
    version = colours.version
    colours.meet(NAMES)
    assert colours.version != version
    colours.tell_apart("loss", ["run0", "run8"], 8)
    assert len(set(hues(colours, ["run0", "run8"]))) == 2


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["loss", "accuracy", "lr"]),
            st.lists(st.sampled_from(NAMES), unique=True, max_size=9),
        ),
        max_size=6,
    ),
    st.integers(1, 9),
)
def test_any_charts(charts: list[tuple[str, list[str]]], palette: int) -> None:
    colours = colours_of()
    for chart, names in charts:
        known, version = colours.known, colours.version
        colours.tell_apart(chart, names, palette)
        assert sorted(colours.known) == sorted(NAMES)
        assert [colours.number(name) for name in colours.known] == list(range(len(NAMES)))
        assert (colours.known != known) == (colours.version != version)
        before, version = colours.known, colours.version
        colours.tell_apart(chart, names, palette)
        colours.meet(NAMES)
        assert (colours.known, colours.version) == (before, version)
    only = charts[0][1] if charts else []
    fresh = colours_of()
    fresh.tell_apart("alone", only, palette)
    if len(only) <= palette:
        assert len(set(hues(fresh, only, palette))) == len(only)
    assert RunColours(colours.known).known == colours.known


def test_a_chart_of_trainings_that_are_unknown_now_changes_nothing() -> None:
    colours = RunColours(("a", "b", "c"))
    colours.tell_apart("loss", ("gone", "a"), 1)
    colours.tell_apart("loss", ("gone", "also gone"), 2)
    assert [colours.number(name) for name in ("a", "b", "c")] == [0, 1, 2]
