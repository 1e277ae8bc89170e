"""A number for every training, from which its colour comes, that little changes."""

from collections.abc import Hashable, Iterable, Sequence


class RunColours:
    """Numbers trainings in the order in which they are met, and keeps the numbers.

    So a training has one colour in all charts, whatever is filtered, hidden or added: that of its
    number, modulo the number of colours. Only where two trainings of one colour stand out in one
    chart, one of them trades its number with a training that stands out nowhere.
    """

    def __init__(self, known: Sequence[str] = ()) -> None:
        """`known` are names in the order of their numbers."""
        self._kept = {name: number for number, name in enumerate(dict.fromkeys(known))}
        self._numbers = self._kept
        self._apart: dict[Hashable, tuple[str, ...]] = {}
        """The trainings that stand out in each chart."""
        self.version = 0
        """Moves with every change of any number."""

    @property
    def known(self) -> tuple[str, ...]:
        """Names of the trainings that keep their numbers, in the order of these."""
        return tuple(sorted(self._kept, key=self._kept.__getitem__))

    def meet(self, names: Iterable[str], *, keep: bool = True) -> None:
        """Number trainings that have no number yet.

        While a log directory is loaded, its runs come in any order: then their numbers are not to
        be kept, so that the next viewer gives the same ones.
        """
        numbers = dict(self._kept)
        for name in names:
            numbers.setdefault(name, len(numbers))
        if numbers != self._numbers:
            self._numbers = numbers
            self.version += 1
        if keep and self._kept is not self._numbers:
            self._kept = self._numbers
            self.version += 1  # only now can trainings be told apart

    def number(self, name: str) -> int:
        """The number of a training that was met."""
        return self._numbers.get(name, len(self._numbers))

    def tell_apart(self, chart: Hashable, names: Sequence[str], palette: int) -> None:
        """Give the trainings that stand out in a chart differing colours of `palette`.

        Those that stood out there before keep theirs. Where there are more trainings than colours,
        or as long as numbers are not kept, nothing changes.
        """
        before = self._apart.get(chart, ())
        if self._numbers is not self._kept or before == tuple(names):
            return
        if any(name not in self._numbers for name in names):
            return  # what is drawn was there before what is known now
        self._apart[chart] = tuple(names)
        if len(names) > palette:
            return
        taken: set[int] = set()
        for name in sorted(names, key=lambda name: (name not in before, self.number(name))):
            if self.number(name) % palette in taken:
                self._trade(name, palette, taken)
            taken.add(self.number(name) % palette)

    def _trade(self, name: str, palette: int, taken: set[int]) -> None:
        """Trade a number for the lowest one of another colour than those taken, if there is one.

        One that differs from all trainings beside which this one stands out anywhere comes first.
        """
        beside = {other for names in self._apart.values() if name in names for other in names}
        clashing = taken | {self.number(other) % palette for other in beside - {name}}
        standing_out = {other for names in self._apart.values() for other in names}
        free = [
            (number % palette in clashing, number, other)
            for other, number in self._numbers.items()
            if other not in standing_out and number % palette not in taken
        ]
        if free:
            _, number, other = min(free)
            numbers = self._numbers
            numbers[name], numbers[other] = number, numbers[name]
            self.version += 1
