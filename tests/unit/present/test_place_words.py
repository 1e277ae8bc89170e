"""How copies of other machines stand, in the header and on the page of a session."""

from pathlib import Path

import pytest

from support.waiting import wait_until
from tuimon.places.place_state import PlaceState, write_state
from tuimon.places.place_watch import PlaceWatch
from tuimon.places.remote_place import state_of
from tuimon.present.place_words import place_rows, place_words
from tuimon.runs.sources import PLACE, LogSource

NOW = 1.7e9
UP = PlaceState(link="up", began_at=NOW - 600, looked_at=NOW - 1, received=12_345_678)


def watch(tmp_path: Path, state: PlaceState | None, label: str = "me@box:runs") -> PlaceWatch:
    copy = tmp_path / "files" / "runs"
    if state is not None:
        write_state(state_of(copy), state)
    return PlaceWatch(LogSource(path=str(copy), found_by=PLACE, label=label))


@pytest.mark.parametrize(
    ("changes", "told", "is_wrong"),
    [
        ({}, "box: 12 MB", False),
        ({"looked_at": NOW - 4}, "box: 12 MB", False),
        ({"looked_at": NOW - 14}, "box: 10s old, 12 MB", True),
        ({"looked_at": NOW - 9000}, "box: 2h 00m old, 12 MB", True),
        ({"missing": 1_234_567}, "box: 1.2 MB to come", False),
        ({"objects": True, "requests": 211}, "box: 1,300 requests/h", False),
        ({"objects": True, "looked_at": NOW - 40}, "box: 30s old, 0 requests", False),
        ({"objects": True, "requests": 7, "began_at": NOW - 9}, "box: 7 requests", False),
        ({"link": "connecting"}, "box: connecting", False),
        ({"link": "lost", "looked_at": NOW - 12}, "box: 10s old, reconnecting", True),
        ({"link": "refused", "looked_at": 0.0}, "box: refused", True),
        ({"detail": "no room"}, "box: incomplete", True),
        ({"detail": "no room", "looked_at": NOW - 99}, "box: incomplete", True),
    ],
)
def test_header(tmp_path: Path, changes: dict[str, object], told: str, is_wrong: bool):
    fields = {name: getattr(UP, name) for name in PlaceState.__slots__} | changes
    place = watch(tmp_path, PlaceState(**fields))
    wait_until(lambda: place.state)
    assert place_words(place, NOW) == (told, is_wrong)


def test_nothing_is_told_of_what_nobody_knows(tmp_path: Path):
    place = watch(tmp_path, None, "sftp://me@box:22/x\x1b[31m")
    assert place_words(place, NOW) == ("box:22: connecting", False)
    assert [name for name, _ in place_rows([place], NOW)] == ["copy of"]


def test_page(tmp_path: Path):
    state = PlaceState(
        link="lost",
        detail="box: no answer for 15 s",
        began_at=NOW - 60,
        looked_at=NOW - 20,
        retry_at=NOW + 8,
        received=1000,
        requests=1234,
        problems=("a/x: permission denied",),
    )
    place = watch(tmp_path, state)
    wait_until(lambda: place.state)
    assert place_rows([place], NOW)[1:] == [
        ("link", "20s old, 1 KB and 1,234 requests in 1m 00s"),
        ("lost", "box: no answer for 15 s; trying again in 8s"),
        ("cannot copy", "a/x: permission denied"),
    ]


def test_a_state_that_makes_no_sense_is_none(tmp_path: Path):
    place = watch(tmp_path, None)
    path = state_of(Path(place.source.path))
    path.write_text('{"link": "sideways"}')
    assert place.state is None
