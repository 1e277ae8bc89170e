"""The views of a session's items: each is drawn with what was done to it since."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.model import Span
from tuimon.store.store import Store
from tuimon.summaries.reader import SummaryReader
from tuimon.views.base import View, ViewDrawing, ViewOptions
from tuimon.views.kinds import draw, kind_of
from tuimon.views.subject import Item, ItemContext

_log = logging.getLogger(__name__)

_MOST_VIEWS = 64
"""The ones that were not looked at for longest are forgotten, and begin anew."""

Deed = Callable[[View], None]
"""What a user did: a call of one of the methods of `View` that change its state."""


class DrawRequest(NamedTuple):
    """A drawing: equal ones look the same."""

    item: Item
    look: ViewOptions
    stamp: Hashable
    """`View.stamp`."""
    deeds: int
    """How many were done to the view."""


class ItemViews:
    """Views of items by key. One thread may call `draw`, while another calls the rest."""

    def __init__(self, store: Store, reader: SummaryReader) -> None:
        self._store = store
        self._reader = reader
        self._views: OrderedDict[tuple[str, str, str], View] = OrderedDict()
        self._deeds: dict[tuple[str, str, str], list[Deed]] = {}
        self._count = 0
        self._lock = Lock()

    def subject(self, item: Item) -> ItemContext:
        """What the view of an item looks at."""
        return ItemContext(item, self._store, self._reader)

    def do(self, item: Item, deed: Deed) -> None:
        """Have something done to the view of an item before it is drawn again."""
        with self._lock:
            self._deeds.setdefault(item.key, []).append(deed)
            self._count += 1

    def wanted(self, item: Item, look: ViewOptions) -> DrawRequest:
        """What there is to be drawn now."""
        return DrawRequest(item, look, kind_of(item).stamp(self.subject(item)), self._count)

    def draw(self, wanted: DrawRequest) -> ViewDrawing:
        """Draw it; may take long."""
        item = wanted.item
        view = self._views.pop(item.key, None) or kind_of(item)()
        self._views[item.key] = view
        while len(self._views) > _MOST_VIEWS:
            self._views.popitem(last=False)
        with self._lock:
            deeds = self._deeds.pop(item.key, [])
        try:
            for deed in deeds:
                deed(view)
            return draw(view, self.subject(item), wanted.look)
        except Exception:
            # A fault of ours with one summary must not end the viewer.
            _log.exception("showing %s of %s failed", item.tag, item.run)
            del self._views[item.key]
            return ViewDrawing([(Span("cannot be shown; viewer.log tells why", roles.ERROR),)])
