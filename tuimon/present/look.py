"""How a user last looked at a run or at log directories: kept from one viewer to the next."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from itertools import islice
from threading import Lock
from types import MappingProxyType
from typing import Annotated, Any, Protocol

from tuimon.abandoned import answer_within
from tuimon.charts.model import X_AXES, ChartOptions, MarkStyle, XAxis
from tuimon.charts.viewport import Viewport
from tuimon.config.schema import Settings, Smoothing
from tuimon.decoding import Rule, checked, field_types, within
from tuimon.present.arrangement import Sort
from tuimon.present.leaderboard import RunOrder
from tuimon.present.selection import Selection, filter_or_everything
from tuimon.regular_file import read_regular
from tuimon.runs.paths import state_home
from tuimon.runs.replacement import replace_file
from tuimon.session.session import Session
from tuimon.store.filters import MOST_LENGTH, filter_fault
from tuimon.store.spread import SpreadKind

_log = logging.getLogger(__name__)

_MOST_BYTES = 1 << 18
_SAVE_SECONDS = 0.05
"""That a key may wait until the look is kept."""
_MOST_RUNS, _MOST_VIEWS = 1000, 200
MOST_COLUMNS = 6
"""And rows of charts on a page."""
OF_PROJECT = ("x", "charts", "pins")
"""What is kept beside the code, see `tuimon.present.project_view`."""
_NO_GROUPS: Mapping[str, str] = MappingProxyType({})
NOTHING_ASKED: Mapping[str, Any] = MappingProxyType({})


_FIRST = Settings()
_Text = Annotated[str, Rule(lambda text: len(text) <= MOST_LENGTH, "must be shorter")]
_Texts = tuple[_Text, ...]
_Filter = Annotated[str, Rule(lambda text: not filter_fault(text), "must be a filter")]
_Count = Annotated[int, within(1, MOST_COLUMNS + 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the keys of the main screen set, by default as the settings are without a file.

    A field's type, with its rules, is what is taken from a file; see `tuimon.decoding`.
    """

    smoothing: Smoothing = _FIRST.charts.smoothing
    log_y: bool = _FIRST.charts.log_y
    x_axis: XAxis = _FIRST.charts.x_axis
    x: _Text = ""
    """The formula of the x axis that `metric` stands for. Of the project, as are those below."""
    charts: Mapping[str, _Text] = field(default_factory=dict)
    """Charts of its own: formulas, separated by commas, by title."""
    pins: _Texts = ()
    """Titles of the charts that come first, or tags in them."""
    superseded: bool = _FIRST.charts.superseded
    events: bool = False
    """Whether charts tell what happened meanwhile."""
    outliers: bool = False
    """Whether y has room for values that flatten all others."""
    marks: MarkStyle | None = None
    """What curves are drawn with; None leaves it to the settings."""
    filter: _Filter = ""
    filters: _Texts = ()
    """Those of before, the newest last."""
    focus: _Text = ""
    """Name of the run that stands out."""
    pinned: _Texts = ()
    hidden: _Texts = ()
    isolated: bool = False
    group: _Text = ""
    spread: SpreadKind = "std"
    members: bool = False
    joined: bool = False
    """Whether what several runs were trained and tested on shares a chart."""
    rank: _Text = ""
    """The tag by which runs are compared; empty for the main metric."""
    run_order: RunOrder = "auto"
    order_by: _Text = ""
    """The hyperparameter by which runs are ordered, where they differ in one that is called so."""
    runs: _Texts = ()
    """Names of all runs, in the order in which they got their colours."""
    views: Mapping[str, Viewport] = field(default_factory=dict)
    """The part that is shown of each chart, by its title; of all others under an empty one."""
    tags: bool | None = None
    """Whether the tags are shown; None leaves it to the width of the terminal."""
    console: bool = _FIRST.console.shown
    sort: Sort = _FIRST.charts.sort
    shape: tuple[_Count, _Count] | None = None
    """Columns and rows of charts on a page; None: as many as are readable."""
    folded: _Texts = ()
    """Names of the sections that are folded."""
    system: bool = False

    def selection(self, groups: Mapping[str, str] = _NO_GROUPS) -> Selection:
        """Which runs and tags are shown; `groups` has the group of each training that is in one."""
        return Selection(
            text=self.filter,
            shows=filter_or_everything(self.filter),
            focus=self.focus,
            pinned=frozenset(self.pinned),
            hidden=frozenset(self.hidden),
            isolated=self.isolated,
            group=self.group,
            groups=groups if self.group else _NO_GROUPS,
            spread=self.spread,
            members=self.members,
        )

    def options(self, marks: MarkStyle, palette: int) -> ChartOptions:
        """How all charts are drawn, with so many colours."""
        return ChartOptions(
            smoothing=self.smoothing,
            log_y=self.log_y,
            x_axis="step" if self.x_axis == "metric" and not self.x else self.x_axis,
            x_formula=self.x if self.x_axis == "metric" else "",
            superseded=self.superseded,
            clip=not self.outliers,
            marks=marks,
            palette=palette,
        )

    def with_asked(self, **asked: Any) -> Look:
        """The look with what was asked for in a file or by options; None and "" ask for nothing.

        Pins and charts come to those that there are.
        """
        found = {name: value for name, value in asked.items() if value not in (None, "", (), {})}
        if "x" in found:
            known = found["x"] in X_AXES
            found |= {"x_axis": found.pop("x")} if known else {"x_axis": "metric"}
        found["pins"] = tuple(dict.fromkeys((*self.pins, *asked.get("pins", ()))))
        found["charts"] = {**self.charts, **asked.get("charts", {})}
        return replace(self, **found)


class ChangeLook(Protocol):
    """Changes fields of the look of a screen, which tells it to all panes at once."""

    def __call__(self, **changes: Any) -> None: ...


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
    """The look of one session, in a file of its own.

    A run is known by its name and working directory, so that the next run of a script is looked at
    in the same way; log directories by their paths.
    """

    def __init__(self, session: Session, first: Look | None = None) -> None:
        """`first` is how it is looked at for the first time."""
        self._first = first or Look()
        digest = sha256("\0".join(session.known_by).encode(errors="surrogateescape")).hexdigest()
        self._path = state_home() / "views" / f"{digest[:24]}.json"
        self._lock = Lock()
        self._unsaved: Look | None = None

    def load(self) -> Look:
        """The look that was saved last; what is missing or makes no sense is as at first."""
        known: dict[str, Any] = {}
        with suppress(OSError, ValueError, RecursionError):
            document = json.loads(read_regular(self._path, _MOST_BYTES))
            known = document if isinstance(document, dict) else {}
        sound: dict[str, Any] = {}
        for name in field_types(Look).keys() - set(OF_PROJECT):
            with suppress(KeyError, ValueError):
                sound[name] = checked(known[name], field_types(Look)[name])
        return replace(self._first, **sound)

    def save(self, look: Look) -> None:
        """Keep the look. A disk that is full or read-only costs nothing but the memory."""
        with self._lock:
            self._unsaved, begins = look, self._unsaved is None
        if begins:
            with suppress(TimeoutError):
                answer_within(_SAVE_SECONDS, self._save_all)

    def _save_all(self) -> None:
        """Write looks until the newest is written: the file system may hang meanwhile."""
        look = self._unsaved
        while look is not None:
            self._write(look)
            with self._lock:
                if self._unsaved is look:
                    self._unsaved = None
                look = self._unsaved

    def _write(self, look: Look) -> None:
        views = {title: view for title, view in look.views.items() if view != Viewport()}
        small = replace(
            look, runs=look.runs[:_MOST_RUNS], views=dict(islice(views.items(), _MOST_VIEWS))
        )
        known = {name: one for name, one in asdict(small).items() if name not in OF_PROJECT}
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._path, json.dumps(known).encode())
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


def wanted_marks(settings: Settings) -> MarkStyle:
    """What charts are drawn with where the look says nothing, in a terminal that has Unicode."""
    marks = settings.charts.marks
    if marks == "auto":  # the font of Linux's own console has no braille
        return "ascii" if os.environ.get("TERM") == "linux" else "braille"
    return marks


def _shape(grid: str) -> tuple[int, int]:
    columns, _, rows = grid.partition("x")
    return int(columns), int(rows)
