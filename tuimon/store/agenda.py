"""What is to be done, by when."""

import heapq
from collections.abc import Hashable
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class Agenda(Generic[T]):
    """Things by keys, the lowest first; to put one in again gives it another key.

    Each call costs the logarithm of how many there are.
    """

    def __init__(self) -> None:
        self._keys: dict[T, float] = {}
        self._heap: list[tuple[float, int, T]] = []  # with keys that hold no more
        self._ties = count()

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, thing: object) -> bool:
        return thing in self._keys

    def put(self, thing: T, key: float) -> None:
        """Enter a thing, or change its key."""
        if self._keys.get(thing) != key:
            self._keys[thing] = key
            heapq.heappush(self._heap, (key, next(self._ties), thing))

    def drop(self, thing: T) -> None:
        """Take a thing out, if it is there."""
        self._keys.pop(thing, None)

    def first(self) -> tuple[float, T] | None:
        """The lowest key and what has it; None when there is nothing."""
        while self._heap:
            key, _, thing = self._heap[0]
            if self._keys.get(thing) == key:
                return key, thing
            heapq.heappop(self._heap)
        return None
