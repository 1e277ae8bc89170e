"""What is told of log directories that hold no logs, but something else."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tuimon.text import safe

WAYS_OUT = "`tuimon view FILE` reads any of them with a step or an epoch"
_MOST_NAMES = 2


def tables_told(files: Sequence[Path]) -> str:
    """Files of tables that nothing here reads, in a few words that are safe for a terminal.

    >>> tables_told([Path("a/metrics.csv"), Path("b/metrics.csv"), Path("all.json")])
    '2 CSV and 1 JSON files (metrics.csv, all.json)'
    """
    kinds = Counter(path.suffix[1:].upper() for path in files)
    counts = " and ".join(f"{count:,} {kind}" for kind, count in kinds.items())
    names = list(dict.fromkeys(safe(path.name) for path in files))
    more = ", …" if len(names) > _MOST_NAMES else ""
    return f"{counts} file{'s'[: len(files) != 1]} ({', '.join(names[:_MOST_NAMES])}{more})"
