"""All kinds of views, in the order in which they are listed; the only place that names them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.store.store import Store
from tuimon.summaries.reader import SummaryReader
from tuimon.text import by_number, described, safe, width
from tuimon.views.audio import AudioView
from tuimon.views.base import View, ViewDrawing, ViewOptions
from tuimon.views.custom_scalars import CustomScalarsView
from tuimon.views.embedding import EmbeddingView
from tuimon.views.graph.graph_view import GraphView
from tuimon.views.histogram import HistogramView
from tuimon.views.hparams.hparams_view import HParamsView
from tuimon.views.image.image_view import ImageView
from tuimon.views.layout import clip, message
from tuimon.views.mesh import MeshView
from tuimon.views.other import OtherView
from tuimon.views.pr_curve import PrCurveView
from tuimon.views.profile import ProfileView
from tuimon.views.slider import without_track
from tuimon.views.subject import Item, ItemContext, ViewError
from tuimon.views.text.text_view import TextView

KINDS: tuple[type[View], ...] = (
    HistogramView,
    ImageView,
    TextView,
    PrCurveView,
    AudioView,
    MeshView,
    GraphView,
    HParamsView,
    CustomScalarsView,
    EmbeddingView,
    ProfileView,
    OtherView,
)

_BY_KIND = {cls.kind: cls for cls in KINDS}
_CLAIMED = frozenset().union(*(cls.plugins for cls in KINDS))
_ORDER = {cls.kind: index for index, cls in enumerate(KINDS)}


def kind_of(item: Item) -> type[View]:
    """The class that shows an item."""
    return _BY_KIND[item.kind]


def items(store: Store) -> list[Item]:
    """All that can be shown: what is about all runs first, then by run, kind and name."""
    found = [item for cls in KINDS for item in cls.items(store)]
    found += OtherView.unclaimed(store, _CLAIMED)
    return sorted(
        found,
        key=lambda item: (
            by_number(item.run),
            _ORDER[item.kind],
            item.heading,
            by_number(item.tag),
        ),
    )


def draw(view: View, subject: ItemContext, look: ViewOptions) -> ViewDrawing:
    """The view's drawing, or what keeps it from being one."""
    try:
        return view.draw(subject, look)
    except ViewError as error:
        return ViewDrawing(_why(error, subject, look))


def waiting(subject: ItemContext, look: ViewOptions) -> list[Row]:
    """What is seen while a view takes long to be drawn."""
    item = subject.item
    steps = kind_of(item).steps(subject)
    why = ("reading …", roles.DIM)
    if not len(steps):
        title = clip([(item.label or item.tag, roles.TITLE)], look.width)
        return [title, (), clip([why], look.width)][: look.height]
    return message(subject.place(steps, look.step), [], why, look.width, look.height)


def still(view: View, subject: ItemContext, look: ViewOptions) -> Sequence[Row]:
    """The view on paper, or what keeps it from being there."""
    try:
        return without_track(view.still(subject, look))
    except ViewError as error:
        return without_track(_why(error, subject, look))
    except Exception as error:
        # A fault of ours with one item, or what nobody has thought of in it: others are to come.
        return [clip([(f"cannot be shown: {safe(described(error))}", roles.ERROR)], look.width)]


def stills(
    store: Store, kinds: Collection[str], tags: re.Pattern[str] | None, look: ViewOptions
) -> Iterator[Row]:
    """Every item of these kinds whose tag matches on paper, below a line that names it."""
    reader = SummaryReader()
    several = len(store.runs) > 1
    chosen = (
        one for one in items(store) if one.kind in kinds and (not tags or tags.search(one.tag))
    )
    for index, item in enumerate(chosen):
        if index:
            yield ()
        where = f"{item.run} · " if several and item.run else ""
        yield _rule(f"{where}{item.heading} · {item.label or item.tag}", look.width)
        yield from still(kind_of(item)(), ItemContext(item, store, reader), look)


def _rule(text: str, cells: int) -> Row:
    name = f"── {safe(text)} "
    return clip([(name + "─" * (cells - width(name)), roles.AXIS)], cells)


def _why(error: ViewError, subject: ItemContext, look: ViewOptions) -> list[Row]:
    why = (str(error), roles.WARN)
    refs = subject.refs
    if not len(refs.steps):
        return [clip([why], look.width)][: look.height]
    return message(subject.place(refs.steps, look.step), [], why, look.width, look.height)
