"""Where a cursor is, and what is in view, whatever is done to a list."""

from hypothesis import given
from hypothesis import strategies as st

from tuimon.present.list_cursor import ListCursor

ROWS = st.integers(-50, 50)
DEEDS = st.lists(st.tuples(st.sampled_from(("move", "turn", "scroll")), ROWS), max_size=8)


@given(DEEDS, st.integers(0, 40), st.integers(-3, 20), st.integers(0, 2))
def test_the_cursor_is_on_a_row_in_view_and_no_room_is_left_blank(deeds, count, room, lead):
    cursor = ListCursor()
    cursor.fit(count, room)
    for deed, rows in deeds:
        getattr(cursor, deed)(rows)
        seen = cursor.fit(count, room, lead=lead)
        assert len(seen) == min(count, max(1, room))
        assert cursor.at in seen or not count
        if lead < room:
            assert max(0, cursor.at - lead) in seen or not count


def test_no_more_is_scrolled_than_the_cursor_needs():
    cursor = ListCursor()
    assert cursor.fit(10, 4) == range(4)
    cursor.move(5)
    assert (cursor.at, cursor.fit(10, 4)) == (5, range(2, 6))
    cursor.move(-2)
    assert (cursor.at, cursor.fit(10, 4)) == (3, range(2, 6))
    cursor.move(-2)
    assert (cursor.at, cursor.fit(10, 4)) == (1, range(1, 5))


def test_the_ends_stop_it():
    cursor = ListCursor()
    cursor.fit(3, 9)
    assert not cursor.move(-1)
    assert cursor.move(7)
    assert cursor.at == 2
    assert not cursor.move(1)


def test_the_wheel_takes_the_cursor_along_only_at_the_edge():
    cursor = ListCursor(at=2)
    cursor.fit(20, 5)
    cursor.scroll(2)
    assert (cursor.at, cursor.fit(20, 5)) == (2, range(2, 7))
    cursor.scroll(3)
    assert (cursor.at, cursor.fit(20, 5)) == (5, range(5, 10))


def test_pages_are_turned_under_the_cursor():
    cursor = ListCursor(at=1)
    cursor.fit(20, 5)
    cursor.turn(2)
    assert (cursor.at, cursor.fit(20, 5)) == (11, range(10, 15))


def test_what_leads_a_row_comes_with_it_as_far_as_there_is_room():
    cursor = ListCursor(at=9)
    cursor.fit(10, 3)
    cursor.move(-6)
    assert cursor.fit(10, 3, lead=1) == range(2, 5)
    assert cursor.fit(10, 1, lead=1) == range(3, 4)


def test_a_view_that_does_not_follow_stays():
    cursor = ListCursor(at=0, top=6)
    assert cursor.fit(10, 3, follows=False) == range(6, 9)
    assert cursor.fit(5, 3, follows=False) == range(2, 5)
