"""What a line counts without a name beside the number: batches behind epochs, rows, shares."""

from tuimon.recorder.console_metrics.counters import Count, is_whole, ratio_at
from tuimon.recorder.console_metrics.line_items import LineItem, Pair, Ratio, Word
from tuimon.recorder.console_metrics.token_places import TokenPlaces
from tuimon.recorder.console_metrics.unread_numbers import SHARES

_BEFORE_BATCH = (",", ":", "|", "-", "/", "]")


class CountReading(TokenPlaces):
    """The items of a line as far as it is read."""

    def __init__(self, line: str, start: int) -> None:
        super().__init__(line, start)
        self.items: list[LineItem] = []
        self.ratios: list[Ratio] = []
        self.cells = self.rows = 1
        """Numbers of cells, and of those between bars."""
        self._depth = 0

    def _batch(self, place: int) -> int:
        """The count that has no name behind that of an epoch, ``Epoch 1, 50/1000``."""
        begin = place
        while place < len(self.found) and self.found[place].text in _BEFORE_BATCH:
            place += 1
        place += place + 1 < len(self.found) and self.found[place].unit == "%"
        ratio = ratio_at(self.found, place)
        if ratio is None or ratio[1] is None:
            is_alone = ratio is not None and begin == place and self.found[place].kind == "open"
            return ratio[2] if ratio is not None and is_alone else begin
        number, total, end = self.found[ratio[0]], self.found[ratio[1]], ratio[2]
        self._add(Count("batch", (number.start, number.end), (total.start, total.end), end))
        return end

    def _ratio(self, place: int) -> int:
        """A number of many without a name; index of what is behind it, 0 if there is none."""
        ratio = ratio_at(self.found, place)
        if ratio is None or ratio[1] is None:
            return 0
        number, total, end = self.found[ratio[0]], self.found[ratio[1]], ratio[2]
        percent = place > 1 and self.found[place - 1].unit == "%"
        before = self.found[place - 1 - percent].kind if place else ""
        self.ratios.append(
            Ratio(
                (number.start, number.end),
                (total.start, total.end),
                self.found[place].kind == "open",
                before == "bar",
                self._is_first(place),
                end == len(self.found),
            )
        )
        return end

    def _is_first(self, place: int) -> bool:
        is_told = place > 0 and self.found[place - 1].text == "="
        is_told = is_told or (place > 0 and self.found[place - 1].text.lower() in SHARES)
        return self._are_words() and self._depth <= (self.found[0].kind == "open") and not is_told

    def _follows_count(self, unit: str = "") -> bool:
        last = self.items[-1].what if self.items else None
        return isinstance(last, Count) and last.unit == (unit or last.unit)

    def _are_words(self) -> bool:
        """Whether nothing but words has come."""
        return all(isinstance(item.what, Word) for item in self.items)

    def _is_share(self, place: int) -> bool:
        """Whether a count stands there beside its percents, ``(1000 10%)``."""
        found = self.found[place : place + 4]
        is_closed = len(found) == 4 and found[2].unit == "%" and found[3].text == ")"
        return is_closed and found[1].kind == "number" and is_whole(found[1])

    def _add(self, what: Count | Pair | Word) -> None:
        self.items.append(LineItem(self.cells, self.rows, what))
