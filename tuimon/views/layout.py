"""What all views share: the head that says what is seen, and rows that fit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.charts.roles import Role
from tuimon.text import fit, safe, shorten, width
from tuimon.views.slider import TRACK_LEAST, TRACK_MOST, draw_track

HEAD_ROWS = 2
_LEAST_NAME, _LONG_NAME = 16, 32
SHADES, BLOCK_SHADES = " .:-=+*#%@", " ░▒▓█"
"""From nothing to all, where half blocks in colours cannot be drawn."""
DIRECTIONS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
"""Where the arrows lead: columns to the right, and rows down."""

Piece = tuple[str, Role]
"""Text, not safe yet, and its role."""


@dataclass(frozen=True, slots=True)
class StepPlace:
    """Which summary of a tag is seen."""

    tag: str
    step: int
    index: int
    """Among the steps of the tag, from 0."""
    count: int
    """Of the steps."""
    newest: bool = False
    """The view follows the newest step."""


def clip(pieces: Iterable[Piece], cells: int) -> Row:
    """A row of at most `cells`; what goes beyond ends in an ellipsis."""
    row: list[Span] = []
    room = cells
    for text, role in pieces:
        text = safe(text)
        if width(text) > room:
            text = fit(text, room)
        if text:
            row.append(Span(text, role))
        room -= width(text)
        if room <= 0:
            break
    return tuple(row)


def head(
    place: StepPlace, facts: Sequence[Piece], cells: int, keys: Sequence[Sequence[Piece]] = ()
) -> tuple[Row, Row]:
    """`HEAD_ROWS` rows: the tag, and which of its steps it is; the step, facts as many as fit.

    What the colours mean stands at the right end: the first of the `keys` beside which all facts
    have room, else the last one, before facts.
    """
    which = f"{place.index + 1} of {place.count}"
    if place.newest and place.count > 1:
        which += ", newest"
    track = _track_cells(place, cells)
    name = max(0, cells - width(which) - 2 - (track + 2 if track else 0))
    title: list[Piece] = [(place.tag, roles.TITLE)]
    if width(safe(place.tag)) <= name or name >= _LEAST_NAME:
        title = [(fit(place.tag, name), roles.TITLE), (f"  {which}", roles.NOTE)]
    if track:
        title += [("  ", roles.BLANK), *draw_track(place.index, place.count, track)]
    pieces: list[Piece] = [(f"step {place.step}", roles.VALUE)]
    used = width(pieces[0][0])
    wanted = used + sum(2 + width(safe(text)) for text, _ in facts)
    key = next((one for one in keys if wanted + 2 + _width(one) <= cells), keys[-1] if keys else ())
    key = key if used + 2 + _width(key) <= cells else ()
    room = cells - (_width(key) + 2 if key else 0)
    for text, role in facts:
        text = safe(text)
        if used + 2 + width(text) > room:
            break
        pieces += [("  ", roles.BLANK), (text, role)]
        used += 2 + width(text)
    if key:
        pieces += [(" " * (cells - _width(key) - used), roles.BLANK), *key]
    return clip(title, cells), clip(pieces, cells)


def _width(pieces: Iterable[Piece]) -> int:
    return sum(width(text) for text, _ in pieces)


def _track_cells(place: StepPlace, cells: int) -> int:
    """The size of a track beside the tag; the same at every step, so that it does not move."""
    if place.count < 2:
        return 0
    longest = f"{place.count} of {place.count}, newest"
    room = cells - min(width(safe(place.tag)), _LONG_NAME) - width(longest) - 4
    return min(room, TRACK_MOST, cells // 3) if room >= TRACK_LEAST else 0


def message(
    place: StepPlace, facts: Sequence[Piece], why: Piece, cells: int, height: int
) -> list[Row]:
    """A view that can only say something: a line below the head."""
    return [*head(place, facts, cells), (), clip([why], cells)][: max(0, height)]


def beside_axis(
    labels: Mapping[int, str],
    picture: Iterable[Sequence[Span]],
    gutter: int,
    pointed: int | None = None,
) -> list[Row]:
    """Rows behind an upright axis with safe `labels` of `gutter` cells; one may be `pointed` at."""
    result: list[Row] = []
    for row, spans in enumerate(picture):
        label = labels.get(row, "")
        mark = Span("┤" if label else "│", roles.AXIS)
        if row == pointed:
            mark = Span("►", roles.ACCENT)
        left = Span(" " * (gutter - width(label)) + label, roles.TICK)
        result.append((left, mark, *spans))
    return result


def duration(us: float) -> str:
    """Microseconds with a unit that suits them."""
    return f"{us:.4g} µs" if us < 1e3 else f"{us / 1e3:.4g} ms" if us < 1e6 else f"{us / 1e6:.4g} s"


def centred(
    texts: Sequence[str], centres: NDArray[np.float64], cells: int, inks: Sequence[str]
) -> Row:
    """Texts around places of a row, each as much of it as does not touch the next one."""
    spans: list[Piece] = []
    at = 0
    for index, (text, ink) in enumerate(zip(texts, inks, strict=True)):
        around = [abs(float(centre - centres[index])) for centre in centres]
        room = max(1, int(min((one for one in around if one), default=cells)) - 1)
        text = shorten(safe(text), min(room, cells))
        start = round(float(centres[index]) - width(text) / 2)
        start = min(max(at, start), max(at, cells - width(text)))
        spans += [(" " * (start - at), roles.BLANK), (text, ink)]
        at = start + width(text)
    return clip(spans, cells)
