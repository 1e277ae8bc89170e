"""Hyperparameters of all runs against what came of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.best import lower_is_better
from tuimon.charts.model import Row, Span
from tuimon.store.store import Store
from tuimon.text import fit, safe, shorten, width
from tuimon.views.dots import Dots
from tuimon.views.hparams_table import (
    PLUGIN,
    Axis,
    Table,
    format_cell,
    importances,
    matches,
    read_table,
    session_runs,
)
from tuimon.views.layout import Piece, clip
from tuimon.views.subject import Item, Subject, ViewError
from tuimon.views.view import Look, Shown, View, ViewKey

Mode = Literal["table", "parallel", "scatter", "importance"]
_MODES: tuple[Mode, ...] = get_args(Mode)

_HEAD = 2
_LEVELS = 15
_MOST_COLUMN, _LEAST_COLUMN = 16, 6
_MOST_RUN, _LEAST_RUN = 28, 8
_NOTCH = 3
_LEAST_PLOT = (24, 8)
_MIDDLE = 0.5
_STATUSES = {"success": ("✓", "ok"), "failure": ("✗", "error"), "running": ("●", "accent")}
_NAMES = {
    "table": "table",
    "parallel": "parallel coordinates",
    "scatter": "scatter",
    "importance": "importance",
}


class HParamsView(View):
    """All sessions as a table, as lines over parallel axes, as points, and by correlation."""

    kind = "hparams"
    name = "hparams"
    plugins = frozenset({PLUGIN})
    about = (
        "Every run that logged hyperparameters is a row; what is the same for all stands above. A "
        "metric is its newest value. Colours tell the column that c has chosen, from dark (low) "
        "to bright (high). Filters are words that all have to hold: lr>0.01, opt=adam, part of a "
        "name. Importance is Spearman's rank correlation with the metric (for texts the "
        "correlation ratio of its ranks): it tells what goes together in these runs, not what "
        "causes what."
    )
    keys = (
        ViewKey("hparams-down", "down,j", "↓", "Next run", "Choose a run", "run", 82, True),
        ViewKey("hparams-up", "up,k", "↑", "Run before", "", inside=True),
        ViewKey("hparams-left", "left,h", "←", "Column before", "Choose a column", inside=True),
        ViewKey("hparams-right", "right,l", "→", "Next column", "", "column", 81, True),
        ViewKey(
            "hparams-mode",
            "m",
            "m",
            "Table or plot",
            "Table, parallel coordinates, scatter, importance",
            "plots",
            84,
        ),
        ViewKey("hparams-sort", "s", "s", "Sort", "Sort by the column; again: reverse", "sort", 76),
        ViewKey("hparams-colour", "c", "c", "Colour", "Colour by the column", "colour", 75),
        ViewKey(
            "hparams-filter", "slash", "/", "Filter", "Filter runs", "filter", 77, asks="filter"
        ),
    )

    def __init__(self) -> None:
        self._table = Table((), ())
        self._mode: Mode = "table"
        self._column: str | None = None
        """Names of columns outlast a table that grows."""
        self._colour: str | None = None
        self._sort: tuple[str, bool] | None = None
        """Column, and whether the largest come first."""
        self._filter: list[str] = []
        self._order: list[int] = []
        """The sessions that are seen."""
        self._at = 0
        self._top = 0
        self._left = 0
        self._room = 1

    @classmethod
    def items(cls, store: Store) -> Iterable[Item]:
        known = any(
            series.plugin == PLUGIN for run in store.runs.values() for series in run.refs.values()
        )
        count = len(session_runs(store))
        return [Item(cls.kind, "", "hparams", count, cls.name, "all runs")] if known else []

    @classmethod
    def steps(cls, subject: Subject) -> NDArray[np.int64]:
        return np.empty(0, np.int64)

    @classmethod
    def stamp(cls, subject: Subject) -> Hashable:
        return sum(run.version for run in subject.store.runs.values())

    def draw(self, subject: Subject, look: Look) -> Shown:
        self._arrange(subject)
        size = look.width, max(0, look.height - _HEAD)
        idle: tuple[str, ...] = ()
        match self._mode:
            case "table":
                body = self._rows(*size, look.inside)
            case "parallel":
                body = self._parallel(*size, plain=look.plain, inside=look.inside)
                idle = ("hparams-sort",)
            case "scatter":
                body = self._scatter(*size, plain=look.plain, inside=look.inside)
                idle = ("hparams-sort",)
            case "importance":
                body = self._importance(*size)
                idle = ("hparams-sort", "hparams-down")
        rows = [*self._head(look.width), *body]
        more = self._mode == "table" and len(self._order) > self._room
        return Shown(rows[: max(0, look.height)], scrolls=more, idle=idle)

    def still(self, subject: Subject, look: Look) -> Sequence[Row]:
        self._arrange(subject)
        rows = [*self._head(look.width), *self._rows(look.width, len(self._order) + 1, False)]
        return [*rows, (), *self._importance(look.width, len(self._table.columns) + 2)]

    def press(self, key: str, text: str = "") -> None:
        column = self._named(self._column, self._default())
        name = self._table.columns[column].name if self._table.columns else None
        match key:
            case "hparams-down":
                self._at += 1
            case "hparams-up":
                self._at -= 1
            case "hparams-left" | "hparams-right":
                shown = self._shown_columns()
                if shown:
                    at = shown.index(column) if column in shown else 0
                    at += 1 if key == "hparams-right" else -1
                    at = min(max(0, at), len(shown) - 1)
                    self._column = self._table.columns[shown[at]].name
            case "hparams-mode":
                self._mode = _MODES[(_MODES.index(self._mode) + 1) % len(_MODES)]
            case "hparams-sort" if name is not None:
                down = not lower_is_better(name) if self._table.columns[column].metric else False
                if self._sort is not None and self._sort[0] == name:
                    down = not self._sort[1]
                self._sort = name, down
                self._at = 0
            case "hparams-colour":
                self._colour = name
            case "hparams-filter":
                self._filter = text.split()
                self._at = 0

    def page(self, pages: int) -> None:
        self._at += pages * self._room
        self._top += pages * self._room

    def wheel(self, notches: int) -> None:
        self._top += notches * _NOTCH
        self._at = min(max(self._at, self._top), self._top + self._room - 1)

    def point(self, x: int, y: int) -> None:
        if self._mode == "table" and y > _HEAD:
            self._at = self._top + y - _HEAD - 1

    # What is shown

    def _arrange(self, subject: Subject) -> None:
        """Read the sessions, and choose and order those that are seen."""
        table = self._table = read_table(subject)
        if not table.sessions:
            raise ViewError("No run has told its hyperparameters yet (add_hparams).")
        self._order = [
            at for at, session in enumerate(table.sessions) if matches(table, session, self._filter)
        ]
        sort = self._sort
        if sort is None and table.metrics:
            first = table.columns[table.metrics[0]].name
            sort = first, not lower_is_better(first)
        if sort is not None:
            column = self._named(sort[0], self._default())
            places = table.axis(column).places
            known = [at for at in self._order if np.isfinite(places[at])]
            known.sort(key=lambda at: float(places[at]), reverse=sort[1])
            self._order = known + [at for at in self._order if not np.isfinite(places[at])]
        self._at = min(max(0, self._at), max(0, len(self._order) - 1))

    def _default(self) -> int:
        """The column that is meant where none was chosen."""
        metrics = self._table.metrics
        return metrics[0] if metrics else 0

    def _named(self, name: str | None, default: int) -> int:
        names = [column.name for column in self._table.columns]
        return names.index(name) if name in names else default

    def _shown_columns(self) -> list[int]:
        """Hyperparameters that vary, and metrics."""
        columns = enumerate(self._table.columns)
        return [at for at, column in columns if column.varies or column.metric]

    def _target(self) -> int:
        """The metric that plots are about: the one that colours, or the first one."""
        colour = self._named(self._colour, self._default())
        if self._table.columns and self._table.columns[colour].metric:
            return colour
        return self._default()

    def _levels(self) -> list[int]:
        """Levels of the ramp of the sessions, by the column that colours them; 0 for none."""
        if not self._table.columns:
            return [0] * len(self._table.sessions)
        places = self._table.axis(self._named(self._colour, self._default())).places
        return [
            1 + round(float(place) * (_LEVELS - 1)) if np.isfinite(place) else 0 for place in places
        ]

    def _head(self, cells: int) -> list[Row]:
        table = self._table
        shown, count = len(self._order), len(table.sessions)
        title: list[Piece] = [(_NAMES[self._mode], roles.TITLE)]
        title.append(
            (f"  {shown} of {count} runs" if self._filter else f"  {count} runs", "legend")
        )
        if table.columns:
            colour = table.columns[self._named(self._colour, self._default())].name
            title.append((f"  coloured by {colour}", roles.NOTE))
        if self._sort is not None and self._mode == "table":
            title.append((f"  by {self._sort[0]} {'↓' if self._sort[1] else '↑'}", roles.NOTE))
        if self._filter:
            title.append((f"  /{' '.join(self._filter)}", roles.ACCENT))
        same: list[Piece] = []
        for at, column in enumerate(table.columns):
            if not column.varies and not column.metric:
                value = format_cell(table.sessions[0].values[at])
                same += [("  " if same else "same for all: ", roles.NOTE)]
                same += [(f"{column.name} ", roles.NOTE), (value, roles.LEGEND)]
        return [clip(title, cells), clip(same or [("every value varies", roles.DIM)], cells)]

    # The table

    def _rows(self, cells: int, height: int, inside: bool) -> list[Row]:
        table, columns = self._table, self._shown_columns()
        self._room = max(1, height - 1)
        if inside:
            self._top = min(max(self._top, self._at - self._room + 1), self._at)
        self._top = min(max(0, self._top), max(0, len(self._order) - self._room))
        seen = self._order[self._top : self._top + self._room]
        run_cells = max((width(safe(one.run)) for one in table.sessions), default=0)
        run_cells = min(max(run_cells, _LEAST_RUN), _MOST_RUN, max(_LEAST_RUN, cells // 3))
        sizes = {at: self._column_cells(at) for at in columns}
        selected = self._named(self._column, self._default())
        if selected in columns:
            self._left = min(self._left, columns.index(selected))
            while self._left < columns.index(selected) and not _fits(
                [sizes[at] for at in columns[self._left : columns.index(selected) + 1]],
                cells - run_cells - 3,
            ):
                self._left += 1
        self._left = min(self._left, max(0, len(columns) - 1))
        shown: list[int] = []
        for at in columns[self._left :]:
            if not _fits([sizes[one] for one in (*shown, at)], cells - run_cells - 3):
                break
            shown.append(at)
        hidden = len(columns) - len(shown)
        more = f"   +{hidden} columns" if hidden else ""
        title: list[Piece] = [(fit(more, run_cells + 3), roles.DIM)]
        for at in shown:
            column = table.columns[at]
            role = (
                roles.ACCENT
                if inside and at == selected
                else (roles.TITLE if column.metric else roles.NOTE)
            )
            name = shorten(safe(self._heading(at)), sizes[at])
            title.append(("  " + fit(name, sizes[at], "right"), role))
        levels, colour = self._levels(), self._named(self._colour, self._default())
        rows = [clip(title, cells)]
        for session_at in seen:
            session = table.sessions[session_at]
            sign, role = _STATUSES.get(session.status, (" ", roles.BLANK))
            ink = roles.heat(levels[session_at], 0) if levels[session_at] else roles.DIM
            row: list[Piece] = [("■ ", ink), (sign, role)]
            row.append((" " + fit(shorten(safe(session.run), run_cells), run_cells), roles.TEXT))
            for at in shown:
                text = shorten(safe(format_cell(session.values[at])), sizes[at])
                ink_of = (
                    ink
                    if at == colour
                    else (roles.VALUE if table.columns[at].metric else roles.LEGEND)
                )
                row.append(("  " + fit(text, sizes[at], "right"), ink_of))
            line = clip(row, cells)
            if inside and session_at == self._order[self._at]:
                line = (
                    *line[:1],
                    Span(fit("".join(s.text for s in line[1:]), cells - 2), "cursor"),
                )
            rows.append(line)
        if not seen:
            rows.append(clip([("No run matches the filter.", roles.DIM)], cells))
        return rows

    def _heading(self, column: int) -> str:
        """The name of a column; its last part where that is enough."""
        names = [one.name.rpartition("/")[2] for one in self._table.columns]
        short = names[column]
        return short if short and names.count(short) == 1 else self._table.columns[column].name

    def _column_cells(self, column: int) -> int:
        name = width(safe(self._heading(column)))
        values = max(
            (width(safe(format_cell(one.values[column]))) for one in self._table.sessions),
            default=0,
        )
        return min(max(name, values, _LEAST_COLUMN), _MOST_COLUMN)

    # The plots

    def _parallel(self, cells: int, height: int, *, plain: bool, inside: bool) -> list[Row]:
        """A line a run over upright axes; the row below names them, the one above their tops."""
        columns = self._shown_columns()
        columns = columns[: max(2, cells // (_LEAST_COLUMN + 4))]
        if cells < _LEAST_PLOT[0] or height < _LEAST_PLOT[1] or len(columns) < 2:
            return [clip([("There is no room for this plot.", roles.DIM)], cells)][:height]
        plot = height - 4
        dots = Dots(cells, plot, ascii_only=plain)
        axes = [self._table.axis(at) for at in columns]
        margin = (_LEAST_COLUMN + 2) * dots.across // 2
        xs = np.linspace(margin, dots.columns - 1 - margin, len(columns))
        levels = self._levels()
        chosen = self._order[self._at] if inside and self._order else None
        for at in sorted(self._order, key=lambda at: (at == chosen, levels[at])):
            role = roles.heat(levels[at], 0) if levels[at] else roles.DIM
            self._strand(dots, xs, axes, at, roles.ACCENT if at == chosen else role)
        rows = [tuple(line) for line in dots.lines()]
        rows = [_with_axes(row, xs / dots.across) for row in rows]
        names = [self._heading(at) for at in columns]
        picked = self._named(self._column, self._default())
        inks = [roles.ACCENT if inside and at == picked else roles.TITLE for at in columns]
        centres = xs / dots.across
        tops = [_label(axis, 1.0) for axis in axes]
        bottoms = [_label(axis, 0.0) for axis in axes]
        return [
            _centred(names, centres, cells, inks),
            _centred(tops, centres, cells, [roles.TICK] * len(axes)),
            *rows,
            _centred(bottoms, centres, cells, [roles.TICK] * len(axes)),
            self._chosen(cells, inside),
        ]

    def _strand(
        self, dots: Dots, xs: NDArray[np.float64], axes: Sequence[Axis], at: int, role: str
    ) -> None:
        places = [float(axis.places[at]) for axis in axes]
        for index in range(len(axes) - 1):
            y0, y1 = ((1 - place) * (dots.rows - 1) for place in places[index : index + 2])
            if np.isfinite(y0) and np.isfinite(y1):
                dots.line(float(xs[index]), y0, float(xs[index + 1]), y1, role)

    def _scatter(self, cells: int, height: int, *, plain: bool, inside: bool) -> list[Row]:
        """The runs as points: the chosen hyperparameter to the right, the metric upwards."""
        table = self._table
        varying = [at for at in self._shown_columns() if not table.columns[at].metric]
        picked = self._named(self._column, varying[0] if varying else self._default())
        if table.columns[picked].metric and varying:
            picked = varying[0]
        target = self._target()
        if cells < _LEAST_PLOT[0] or height < _LEAST_PLOT[1]:
            return [clip([("There is no room for this plot.", roles.DIM)], cells)][:height]
        across, upwards = table.axis(picked), table.axis(target)
        labels = {round((1 - place) * (height - 5)): safe(text) for place, text in upwards.labels}
        gutter = max((width(text) for text in labels.values()), default=0)
        plot_cells, plot = cells - gutter - 1, height - 4
        dots = Dots(plot_cells, plot, ascii_only=plain)
        levels = self._levels()
        chosen = self._order[self._at] if inside and self._order else None
        ends = dots.across, dots.columns - 1 - dots.across
        for at in sorted(self._order, key=lambda at: (at == chosen, levels[at])):
            x = ends[0] + float(across.places[at]) * (ends[1] - ends[0])
            y = (1 - float(upwards.places[at])) * (dots.rows - 1)
            if np.isfinite(x) and np.isfinite(y):
                role = roles.heat(levels[at], 0) if levels[at] else roles.DIM
                dots.sign(x, y, *(("◆", roles.ACCENT) if at == chosen else ("●", role)))
        names = table.columns[target].name, table.columns[picked].name
        log = "  log" if upwards.log else ""
        rows: list[Row] = [clip([(names[0] + log, roles.TITLE)], cells)]
        for index, line in enumerate(dots.lines()):
            text = labels.get(index, "")
            left = Span(fit(text, gutter, "right"), roles.TICK)
            rows.append((left, Span("┤" if text else "│", roles.AXIS), *line))
        ticks = [(place * (plot_cells - 3) + 1, text) for place, text in across.labels]
        below = _centred(
            [text for _, text in ticks],
            np.array([place for place, _ in ticks]),
            plot_cells,
            [roles.TICK] * len(ticks),
        )
        name = f"{names[1]}{'  log' if across.log else ''} →"
        rows.append((Span(" " * gutter + "└", roles.AXIS), Span("─" * plot_cells, roles.AXIS)))
        rows.append((Span(" " * (gutter + 1), roles.BLANK), *below))
        rows[0] = (*rows[0], *_right(rows[0], name, cells))
        rows.append(self._chosen(cells, inside))
        return rows

    def _chosen(self, cells: int, inside: bool) -> Row:
        """What there is to say about the run under the cursor."""
        if not inside or not self._order:
            return ()
        table = self._table
        session = table.sessions[self._order[self._at]]
        pieces: list[Piece] = [("◆ ", roles.ACCENT), (session.run, roles.TITLE)]
        for at in self._shown_columns():
            pieces.append((f"  {self._heading(at)} ", roles.NOTE))
            pieces.append((format_cell(session.values[at]), roles.VALUE))
        return clip(pieces, cells)

    def _importance(self, cells: int, height: int) -> list[Row]:
        """Bars of the correlations of all hyperparameters that vary with the metric."""
        table = self._table
        if not table.metrics:
            return [clip([("No metric to correlate with.", roles.DIM)], cells)][:height]
        target = self._target()
        found = importances(table, target)
        rows: list[Row] = [
            clip(
                [
                    ("rank correlation (Spearman's ρ) with ", roles.NOTE),
                    (table.columns[target].name, roles.TITLE),
                    (": how far it rises or falls with it", roles.NOTE),
                ],
                cells,
            )
        ]
        if not found:
            why = "It takes three runs, and hyperparameters that vary."
            return [*rows, clip([(why, roles.DIM)], cells)][:height]
        names = [table.columns[one.column].name for one in found]
        room = min(max(width(safe(name)) for name in names), max(6, cells // 3))
        bars = max(4, cells - room - 24)
        for one, name in zip(found, names, strict=True):
            size = max(1, round(abs(one.correlation) * bars))
            sign = "+" if one.correlation >= 0 else "−"
            told = f"{sign if one.ranked else ' '}{abs(one.correlation):.2f}"
            kind = "ρ" if one.ranked else "η"
            rows.append(
                clip(
                    [
                        (fit(shorten(safe(name), room), room, "right") + " ", roles.TEXT),
                        (f" {kind} {told} ", roles.VALUE),
                        ("█" * size, roles.curve(0 if one.correlation >= 0 else 1)),
                        (" " * (bars - size), roles.BLANK),
                        (f"  {one.known} runs", roles.DIM),
                    ],
                    cells,
                )
            )
        told = "These runs only: it does not say what causes what, and a best value in between"
        rows += [(), clip([(told, roles.DIM)], cells)]
        rows.append(clip([("looks like none; the scatter shows that.", roles.DIM)], cells))
        if any(not one.ranked for one in found):
            rows.append(clip([("η: correlation ratio of ranks, for texts", roles.DIM)], cells))
        return rows[:height]


def _fits(sizes: Sequence[int], cells: int) -> bool:
    return sum(size + 2 for size in sizes) <= cells


def _label(axis: Axis, place: float) -> str:
    """The text at one end of an axis; the only one there is where values do not differ."""
    at = {round(where, 6): text for where, text in axis.labels}
    return at.get(place, at.get(_MIDDLE, "") if len(at) == 1 else "")


def _centred(
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


def _right(row: Row, text: str, cells: int) -> Row:
    """What stands at the right end of a row, if there is room."""
    used = sum(width(span.text) for span in row)
    text = safe(text)
    if used + width(text) + 2 > cells:
        return ()
    return (Span(" " * (cells - used - width(text)), roles.BLANK), Span(text, roles.TITLE))


def _with_axes(row: Row, centres: NDArray[np.float64]) -> Row:
    """A row of dots with upright axes in its blank cells."""
    wanted = {int(centre) for centre in centres}
    spans: list[Span] = []
    at = 0
    for text, role in row:
        for char in text:
            if at in wanted and char == " ":
                spans.append(Span("│", roles.AXIS))
            elif spans and spans[-1].role == role:
                spans[-1] = Span(spans[-1].text + char, role)
            else:
                spans.append(Span(char, role))
            at += 1
    return tuple(spans)
