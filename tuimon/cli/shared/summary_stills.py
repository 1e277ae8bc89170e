"""The summaries that `tuimon show --kind` was asked for, as rows of spans."""

import re
from collections.abc import Collection, Iterator

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.store.store import Store
from tuimon.summaries.reader import SummaryReader
from tuimon.text import fit, safe, width
from tuimon.views.base import ViewOptions
from tuimon.views.kinds import items, kind_of, still
from tuimon.views.subject import ItemContext


def stills(
    store: Store, kinds: Collection[str], tags: re.Pattern[str] | None, look: ViewOptions
) -> Iterator[Row]:
    """Every item of these kinds whose tag matches, below a line that names it."""
    reader = SummaryReader()
    several = len(store.runs) > 1
    for index, item in enumerate(
        item
        for item in items(store)
        if item.kind in kinds and (tags is None or tags.search(item.tag))
    ):
        if index:
            yield ()
        where = f"{item.run} · " if several and item.run else ""
        yield _rule(f"{where}{item.heading} · {item.label or item.tag}", look.width)
        yield from still(kind_of(item)(), ItemContext(item, store, reader), look)


def _rule(text: str, cells: int) -> Row:
    name = f"── {safe(text)} "
    if width(name) >= cells:
        return (Span(fit(name, cells).rstrip(), roles.AXIS),)
    return (Span(name + "─" * (cells - width(name)), roles.AXIS),)
