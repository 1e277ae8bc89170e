"""The contract of a view; :mod:`tuimon.views` tells the whole of it."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts.model import ChartOptions, Row
from tuimon.present.key import Key
from tuimon.store.store import Store
from tuimon.views.layout import BLOCK_SHADES, SHADES
from tuimon.views.subject import Item, ItemContext


def view_key(
    id: str,
    keys: str,
    name: str,
    help: str = "",
    label: str = "",
    footer: int = 0,
    inside: bool = False,
    asks: str = "",
) -> Key:
    """A key that a kind has of its own: its id begins with the kind (``histogram-mode``).

    `View.press` gets the id. Its importance in the footer is below 100.
    """
    return Key(id, keys, f"view_key('{id}')", name, help, label, footer, inside, asks)


class Arrows(NamedTuple):
    """What two opposite arrows do in a view that was entered: names as in `Key`."""

    back: str
    """Up, or to the left."""
    on: str
    """Down, or to the right."""
    help: str
    label: str = ""
    footer: int = 0


def arrow_keys(
    kind: str, *, across: Arrows | None = None, along: Arrows | None = None, scrubs: bool = True
) -> tuple[Key, ...]:
    """Keys ``KIND-left``, ``KIND-right``, ``KIND-up`` and ``KIND-down``, inside a view alone.

    Where the kind has steps, h and l `scrubs` on through them; else they are arrows, too.
    """
    keys: list[Key] = []
    for arrows, back, on in (
        (along, ("up", "k"), ("down", "j")),
        (across, ("left", "h"), ("right", "l")),
    ):
        if arrows is None:
            continue
        for (arrow, letter), said in ((on, arrows.on), (back, arrows.back)):
            told = arrows[2:] if said == arrows.on else ("", "", 0)
            pressed = arrow if scrubs and arrows is across else f"{arrow},{letter}"
            keys.append(view_key(f"{kind}-{arrow}", pressed, said, *told, inside=True))
    return tuple(keys)


class ViewOptions(NamedTuple):
    """How a view is to be seen: equal ones look the same while neither content nor state change."""

    step: int | None
    """The summary at it or, where there is none, before it; the newest when None."""
    width: int
    height: int
    ascii_only: bool = False
    """Letters and shades of ASCII, instead of half blocks and braille."""
    coloured: bool = True
    """Hundreds of colours can be told apart; else shades, dots and letters have to do."""
    palette: int = 8
    """How many colours tell curves and classes apart; 1 is none."""
    inside: bool = False
    """The view was entered: its cursor is to be seen."""
    cell: tuple[int, int] | None = None
    """Width and height of a cell in pixels, where the screen can show pictures in pixels."""
    charts: ChartOptions = ChartOptions()
    """How charts of scalars are drawn outside of the view."""

    @property
    def ramp(self) -> str | None:
        """Characters from nothing to all, where half blocks in colours cannot be drawn."""
        if self.ascii_only:
            return SHADES
        return None if self.coloured else BLOCK_SHADES


class Picture(NamedTuple):
    """Pixels that are shown over blank cells of a drawing."""

    x: int
    y: int
    width: int
    """Cells that they cover at least in part."""
    height: int
    pixels: NDArray[np.uint8]
    """Shape [h, w, 3]."""


class ViewDrawing(NamedTuple):
    """A drawing, and what can be done with it."""

    rows: Sequence[Row]
    """At most as many, and as wide, as the look asks for."""
    scrolls: bool = False
    """There is more than is seen: `View.page` shows it."""
    idle: Collection[str] = ()
    """Ids of the view's keys that do nothing now; they are left out of the footer."""
    again: float | None = None
    """Seconds after which the view wants to be drawn again: it moves."""
    partial: bool = False
    """Some of it is still being read: the view wants to be drawn again soon."""
    pictures: Sequence[Picture] = ()
    """Only where `ViewOptions.cell` allows them."""


class View:
    """One item of one kind, as it is looked at: its state, and how it is drawn.

    One thread at a time calls the methods of an instance, never the one that handles keys.
    """

    kind: ClassVar[str]
    """Names it on the command line: ``histogram``."""
    name: ClassVar[str]
    """Heads its tags in the list: ``histograms``."""
    plugins: ClassVar[frozenset[str]]
    """TensorBoard's names of what it shows."""
    about: ClassVar[str] = ""
    """A paragraph of the help."""
    keys: ClassVar[tuple[Key, ...]] = ()

    @classmethod
    def items(cls, store: Store) -> Iterable[Item]:
        """What there is of this kind: by default an item for each tag of each run. Cheap."""
        return [
            Item(cls.kind, run.name, key, len(series), cls.name, series.tag)
            for run in store.runs.values()
            for key, series in run.refs.items()
            if series.plugin in cls.plugins
        ]

    @classmethod
    def steps(cls, subject: ItemContext) -> NDArray[np.int64]:
        """Ascending steps to go through, each once; none where it is about all runs. Cheap."""
        return np.unique(subject.refs.steps)

    @classmethod
    def stamp(cls, subject: ItemContext) -> Hashable:
        """Is another one when what is drawn may have changed. Cheap."""
        if not subject.item.run:
            return sum(run.version for run in subject.store.runs.values())
        return subject.series.version if subject.series else None

    def draw(self, subject: ItemContext, look: ViewOptions) -> ViewDrawing:
        """Read what is to be seen, and lay it out; may take long. Raises ViewError."""
        raise NotImplementedError

    def still(self, subject: ItemContext, look: ViewOptions) -> Sequence[Row]:
        """The view on paper, for `tuimon show`: may be higher than the look. Raises ViewError."""
        return self.draw(subject, look).rows

    @classmethod
    def fault(cls, key: str, text: str) -> str:
        """Why the key with this id, which asks for a text, takes none such; empty if it does."""
        return ""

    def press(self, key: str, text: str = "") -> None:
        """The key with this id was pressed; `text` is what was typed for one that asks."""

    def page(self, pages: int) -> None:
        """Scroll down by so many pages, up when negative."""

    def wheel(self, notches: int) -> None:
        """The wheel was turned down by so many notches, up when negative."""

    def point(self, x: int, y: int) -> None:
        """The cell of the drawing at column `x` and row `y` was clicked."""

    def drag(self, dx: int, dy: int) -> None:
        """The mouse was moved by so many cells, a button held."""
