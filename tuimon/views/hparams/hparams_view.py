"""The view of hyperparameters: what the user has chosen, and which drawing shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Literal, get_args

import numpy as np

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.metrics import best_of
from tuimon.present.trial_names import hparam_text
from tuimon.store.filters import filter_fault, parse_expression
from tuimon.store.store import Store
from tuimon.views.base import Arrows, View, ViewDrawing, ViewOptions, arrow_keys, view_key
from tuimon.views.hparams.importance import importance_rows
from tuimon.views.hparams.plots import parallel_rows, scatter_rows
from tuimon.views.hparams.scene import HParamScene
from tuimon.views.hparams.session_table import TableCursor, table_rows
from tuimon.views.hparams.sessions import (
    PLUGIN,
    HParamTable,
    matches,
    read_table,
    session_runs,
)
from tuimon.views.layout import Piece, clip
from tuimon.views.subject import Item, ItemContext, ViewError

Mode = Literal["table", "parallel", "scatter", "importance"]
_MODES: tuple[Mode, ...] = get_args(Mode)
_HEAD = 2
_NOTCH = 3


class HParamsView(View):
    """All sessions as a table, as lines over parallel axes, as points, and by correlation."""

    kind = "hparams"
    name = "hparams"
    plugins = frozenset({PLUGIN})
    about = (
        "Every run that logged hyperparameters is a row; what is the same for all stands above. A "
        "metric is its newest value. The column that c has chosen gives marks, lines and points "
        "their colours: the higher the value, the farther from the background. Filters are as "
        "those of tags, of names and texts, and compare columns: lr>0.01 or not opt=adam. "
        "Importance is Spearman's rank correlation with the metric (for texts the correlation "
        "ratio of its ranks): it tells what goes together in these runs, not what causes what."
    )
    keys = (
        *arrow_keys(
            "hparams",
            along=Arrows("Run before", "Next run", "Choose a run", "run", 82),
            across=Arrows("Column before", "Next column", "Choose a column", "column", 81),
            scrubs=False,
        ),
        view_key(
            "hparams-mode",
            "m",
            "Table or plot",
            "Switch: table, parallel coordinates, scatter, importance",
            "plots",
            84,
        ),
        view_key("hparams-sort", "s", "Sort", "Sort by the column; again: reversed", "sort", 76),
        view_key("hparams-colour", "c", "Colour", "Colour by the column", "colour", 75),
        view_key("hparams-filter", "slash", "Filter", "Filter runs", "filter", 77, asks="filter"),
    )

    def __init__(self) -> None:
        self._table = HParamTable((), ())
        self._mode: Mode = "table"
        self._column: str | None = None
        self._colour: str | None = None
        self._sort: tuple[str, bool] | None = None
        """Column, and whether the largest come first."""
        self._filter = ""
        self._matches = parse_expression("")
        """Why what was typed is no filter; the one before it stays."""
        self._cursor = TableCursor()

    @classmethod
    def items(cls, store: Store) -> Iterable[Item]:
        known = any(
            series.plugin == PLUGIN for run in store.runs.values() for series in run.refs.values()
        )
        count = len(session_runs(store))
        return [Item(cls.kind, "", "hparams", count, cls.name, "all runs")] if known else []

    def draw(self, subject: ItemContext, look: ViewOptions) -> ViewDrawing:
        scene = self._scene(subject, inside=look.inside)
        size = look.width, max(0, look.height - _HEAD)
        match self._mode:
            case "table":
                body = table_rows(scene, self._cursor, *size)
            case "parallel":
                body = parallel_rows(scene, *size, ascii_only=look.ascii_only)
            case "scatter":
                body = scatter_rows(scene, *size, ascii_only=look.ascii_only)
            case "importance":
                body = importance_rows(scene, *size)
        rows = [*self._head(scene, look.width), *body]
        more = self._mode == "table" and len(scene.order) > self._cursor.room
        idle = [] if self._mode == "table" else ["hparams-sort"]
        idle += ["hparams-down"] if self._mode == "importance" else []
        return ViewDrawing(rows[: max(0, look.height)], scrolls=more, idle=idle)

    def still(self, subject: ItemContext, look: ViewOptions) -> Sequence[Row]:
        scene = self._scene(subject, inside=False)
        table = table_rows(scene, TableCursor(), look.width, len(scene.order) + 1)
        bars = importance_rows(scene, look.width, len(scene.table.columns) + 6)
        return [*self._head(scene, look.width), *table, (), *bars]

    @classmethod
    def fault(cls, key: str, text: str) -> str:
        return filter_fault(text, comparing=True)

    def press(self, key: str, text: str = "") -> None:
        column = self._table.named(self._column)
        name = self._table.columns[column].name if self._table.columns else None
        match key:
            case "hparams-down":
                self._cursor.at += 1
            case "hparams-up":
                self._cursor.at -= 1
            case "hparams-left" | "hparams-right":
                shown = self._table.shown
                if shown:
                    at = shown.index(column) if column in shown else 0
                    at += 1 if key == "hparams-right" else -1
                    at = min(max(0, at), len(shown) - 1)
                    self._column = self._table.columns[shown[at]].name
            case "hparams-mode":
                self._mode = _MODES[(_MODES.index(self._mode) + 1) % len(_MODES)]
            case "hparams-sort" if name is not None:
                down = best_of(name) != "min" if self._table.columns[column].metric else False
                if self._sort is not None and self._sort[0] == name:
                    down = not self._sort[1]
                self._sort = name, down
                self._cursor.at = 0
            case "hparams-colour":
                self._colour = name
            case "hparams-filter" if not filter_fault(text, comparing=True):
                self._filter, self._cursor.at = text.strip(), 0
                self._matches = parse_expression(text)

    def page(self, pages: int) -> None:
        self._cursor.turn(pages)

    def wheel(self, notches: int) -> None:
        self._cursor.scroll(notches * _NOTCH)

    def point(self, x: int, y: int) -> None:
        if self._mode == "table" and y > _HEAD:
            self._cursor.at = self._cursor.top + y - _HEAD - 1

    def _scene(self, subject: ItemContext, *, inside: bool) -> HParamScene:
        """Read the sessions, and choose and order those that are seen."""
        table = self._table = read_table(subject.store, subject.reader)
        if not table.sessions:
            raise ViewError("No run has told its hyperparameters yet (add_hparams).")
        order = [
            at
            for at, session in enumerate(table.sessions)
            if self._matches(partial(matches, table, session))
        ]
        sort = self._sort
        if sort is None and table.metrics:
            first = table.columns[table.default].name
            sort = first, best_of(first) != "min"
        if sort is not None:
            places = table.axis(table.named(sort[0])).places
            known = [at for at in order if np.isfinite(places[at])]
            known.sort(key=lambda at: float(places[at]), reverse=sort[1])
            order = known + [at for at in order if not np.isfinite(places[at])]
        self._cursor.limit(len(order))
        at = self._cursor.at if inside else None
        return HParamScene(table, order, at=at, column=self._column, colour=self._colour)

    def _head(self, scene: HParamScene, cells: int) -> list[Row]:
        table = scene.table
        shown, count = len(scene.order), len(table.sessions)
        name = "parallel coordinates" if self._mode == "parallel" else self._mode
        title: list[Piece] = [(name, roles.TITLE)]
        told = f"{shown} of {count}" if self._filter else f"{count}"
        title.append((f"  {told} run{'s' * (count != 1)}", roles.LEGEND))
        if table.columns:
            title.append((f"  coloured by {table.columns[scene.colour].name}", roles.NOTE))
        if self._sort is not None and self._mode == "table":
            title.append((f"  by {self._sort[0]} {'↓' if self._sort[1] else '↑'}", roles.NOTE))
        if self._filter:
            title.append((f"  /{self._filter}", roles.ACCENT))
        same: list[Piece] = []
        for at, column in enumerate(table.columns):
            if not column.varies and not column.metric:
                value = hparam_text(table.sessions[0].values[at])
                same += [("  " if same else "same for all: ", roles.NOTE)]
                same += [(f"{column.name} ", roles.NOTE), (value, roles.LEGEND)]
        return [clip(title, cells), clip(same or [("every value varies", roles.DIM)], cells)]
