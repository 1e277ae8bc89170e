"""Where the cursor of a list is, and which part of the list is in view."""

from dataclasses import dataclass


@dataclass(slots=True)
class ListCursor:
    """Rows are counted from 0 on. `at` may be beyond them until `limit` or `fit` is called."""

    at: int = 0
    """The row under the cursor."""
    top: int = 0
    """The first row in view."""
    room: int = 1
    """How many rows are in view at most."""
    count: int = 0
    """How many rows there are."""

    def limit(self, count: int) -> None:
        """There are `count` rows now: the cursor is on one of them."""
        self.count = count
        self.at = min(max(0, self.at), max(0, count - 1))

    def fit(self, count: int, room: int, *, follows: bool = True, lead: int = 0) -> range:
        """The rows in view, of `count`, where there is room for so many.

        Args:
            count: how many there are.
            room: 1 is taken for less.
            follows: the row under the cursor comes into view.
            lead: so many rows above that come with it, if there is room for them.
        """
        self.limit(count)
        self.room = max(1, room)
        if follows:
            self.top = max(min(self.top, self.at - lead), self.at - self.room + 1)
        self.top = min(max(0, self.top), max(0, count - self.room))
        return range(self.top, min(self.top + self.room, count))

    def move(self, rows: int) -> bool:
        """Go down by so many rows (up when negative), not beyond the ends; whether it moved."""
        before = self.at
        self.at += rows
        self.limit(self.count)
        return self.at != before

    def turn(self, pages: int) -> None:
        """Go down by so many pages, cursor and view alike."""
        self.at += pages * self.room
        self.top += pages * self.room

    def scroll(self, rows: int) -> None:
        """Look at what is so many rows below; the cursor is taken along at the edge."""
        self.top += rows
        self.at = min(max(self.at, self.top), self.top + self.room - 1)
