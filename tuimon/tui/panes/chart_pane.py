"""The charts of the main screen: what its keys do with one, with those of a page, with all."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import ClassVar, get_args

from textual import on, work
from textual.actions import SkipAction
from textual.binding import BindingType

from tuimon.charts.cursor import values_text
from tuimon.charts.limits import LimitsError, limits_text, parse_limits
from tuimon.charts.model import Cursor, MarkStyle, x_axis_after
from tuimon.charts.viewport import panned, tailed, zoomed
from tuimon.present.arrangement import SORTS, section_of
from tuimon.present.chart_state import view_of, with_view, without_x
from tuimon.present.look import ChangeLook, Look
from tuimon.store.store import Store
from tuimon.text import safe
from tuimon.tui.dialogs.save import SaveChoice, SaveScreen
from tuimon.tui.dialogs.shape import Shape, ShapeScreen
from tuimon.tui.keys.key_tables import Key, Topics, all_of, bindings
from tuimon.tui.panes.chart_files import charts_as_file, path_for
from tuimon.tui.panes.chart_view import ChartView
from tuimon.tui.panes.own_chart_keys import OwnChartKeys
from tuimon.tui.panes.prompt import Prompt

_PAGE = "Turn pages"
_SECTION = "Jump to the next, previous section"
_MORE = "More smoothing"
_SMOOTH = "Smooth more, less"
_OLDER = "Overwritten points"
_OVERWRITTEN = "Show or hide what a resume overwrote"
_FAR = "Move it ten columns; to the ends"
_SAVE = "Save the chart, or all, as SVG, PNG, text; copy it"

_ZOOM = 0.5
_PAN = 0.25
_MARKS: tuple[MarkStyle, ...] = get_args(MarkStyle)
_SMOOTHINGS = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)
_LIMITS = "x=0:5000    y=2:13    y=:1e-3    x=10k:"
_KEEPS = "Enter keeps, Esc clears"
_SORTED = {
    "logged": "Charts as they were logged.",
    "name": "Charts by name.",
    "changed": "Charts that got points last come first.",
}


class ChartPane(OwnChartKeys):
    """The grid with keys, which act on the focused chart or, where none has the focus, on all."""

    TOPICS: ClassVar[Topics] = {
        "Charts": (
            Key("zoom", "enter", "zoom", "Zoom", "Zoom what has the focus", "zoom", 70),
            Key("back", "escape", "back", "Back", "Go back from a zoom", "back", 75),
            Key("left", "left,h", "move(-1, 0)", "Focus left", "Move the focus, or the cursor"),
            Key("down", "down,j", "move(0, 1)", "Focus down"),
            Key("up", "up,k", "move(0, -1)", "Focus up"),
            Key("right", "right,l", "move(1, 0)", "Focus right"),
            Key("next-page", "n,pagedown", "page(1)", "Next page", _PAGE, "page", 72),
            Key("previous-page", "p,pageup", "page(-1)", "Previous page"),
            Key("next-section", "right_curly_bracket", "section(1)", "Next section", _SECTION),
            Key("previous-section", "left_curly_bracket", "section(-1)", "Section before"),
            Key("smoother", "plus,equals_sign", "smooth(1)", _MORE, _SMOOTH, "smooth", 50),
            Key("rougher", "minus", "smooth(-1)", "Less smoothing"),
            Key("log-y", "y", "log_y", "Log y axis", "Switch y: log, linear", "log y", 40),
            Key("x-axis", "x", "x_axis", "x axis", "Switch x: step, time, clock", "x axis", 40),
            Key("superseded", "d", "superseded", _OLDER, _OVERWRITTEN, "overwritten", 44),
            Key("zoom-x", "z", "zoom_x(1)", "Zoom in", "Zoom in, out along x", "zoom x", 43),
            Key("zoom-x-out", "Z", "zoom_x(-1)", "Zoom out"),
            Key("pan-left", "comma", "pan(-1)", "Earlier", "Show an earlier, later part of x"),
            Key("pan-right", "full_stop", "pan(1)", "Later"),
            Key("all-x", "0", "all_x", "All of x", "Show all of x; the newest part (live tail)"),
            Key("tail", "t", "tail", "Live tail"),
            Key("limits", "e", "limits", "Limits", "Type limits: x=0:5000 y=2:13"),
            Key("clip", "b", "clip", "Outliers", "Fit y without outliers, or to all values"),
            Key("marks", "semicolon", "marks", "Dots", "Draw in braille, blocks or ASCII"),
            Key("fold", "f", "fold", "Fold the section", "Fold a section of charts, or unfold it"),
            Key("unfold-all", "f4", "unfold_all", "Unfold all sections", "Unfold all sections"),
            Key("sort", "s", "sort", "Sort the charts", "Sort: as logged, by name, newest"),
            Key("shape", "w", "shape", "Charts on a page", "Set how many charts are on a page"),
        ),
        **OwnChartKeys.OF_ONES_OWN,
        "Reading values": (
            Key("cursor", "c", "cursor", "Cursor", "Read values with a cursor: ← →", "cursor", 48),
            Key("mark", "m", "mark", "Compare", "Compare the cursor with here"),
            Key("cursor-left-10", "H,shift+left", "move_cursor(-10)", "Ten columns left", _FAR),
            Key("cursor-right-10", "L,shift+right", "move_cursor(10)", "Ten columns right"),
            Key("cursor-first", "home", "cursor_end(-1)", "Cursor to the first point"),
            Key("cursor-last", "end", "cursor_end(1)", "Cursor to the last point"),
            Key("save-chart", "greater_than_sign", "save_chart", "Save the chart", _SAVE),
        ),
    }
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(all_of(TOPICS))]
    about = (
        "A chart has the focus: Enter lets it fill the screen, z and Z zoom its x axis, c puts a "
        "cursor on it, f folds the section it belongs to, ^ pins it, A changes one of your own, Y "
        "copies it as text."
    )

    def __init__(
        self,
        store: Store,
        look: Look,
        marks: MarkStyle,
        change_look: ChangeLook,
        *,
        id: str,
    ) -> None:
        super().__init__(store, look, marks, change_look, id=id)
        self.limits = Prompt(self._limit, self._end_limits, examples=_LIMITS, id="limits")
        """For the screen to place."""
        self._limited = ""
        """Title of the chart whose limits are typed; empty for all."""
        self._saved = SaveChoice()
        """How a chart was saved last."""

    def idle_keys(self) -> Collection[str]:
        if not self.count:
            return {key.id for key in all_of(self.TOPICS)}
        idle = {"zoom"} if self.zoomed else {"back"}
        if self.cursor is not None:
            idle = {"zoom", "cursor"}
        if self.zoomed or self.pages[1] == 1:
            idle.add("next-page")
        if not self.superseded:
            idle.add("superseded")
        return idle

    def key_labels(self) -> Mapping[str, str]:
        return super().key_labels() if self.cursor is None else self._cursor_labels

    @property
    def _cursor_labels(self) -> dict[str, str]:
        """What keys do while there is a cursor."""
        zooms = "zoom in" if self.cursor and self.cursor.mark is None else "zoom to range"
        return {"right": "move", "mark": "compare", "zoom-x": zooms, "back": "cursor off"}

    def urgent_keys(self) -> Collection[str]:
        return () if self.cursor is None else ("left", "right", "mark", "zoom-x")

    # Focus and pages

    def action_zoom(self) -> None:
        self.zoom(True)

    def action_back(self) -> None:
        if self.cursor is not None and self.display:
            self.cursor = None
        elif self.zoomed and self.display:
            self.zoom(False)
        else:
            raise SkipAction

    def action_move(self, columns: int, rows: int) -> None:
        if self.screen.focused is not None and self.focused_chart is None:
            raise SkipAction
        if columns and self.cursor is not None:
            self.action_move_cursor(columns)
        elif self.is_edge(columns, rows):
            raise SkipAction
        else:
            self.move(columns, rows)

    def action_page(self, pages: int) -> None:
        self.turn(pages)

    def action_section(self, sections: int) -> None:
        """Go to the first chart of the section so many further on, around the end."""
        chart = self.leading_chart
        if chart is not None:
            names = [section_of(metric) for metric in self._metrics]
            found = list(dict.fromkeys(names))
            here = found.index(section_of(chart.metric))
            self.show_chart(names.index(found[(here + sections) % len(found)]))

    # How they are drawn

    def action_smooth(self, steps: int) -> None:
        nearest = min(_SMOOTHINGS, key=lambda value: abs(value - self.look.smoothing))
        index = _SMOOTHINGS.index(nearest) + steps
        self.change_look(smoothing=_SMOOTHINGS[min(max(index, 0), len(_SMOOTHINGS) - 1)])

    def action_log_y(self) -> None:
        self.change_look(log_y=not self.look.log_y)

    def action_x_axis(self) -> None:
        x_axis = x_axis_after(self.options.x_axis, self.look.x)
        self.cursor = None
        self.change_look(x_axis=x_axis, views=without_x(self.look.views))

    def action_superseded(self) -> None:
        self.change_look(superseded=not self.look.superseded)
        if not self.superseded:
            self.notify("No point here was overwritten by a resume.")

    def action_clip(self) -> None:
        self.change_look(outliers=not self.look.outliers)

    def action_marks(self) -> None:
        """Draw with the next kind of marks, as fonts differ; only ASCII where nothing else is."""
        if self.app.has_class("-ascii"):
            self.notify("This terminal's encoding has ASCII only.")
            return
        marks = _MARKS[(_MARKS.index(self.options.marks) + 1) % len(_MARKS)]
        self.change_look(marks=None if marks == self.default_marks else marks)

    # Which part is shown

    def action_zoom_x(self, levels: int) -> None:
        """Zoom around the cursor; in, where a range is marked, into that."""
        cursor = self.cursor
        if levels > 0 and cursor and cursor.mark not in (None, cursor.at):
            self.cursor = None
            low, high = sorted((cursor.at, cursor.mark))
            self.change_view(lambda view, area: replace(view, x=(low, high), tail=None))
            return
        around = cursor.at if cursor else None
        self.change_view(partial(zoomed, factor=_ZOOM**levels, around=around))

    def action_pan(self, windows: int) -> None:
        self.change_view(partial(panned, share=windows * _PAN))

    def action_all_x(self) -> None:
        self.change_view(lambda view, area: replace(view, x=None, tail=None))

    def action_tail(self) -> None:
        self.change_view(tailed)

    def action_limits(self) -> None:
        chart = self.leading_chart
        if chart is None or chart.area is None:
            return
        alone = chart is self.focused_chart
        self._limited = chart.metric.title if alone else ""
        view = view_of(self.look.views, chart.metric.title)
        self.limits.open(
            limits_text(view, self.look.x_axis),
            asked=f"limits of {safe(chart.metric.title)}" if alone else "limits of all charts",
        )
        self.limits.say(_KEEPS)

    def _limit(self, text: str) -> None:
        chart = self.leading_chart
        if chart is None or chart.area is None:
            return
        try:
            view = parse_limits(text, self.look.x_axis, chart.area)
        except LimitsError as error:
            self.limits.say(safe(str(error)), wrong=True)
            return
        self.limits.say(_KEEPS)
        self.change_look(views=with_view(self.look.views, self._limited, view))

    def _end_limits(self) -> None:
        charts = [each for each in self.charts if each.metric.title == self._limited]
        self.screen.set_focus(charts[0] if charts else None)

    # Which charts are on the page

    def action_fold(self) -> None:
        """Fold the section of the focused chart, else of the first one of the page."""
        chart = self.focused_chart or self.first_of_page
        if chart is None:
            raise SkipAction
        folded = dict.fromkeys([*self.look.folded, section_of(chart.metric)])
        self.change_look(folded=tuple(folded))

    @on(ChartView.HeadingClicked)
    def _fold_clicked(self, message: ChartView.HeadingClicked) -> None:
        message.stop()
        self.action_fold()

    def action_unfold_all(self) -> None:
        self.change_look(folded=())

    def action_sort(self) -> None:
        sort = SORTS[(SORTS.index(self.look.sort) + 1) % len(SORTS)]
        self.change_look(sort=sort)
        self.notify(_SORTED[sort])

    def action_shape(self) -> None:
        # Shown at once, so that digits typed without waiting are meant for it.
        self.app.push_screen(ShapeScreen(self.look.shape), self._reshape)

    def _reshape(self, answer: Shape | str | None) -> None:
        if answer:
            self.change_look(shape=answer if isinstance(answer, tuple) else None)

    # Reading values

    def action_cursor(self) -> None:
        chart = self.leading_chart
        if self.cursor is not None:
            self.cursor = None
        elif chart is not None and chart.area is not None:
            area = chart.area
            self.put_cursor(max(area.x0, min(area.x1, area.last)))

    @property
    def moment(self) -> float | None:
        """When what the cursor reads in the leading chart was logged: unix seconds."""
        chart, cursor = self.leading_chart, self.cursor
        return None if chart is None or cursor is None else chart.moment_at(cursor.at)

    def put_cursor_at(self, when: float) -> bool:
        """Read the values that the leading chart had at a time; whether it has any."""
        chart = self.leading_chart
        position = None if chart is None else chart.position_at(when)
        if position is not None:
            self.put_cursor(position)
        return position is not None

    def action_mark(self) -> None:
        """Compare with here from now on; no more where the mark is already."""
        if self.cursor is None:
            self.action_cursor()
        if self.cursor is not None:
            here = self.cursor.at
            self.cursor = Cursor(here, None if self.cursor.mark == here else here)

    def action_move_cursor(self, columns: int) -> None:
        """Move the cursor by columns of the leading chart, as far as there are points in sight."""
        chart = self.leading_chart
        if self.cursor is None or chart is None or chart.area is None:
            return
        area = chart.area
        low, high = max(area.x0, area.first), min(area.x1, area.last)
        # It goes to middles of columns, so that it stays on them.
        cell = round((self.cursor.at - area.x0) / area.column - 0.5) + columns
        self.put_cursor(min(max(area.position(cell), low), high))

    def action_cursor_end(self, side: int) -> None:
        """Move the cursor to the first or the last point in sight."""
        chart = self.leading_chart
        if self.cursor is not None and chart is not None and chart.area is not None:
            area = chart.area
            self.put_cursor(max(area.x0, area.first) if side < 0 else min(area.x1, area.last))

    # Taking a chart along

    @work(exclusive=True, group="ask")
    async def action_save_chart(self) -> None:
        """Ask how to save or copy the focused chart, else the first one of the page."""
        chart = self.leading_chart
        if chart is None:
            self.notify("There is no chart here.")
            return
        title = safe(chart.metric.title)
        reads = bool(chart.drawing.readings)
        choice = await self.app.push_screen_wait(
            SaveScreen(title, self._saved, self.count, reads=reads)
        )
        if choice is None:
            return
        self._saved = choice
        if choice.kind == "copy":
            self.app.copy_to_clipboard(chart.shown_text())
            self.notify(f"copied {title}", markup=False)
        elif choice.kind == "values":
            self.app.copy_to_clipboard(values_text(chart.drawing.readings))
            self.notify("copied the values at the cursor")
        else:
            await self._save(chart, choice)

    async def _save(self, chart: ChartView, choice: SaveChoice) -> None:
        every = choice.every and choice.kind != "txt"
        path = path_for("charts" if every else chart.metric.title, choice.kind)
        if choice.kind == "txt":
            content = chart.shown_text().encode()
        else:
            of_all = map(self._chart_of, self._metrics)
            charts = [*of_all] if every else [chart.chart]
            content = await charts_as_file(charts, chart.state, choice)
        try:
            path.write_bytes(content)
        except OSError as error:
            told = f"{safe(str(path))}: {error.strerror}"
            self.notify(told, severity="error", markup=False)
        else:
            self.notify(f"saved {safe(str(path))}", markup=False)
