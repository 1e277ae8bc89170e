"""The tags made of the names that a training prints, and of the part of the data they are about."""

from functools import lru_cache

from tuimon.metrics import measure_of
from tuimon.metrics.splits import SPLITS

LONGEST_TAG = 128


@lru_cache(maxsize=1 << 12)
def tag_of(split: str, key: str) -> str:
    """``train loss`` → ``train/loss``; a split within the name makes that of the line needless."""
    key = key.strip(" .:-/")
    first, _, rest = key.partition(" ")
    first = first.lower().rstrip(".")
    if rest and first in SPLITS:
        return f"{SPLITS[first]}/{rest.removeprefix('set ')}"
    if not split or measure_of(key).split:
        return key
    return f"{split}/{key}"
