"""Copies of places: the same bytes at last, whatever happened there, here and between."""

import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tuimon.places.cache_room import CacheRoom
from tuimon.places.place_copy import PlaceCopy
from tuimon.places.remote_files import RefusalError, RemoteEntry, RemoteListing
from tuimon.places.remote_tree import RemoteTree

NAMES = ("events.out.tfevents.1", "a/events.out.tfevents.2", "c/metrics.json", "b/log.csv")
changes = st.one_of(
    st.tuples(st.just("append"), st.sampled_from(NAMES), st.integers(0, 300)),
    st.tuples(st.just("write"), st.sampled_from(NAMES), st.integers(0, 300)),
    st.tuples(st.just("cut"), st.sampled_from(NAMES), st.integers(0, 300)),
    st.tuples(st.just("delete"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(st.just("look"), st.just(""), st.just(0)),
    st.tuples(st.just("carry"), st.just(""), st.integers(0, 400)),
    st.tuples(st.just("restart"), st.just(""), st.just(0)),
)


class Course:
    """Files there, and the copy here, through changes."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.there: dict[str, bytes] = {}
        self.times: dict[str, int] = {}
        self.clock = 1000
        self.restart()

    def restart(self) -> None:
        place = self.home / "place"
        place.mkdir(exist_ok=True)
        self.copy = PlaceCopy(
            place / "files" / "x", place / "parts", CacheRoom(self.home, place, 10**9)
        )
        self.tree = RemoteTree(deep=True)

    def change(self, what: str, name: str, number: int) -> None:
        self.clock += 1
        data = self.there.get(name, b"")
        if what == "delete":
            self.there.pop(name, None)
        elif what in ("append", "write", "cut"):
            rest = b"" if what == "cut" else os.urandom(number)
            kept = {"append": data, "write": b"", "cut": data[:number]}[what]
            self.there[name], self.times[name] = kept + rest, self.clock
        elif what == "look":
            self.look()
        elif what == "carry":
            self.carry(number)
        else:
            self.restart()

    def look(self) -> None:
        listing = RemoteListing(
            {name: RemoteEntry(len(data), self.times[name]) for name, data in self.there.items()}
        )
        news = self.tree.take("", listing, self.clock)
        for name in news.gone:
            self.copy.remove(name)
        for name, entry in news.changed.items():
            self.copy.expect(name, entry)

    def carry(self, most: int) -> None:
        """One round, in which no answer has more than `most` bytes."""
        for wanted in self.copy.ranges(1 << 20):
            data = self.there.get(wanted.path)
            answer = RefusalError("gone", is_gone=True) if data is None else data[wanted.offset :]
            if isinstance(answer, bytes):
                answer = answer[: min(wanted.length, most)]
            if not self.copy.take(wanted, answer):
                self.tree.doubt(wanted.path, self.clock)

    def here(self) -> dict[str, bytes]:
        root = self.copy.root
        files = (path for path in root.rglob("*") if path.is_file())
        return {str(path.relative_to(root)): path.read_bytes() for path in files}


@settings(max_examples=60)
@given(st.lists(changes, max_size=25))
def test_all_is_the_same_once_nothing_changes(course: list[tuple[str, str, int]]):
    with tempfile.TemporaryDirectory() as home:
        one = Course(Path(home))
        for change in course:
            one.change(*change)
        for _ in range(20):
            one.look()
            one.carry(1 << 20)
        one.copy.prune(one.there.keys())
        assert one.here() == one.there
        assert one.copy.is_whole
