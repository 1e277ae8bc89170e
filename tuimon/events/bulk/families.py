"""Families of templates: which template, if any, does each of many frames equal?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuimon.events.bulk.templates import RecordLayout
from tuimon.events.crc import Words

# Odd multipliers without a pattern: powers of 2^64 divided by the golden ratio.
_MULTIPLIERS = np.array(
    [pow(0x9E3779B97F4A7C15, power, 2**64) for power in range(1, 65)], np.uint64
)

NO_TEMPLATE = -1


class Family:
    """The templates of one layout, one a tag: found by a hash, then compared in full."""

    def __init__(self, layout: RecordLayout) -> None:
        self.layout = layout
        self._mask = layout.mask().view(np.uint64)
        self._templates: dict[int, tuple[Words, int]] = {}  # by hash: fixed words, number
        self._sort()

    def _sort(self) -> None:
        templates = sorted(self._templates.items())
        self._hashes = np.array([hashed for hashed, _ in templates], np.uint64)  # ascending
        self._fixed: Words = np.array([fixed for _, (fixed, _) in templates], np.uint64)
        self._numbers = np.array([number for _, (_, number) in templates], np.int32)

    def add(self, frame: Words, number: int) -> bool:
        """Make `frame` [words] the template with a number.

        False when there is one with the same hash: such frames have to be read one by one.
        """
        fixed = frame & self._mask
        hashed = int(self._hash(fixed[None])[0])
        if hashed in self._templates:
            return False
        self._templates[hashed] = fixed, number
        return True

    def match(self, frames: Words) -> NDArray[np.int32]:
        """Numbers of the templates that `frames` [n, words] equal, or `NO_TEMPLATE`."""
        if len(self._hashes) < len(self._templates):
            self._sort()
        if not len(self._hashes):
            return np.full(len(frames), NO_TEMPLATE, np.int32)
        fixed = frames & self._mask
        hashes = self._hash(fixed)
        places = np.searchsorted(self._hashes, hashes)
        np.minimum(places, len(self._hashes) - 1, out=places)
        equal = self._hashes.take(places) == hashes
        alike = fixed if equal.all() else fixed[equal]
        expected = self._fixed.take(places[equal], axis=0)
        if not np.array_equal(alike.ravel(), expected.ravel()):  # a hash is no proof
            equal[equal] = (alike == expected).all(axis=1)
        return np.where(equal, self._numbers.take(places), np.int32(NO_TEMPLATE))

    def examples(self, frames: Words) -> list[int]:
        """Places of one frame for each template that `frames` [n, words] would make."""
        _, places = np.unique(self._hash(frames & self._mask), return_index=True)
        return sorted(places.tolist())

    def _hash(self, fixed: Words) -> Words:
        hashes: Words = np.einsum("ij,j->i", fixed, _MULTIPLIERS[: self.layout.words])
        return hashes
