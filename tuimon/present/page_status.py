"""What is true for all charts of a page, told once: how they are drawn, and which they are."""

from collections.abc import Sequence
from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.heading import option_notes, plain, states_of
from tuimon.charts.marks import MARKS
from tuimon.charts.model import ChartOptions, Row, Span
from tuimon.charts.roles import Role
from tuimon.charts.viewport import Viewport
from tuimon.text import fit_name, safe, width

_GAP = "  "
_LEAST_FILTER, _MOST_X = 12, 24
_X = {"step": "x step", "relative": "x time since the start", "wall": "x clock"}


class PageStatus(NamedTuple):
    """What is to be told of a page of charts."""

    options: ChartOptions
    view: Viewport = Viewport()
    """The part that charts show which were not zoomed by themselves."""
    clipped: bool = False
    """Whether outliers of any chart are out of sight."""
    filter: str = ""
    """As it was typed."""
    groups: str = ""
    """What is told of groups of runs."""
    order: str = ""
    """How the charts are sorted, where that is not as they were logged."""
    falling: tuple[str, int] | None = None
    """Title of a loss along a linear axis, and over how many powers of ten it falls."""
    baseline: str = ""
    """Name of the run that all are compared with."""
    page: int = 1
    pages: int = 1


def status_row(status: PageStatus, cells: int) -> Row:
    """The status in one row of so many cells; what matters least is left out first."""
    right = _joined(_place(status))
    left: list[tuple[str, Role]] = []
    room = cells - width("".join(text for text, _ in right))
    for text, role in _told(status):
        gap = len(_GAP) if left else 0
        if gap + width(text) <= room - len(_GAP):
            left.append((text, role))
            room -= gap + width(text)
    return tuple(
        Span(*part) for part in (*_joined(left), (" " * room, roles.BLANK), *right) if part[0]
    )


def _told(status: PageStatus) -> list[tuple[str, Role]]:
    options, order = status.options, status.order
    told: list[tuple[str, Role]] = [
        (text, roles.ACCENT) for text in states_of(status.view, options)
    ]
    if status.filter:
        shown = fit_name(safe(status.filter), min(width(safe(status.filter)), _LEAST_FILTER * 2))
        told.append((f"filter /{shown}/", roles.ACCENT))
    if status.groups:
        told.append((plain(status.groups, MARKS[options.marks]), roles.ACCENT))
    x = _X.get(options.x_axis) or "x " + fit_name(safe(options.x_formula), _MOST_X).rstrip()
    notes = [*option_notes(options), x]
    if options.superseded:
        notes.append("overwritten shown")
    if status.baseline:
        told.append((f"baseline {safe(status.baseline)}", roles.ACCENT))
    if not options.clip:
        notes.append("all values")
    elif status.clipped:
        notes.append("▲ outliers clipped" if options.marks != "ascii" else "outliers clipped")
    told += [(note, roles.NOTE) for note in (*notes, *([order] if order else []))]
    if status.falling:
        title, decades = status.falling
        shown = fit_name(title, min(width(safe(title)), _LEAST_FILTER))
        told.append((f"{shown} falls over {decades} decades: y for log", roles.DIM))
    return told


def _place(status: PageStatus) -> list[tuple[str, Role]]:
    place = f"page {status.page}/{status.pages}"
    return [(place, roles.NOTE)] if status.pages > 1 else []


def _joined(parts: Sequence[tuple[str, Role]]) -> list[tuple[str, Role]]:
    """The parts with gaps between them."""
    return [each for part in parts for each in ((_GAP, roles.BLANK), part)][1:]
