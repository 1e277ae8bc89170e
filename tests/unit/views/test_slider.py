"""The track in the head of all views."""

import pytest

from tuimon.charts.model import Span
from tuimon.views.layout import StepPlace, head
from tuimon.views.slider import find_track


@pytest.mark.parametrize("count", [2, 3, 30, 31, 1000])
@pytest.mark.parametrize("cells", [52, 80, 158])
def test_the_thumb_is_where_its_step_is_pointed_at(count: int, cells: int):
    tracks = set()
    for index in range(count):
        row = head(StepPlace("weights", 0, index, count, newest=index == count - 1), [], cells)[0]
        track = find_track([row])
        assert track is not None
        tracks.add(track)
        text = "".join(span.text for span in row)
        assert len(text) == track.x + track.cells
        found = track.step_at(text.index("●"), count)
        assert abs(found - index) <= count / track.cells
        if index in (0, count - 1):
            assert found == index
    assert len(tracks) == 1  # it stays where it is while one drags


def test_pointing_beside_it_means_its_ends():
    track = find_track([head(StepPlace("weights", 0, 3, 30), [], 80)[0]])
    assert track is not None
    assert [track.step_at(x, 30) for x in (-5, 0, 79, 200)] == [0, 0, 29, 29]
    assert track.holds(track.x, 0)
    assert not track.holds(track.x, 1)
    assert not track.holds(track.x - 1, 0)


@pytest.mark.parametrize(
    ("place", "cells"), [(StepPlace("weights", 0, 0, 1), 158), (StepPlace("a" * 40, 0, 3, 30), 52)]
)
def test_where_it_says_nothing_or_has_no_room_there_is_none(place: StepPlace, cells: int):
    row = head(place, [], cells)[0]
    assert find_track([row]) is None
    assert f"{place.index + 1} of {place.count}" in "".join(span.text for span in row)


def test_a_drawing_without_rows_has_none():
    assert find_track([]) is None
    assert find_track([(Span("text", "text"),)]) is None
