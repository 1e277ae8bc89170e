"""How a user last looked at a run or at log directories: kept from one viewer to the next."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from hashlib import sha256
from types import MappingProxyType
from typing import Any, get_args

from tuimon.charts.model import ChartOptions, MarkStyle, XAxis
from tuimon.charts.viewport import Viewport
from tuimon.config import Settings
from tuimon.config.schema import ChartSettings
from tuimon.present.arrangement import SORTS, Sort
from tuimon.present.selection import Selection, filter_or_everything
from tuimon.runs.paths import state_home
from tuimon.session.session import Session
from tuimon.store.filters import MOST_LENGTH

_log = logging.getLogger(__name__)

_MOST_BYTES = 1 << 18
_MOST_RUNS, _MOST_VIEWS = 1000, 200
MOST_COLUMNS = 6
"""And rows of charts on a page."""
_NO_GROUPS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the keys of the main screen set. The defaults are those of a first look."""

    smoothing: float = ChartSettings().smoothing
    log_y: bool = False
    x_axis: XAxis = "step"
    superseded: bool = False
    clip: bool = False
    marks: MarkStyle | None = None
    """What curves are drawn with; None leaves it to the settings."""
    filter: str = ""
    filters: tuple[str, ...] = ()
    """Those of before, the newest last."""
    focus: str = ""
    """Name of the run that stands out."""
    pinned: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    isolated: bool = False
    group: str = ""
    runs: tuple[str, ...] = ()
    """Names of all runs, in the order in which they got their colours."""
    views: Mapping[str, Viewport] = field(default_factory=dict)
    """The part that is shown of each chart, by its title; of all others under an empty one."""
    tags: bool | None = None
    """Whether the tags are shown; None leaves it to the width of the terminal."""
    console: bool = True
    sort: Sort = "logged"
    shape: tuple[int, int] | None = None
    """Columns and rows of charts on a page; None: as many as are readable."""
    folded: tuple[str, ...] = ()
    """Names of the sections that are folded."""
    system: bool = False

    def selection(self, groups: Mapping[str, str] = _NO_GROUPS) -> Selection:
        """Which runs and tags are shown; `groups` has the value to group by of each training."""
        return Selection(
            text=self.filter,
            shows=filter_or_everything(self.filter),
            focus=self.focus,
            pinned=frozenset(self.pinned),
            hidden=frozenset(self.hidden),
            isolated=self.isolated,
            group=self.group,
            groups=groups if self.group else _NO_GROUPS,
        )

    def options(self, marks: MarkStyle, palette: int) -> ChartOptions:
        """How all charts are drawn, with so many colours."""
        return ChartOptions(
            smoothing=self.smoothing,
            log_y=self.log_y,
            x_axis=self.x_axis,
            superseded=self.superseded,
            clip=self.clip,
            marks=marks,
            palette=palette,
        )


def selected(selection: Selection) -> dict[str, Any]:
    """The fields of a look that make a selection."""
    return {
        "filter": selection.text,
        "focus": selection.focus,
        "pinned": tuple(sorted(selection.pinned)),
        "hidden": tuple(sorted(selection.hidden)),
        "isolated": selection.isolated,
        "group": selection.group,
    }


class LookFile:
    """The state of one session's view, in a file of its own.

    A run is known by its name and working directory, so that the next run of a script is looked at
    in the same way; log directories by their paths.
    """

    def __init__(self, session: Session, first: Look | None = None) -> None:
        """`first` is how it is looked at for the first time."""
        self._first = first or Look()
        digest = sha256("\0".join(session.known_by).encode(errors="surrogateescape")).hexdigest()
        self._path = state_home() / "views" / f"{digest[:24]}.json"

    def load(self) -> Look:
        """The state that was saved last; what is missing or makes no sense is as at first."""
        with suppress(OSError, ValueError, RecursionError):
            if self._path.stat().st_size <= _MOST_BYTES:
                return _view_state(json.loads(self._path.read_bytes()), self._first)
        return self._first

    def save(self, state: Look) -> None:
        """Keep the state. A disk that is full or read-only costs nothing but the memory."""
        new = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new.write_text(json.dumps(_to_json(state)))
            new.replace(self._path)
        except OSError as error:
            _log.info("%s: %s", self._path, error)

    def forget(self) -> None:
        """Look at it as if for the first time."""
        with suppress(OSError):
            self._path.unlink()


def first_look(settings: Settings) -> Look:
    """How the user wants to look at what was not looked at before."""
    charts = settings.charts
    return Look(
        smoothing=charts.smoothing,
        log_y=charts.log_y,
        x_axis=charts.x_axis,
        superseded=charts.superseded,
        tags={"auto": None, "shown": True, "hidden": False}[settings.screen.tags],
        console=settings.console.shown,
        sort=charts.sort,
        shape=None if charts.grid == "auto" else _shape(charts.grid),
    )


def _shape(grid: str) -> tuple[int, int]:
    columns, _, rows = grid.partition("x")
    return int(columns), int(rows)


def _view_state(document: object, first: Look) -> Look:
    if not isinstance(document, dict):
        return first
    known = {
        one.name: _from_json(one.name, document[one.name])
        for one in fields(Look)
        if one.name in document and _makes_sense(one.name, document[one.name])
    }
    return replace(first, **known)


def _to_json(state: Look) -> dict[str, Any]:
    shown = {title: asdict(view) for title, view in state.views.items() if view != Viewport()}
    small = replace(state, runs=state.runs[:_MOST_RUNS], views={})
    return {**asdict(small), "views": dict([*shown.items()][:_MOST_VIEWS])}


def _from_json(name: str, value: Any) -> Any:
    if name == "views":
        return {
            title: Viewport(
                x=tuple(view["x"]) if view["x"] else None, tail=view["tail"], y=tuple(view["y"])
            )
            for title, view in value.items()
        }
    return tuple(value) if isinstance(value, list) else value


def _makes_sense(name: str, value: object) -> bool:
    match name:
        case "smoothing":
            return isinstance(value, float) and math.isfinite(value) and 0 <= value < 1
        case "x_axis":
            return value in get_args(XAxis)
        case "marks":
            return value is None or value in get_args(MarkStyle)
        case "filter" | "focus" | "group":
            return isinstance(value, str) and len(value) <= MOST_LENGTH
        case "views":
            return isinstance(value, dict) and all(map(_is_view, value.values()))
        case "sort":
            return value in SORTS
        case "shape":
            return value is None or (
                isinstance(value, list)
                and len(value) == 2
                and all(type(one) is int and 1 <= one <= MOST_COLUMNS for one in value)
            )
        case "filters" | "folded" | "pinned" | "hidden" | "runs":
            return isinstance(value, list) and all(
                isinstance(one, str) and len(one) <= MOST_LENGTH for one in value
            )
        case "tags":
            return value is None or isinstance(value, bool)
    return isinstance(value, bool)


def _is_view(value: object) -> bool:
    if not isinstance(value, dict) or set(value) != {"x", "tail", "y"}:
        return False
    x, tail, y = value["x"], value["tail"], value["y"]
    return (
        (x is None or (_is_pair(x) and all(map(_is_number, x)) and x[0] < x[1]))
        and (tail is None or (_is_number(tail) and tail > 0))
        and _is_pair(y)
        and all(limit is None or _is_number(limit) for limit in y)
    )


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and abs(value) < 1e300  # type: ignore[arg-type]
