"""A number for every training, from which its colour comes, that nothing changes."""

from collections.abc import Iterable, Sequence


class RunColours:
    """Numbers trainings in the order in which they are met, and keeps the numbers.

    So a training has one colour in all charts, whatever is filtered, hidden or added.
    """

    def __init__(self, known: Sequence[str] = ()) -> None:
        """`known` are names in the order of their numbers."""
        self._numbers = {name: number for number, name in enumerate(dict.fromkeys(known))}

    @property
    def known(self) -> tuple[str, ...]:
        """Names of all trainings, in the order of their numbers."""
        return tuple(self._numbers)

    def meet(self, names: Iterable[str]) -> bool:
        """Number trainings that have no number yet; whether there were any."""
        before = len(self._numbers)
        for name in names:
            self._numbers.setdefault(name, len(self._numbers))
        return len(self._numbers) > before

    def number(self, name: str) -> int:
        """The number of a training."""
        return self._numbers.setdefault(name, len(self._numbers))
