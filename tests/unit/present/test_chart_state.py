"""The part that is shown of each chart: its own where it differs from that of all others."""

from dataclasses import replace

from tuimon.charts.viewport import Area, Viewport
from tuimon.present.chart_state import changed, view_of, with_view, without_x
from tuimon.present.look import Look, selected

AREA = Area(left=0, top=0, columns=10, rows=5, x0=0, x1=100, first=0, last=100, least=1)
HALF = Viewport(x=(0, 50))
LOW = Viewport(y=(0, 1))


def halved(view: Viewport, area: Area) -> Viewport:
    return replace(view, x=(area.x0, (area.x0 + area.x1) / 2), tail=None)


def test_a_chart_has_a_view_of_its_own_while_it_differs_from_the_others() -> None:
    views = changed({}, "loss", AREA, halved)
    assert views == {"": Viewport(), "loss": HALF}
    assert (view_of(views, "loss"), view_of(views, "acc")) == (HALF, Viewport())
    assert with_view(views, "loss", Viewport()) == {"": Viewport()}


def test_x_of_all_charts_changes_at_once_and_their_own_y_stays() -> None:
    views = changed({"": Viewport(), "loss": LOW}, "", AREA, halved)
    assert views == {"": HALF, "loss": Viewport(x=(0, 50), y=(0, 1))}
    assert without_x(views) == {"": Viewport(), "loss": LOW}


def test_limits_of_all_charts_leave_none_of_its_own() -> None:
    assert with_view({"": Viewport(), "loss": HALF}, "", LOW) == {"": LOW}


def test_a_selection_is_part_of_a_look_and_comes_back() -> None:
    look = Look(filter="loss", focus="a", pinned=("b", "c"), hidden=("d",), group="lr")
    selection = look.selection({"a": "0.1"})
    assert selection.shows("a", "loss/train")
    assert not selection.shows("a", "acc")
    assert selection.groups == {"a": "0.1"}
    assert replace(Look(), **selected(selection)) == look
    assert look.selection() == look.selection()
    assert replace(look, group="").selection({"a": "0.1"}).groups == {}
