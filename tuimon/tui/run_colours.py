"""A number for every training, from which its colour comes, that nothing changes."""

from collections.abc import Iterable, Sequence


class RunColours:
    """Numbers trainings in the order in which they are met, and keeps the numbers.

    So a training has one colour in all charts, whatever is filtered, hidden or added.
    """

    def __init__(self, known: Sequence[str] = ()) -> None:
        """`known` are names in the order of their numbers."""
        self._kept = {name: number for number, name in enumerate(dict.fromkeys(known))}
        self._numbers = self._kept
        self.version = 0
        """Moves with every change of any number."""

    @property
    def known(self) -> tuple[str, ...]:
        """Names of the trainings that keep their numbers, in the order of these."""
        return tuple(self._kept)

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
        if keep:
            self._kept = numbers

    def number(self, name: str) -> int:
        """The number of a training that was met."""
        return self._numbers.get(name, len(self._numbers))
