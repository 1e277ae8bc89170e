"""Runs as legend and leaderboard, tags as a tree; one of them is under the cursor."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from tuimon.charts import roles
from tuimon.charts.model import MarkStyle, Row, Span
from tuimon.present.hparam_groups import HParams
from tuimon.present.list_cursor import ListCursor
from tuimon.present.look import ChangeLook, Look
from tuimon.present.run_groups import RunTraits
from tuimon.present.run_table import RunRow, RunTable
from tuimon.present.series_courses import SeriesCourses
from tuimon.present.tag_tree import TagRow, TreeRow, tag_tree
from tuimon.present.tag_width import tags_width
from tuimon.store.filters import FilterError, parse_filter
from tuimon.store.series import Series
from tuimon.text import fit, format_value, safe
from tuimon.tui.keys.key_tables import Key, Topics, all_of, bindings
from tuimon.tui.panes.prompt import filter_prompt
from tuimon.tui.panes.run_keys import RunKeys
from tuimon.tui.panes.run_rows import run_columns, run_head, run_row, wanted_cells
from tuimon.tui.panes.run_strip import RunStrip
from tuimon.tui.panes.tag_rows import course_cells, tag_head, tree_row

_RUNS_SHARE = 2 / 3
"""Of the pane, that runs take at most."""
_CHOOSE = "Highlight the run; open the chart, the branch"
_MOST_LABEL = 20


SeriesOf = Callable[[str, str], Series | None]


class TagPane(RunKeys, can_focus=True):
    """Two lists with one cursor, each scrolled so that the cursor stays in view.

    What is done with runs acts on the one under the cursor while the pane has the focus, else on
    the one that stands out.
    """

    TOPICS: ClassVar[Topics] = {
        "Runs and tags": (
            Key("zoom", "enter", "choose", "Choose", _CHOOSE, "choose", 70),
            Key("down", "down,j", "move(1)", "Next run or tag", "Choose a run or tag"),
            Key("up", "up,k", "move(-1)", "Run or tag before"),
            Key("next-page", "n,pagedown", "page(1)", "Next page", "Turn pages"),
            Key("previous-page", "p,pageup", "page(-1)", "Previous page"),
        ),
        **RunKeys.OF_RUNS,
    }
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(all_of(TOPICS))]
    about = (
        "The list of runs and tags has the focus. Enter on a tag shows its chart, on a branch "
        "opens it, on a run highlights it. / filters both, r orders runs, by the tag under the "
        "cursor if it is on one."
    )
    DEFAULT_CSS = "TagPane { dock: left; width: 30; background: $surface; }"

    @dataclass
    class Chosen(Message):
        """Enter or a click on a tag."""

        tag: str

    def __init__(
        self,
        look: Look,
        read_hparams: Callable[[], HParams],
        read_traits: Callable[[], Mapping[str, RunTraits]],
        change_look: ChangeLook,
        *,
        id: str,
    ) -> None:
        """`read_hparams` and `read_traits` may take long."""
        super().__init__(look, read_hparams, read_traits, change_look, id=id)
        self.filter = filter_prompt(self._filter_by, self._end_filter, [*self.look.filters])
        """For the screen to place."""
        self.strip = RunStrip()
        """Has the runs while the pane is hidden; for the screen to place."""
        self._tags: Sequence[TagRow] = ()
        self._series_of: SeriesOf = lambda tag, training: None
        self._courses = SeriesCourses()
        self._marks: MarkStyle = "braille"
        self._opened: dict[str, bool] = {}
        """The branches that were opened or closed, by their paths."""
        self._tree: list[TreeRow] = []
        self._grown: Hashable = None
        """What the tree was made of."""
        self._known = 0
        """How many tags there are, shown or not."""
        self._among_runs = False
        self._run = 0
        self._tag = ListCursor()
        """Where the cursor is, or was, in each list."""
        self._moved = False
        """Whether it was ever moved: before, it stays on top while runs are loaded."""
        self._first_run = self._first_row = 0
        self._run_lines = 0
        self._columns = 0
        """Of the terminal."""

    def idle_keys(self) -> Collection[str]:
        idle = set()
        if not self._runs:
            idle |= {"next-run", "rank"}
        if self.run is None and not self.group:
            idle.add("hide")
        if not self.groups:
            idle.add("members")
        if not (self._known or self.look.filter):
            idle.add("filter")
        return idle

    def key_labels(self) -> Mapping[str, str]:
        found = {"next-run": self.look.focus, "filter": self.look.filter}
        short = {key: fit(text, _MOST_LABEL).rstrip() for key, text in found.items() if text}
        return short | {"filter": f"filter: {short['filter']}"} if "filter" in short else short

    @property
    def title_line(self) -> int:
        return 0 if self._among_runs else self._run_lines

    @property
    def run(self) -> str | None:
        return self._line.name or None if self._line is not None else None

    @property
    def _line(self) -> RunRow | None:
        return self._runs[self._run] if self._among_runs and self._runs else None

    @property
    def group(self) -> Sequence[str]:
        return () if self._line is None else [run.name for run in self._line.members]

    @property
    def tag(self) -> str | None:
        row = self._row
        return row.path if row is not None and row.tag is not None else None

    @property
    def _row(self) -> TreeRow | None:
        """The row of the tree under the cursor, if it is there."""
        return None if self._among_runs or not self._tree else self._tree[self._tag.at]

    def set_content(
        self,
        table: RunTable,
        tags: Sequence[TagRow],
        series_of: SeriesOf = lambda tag, training: None,
        known: int | None = None,
        marks: MarkStyle = "braille",
    ) -> None:
        """Show these runs (only when there are several) and tags; the cursor stays where it is.

        `series_of` has what is told of a tag, of one run where there are several; `known` is how
        many tags there are, shown or not; `marks` are those of the charts.
        """
        chosen = self._runs[self._run].key if self._runs and self._moved else ""
        self.table = table
        keys = [run.key for run in self._runs]
        self._run = keys.index(chosen) if chosen in keys else 0
        self._among_runs &= bool(self._runs)
        self._tags, self._series_of, self._marks = tags, series_of, marks
        self._known = len(tags) if known is None else known
        self._tell_filter()
        self.take_width(self._columns)
        self.strip.tell(table, wanted=not self.display)
        self.draw()

    def take_width(self, columns: int) -> None:
        """Be as wide as a terminal of so many columns allows, and what is listed needs."""
        self._columns = columns
        cells = tags_width(columns, wanted_cells(self.table) if self._runs else 0)
        if self.styles.width is None or self.styles.width.value != cells:
            self.styles.width = cells

    def action_move(self, rows: int) -> None:
        """Move the cursor down by so many rows (up when negative), from list to list."""
        count = len(self._runs)
        place = self._run if self._among_runs else count + self._tag.at
        place = min(max(place + rows, 0), max(0, count + len(self._tree) - 1))
        self._go_to(place)

    def action_choose(self) -> None:
        """Open the chart of a tag, or a branch, or let a run stand out."""
        run, row = self.run, self._row
        if self.group:
            self.action_members()
        elif run is not None:
            focus = "" if self.look.focus == run else run
            hidden = tuple(name for name in self.look.hidden if name != focus)
            self._change_look(focus=focus, hidden=hidden)
        elif row is not None and row.tag is not None:
            self.post_message(self.Chosen(row.path))
        elif row is not None:
            self._opened[row.path] = not row.is_open
            self.draw()

    # Keys

    def action_page(self, pages: int) -> None:
        self.action_move(pages * (self.size.height - 2))

    # Filter

    def action_filter(self) -> None:
        """Type a filter; on a branch it begins with the section."""
        row = self._row if self.has_focus else None
        branch = row.path if row is not None and row.tag is None else ""
        self.filter.open(branch or self.look.filter)
        if branch:
            self._filter_by(branch)
        self._tell_filter()

    def _filter_by(self, text: str) -> None:
        try:
            parse_filter(text)
        except FilterError as error:
            self.filter.say(safe(str(error)), wrong=True)
        else:
            self._change_look(filter=text.strip())
            self.filter.say("")
            self._tell_filter()

    def _end_filter(self) -> None:
        self.screen.set_focus(None)
        self._change_look(filters=tuple(self.filter.history))

    def _tell_filter(self) -> None:
        if self.filter.display and not self.filter.is_wrong:
            shown = f"{len(self._tags)} of {self._known} tags"
            self.filter.say(f"{shown}   Enter keeps, Esc clears")

    # Rows

    def rows(self, width: int, height: int) -> list[Row]:
        """Runs, when there are several, and the tags in view."""
        most = max(2, int(height * _RUNS_SHARE)) if self._tags else height
        rows = self._run_rows(width, min(most, 1 + len(self._runs))) if self._runs else []
        self._run_lines = len(rows)
        told = self._told_run
        rows.append(tag_head(len(self._tags), told.label if told else "", width))
        self._first_row = len(rows)
        self._grow(height - len(rows))
        here = self.has_focus and not self._among_runs
        for index in self._tag.fit(len(self._tree), height - len(rows)):
            rows.append(self._tree_row(self._tree[index], width, here and index == self._tag.at))
        return rows

    def on_click(self, event: events.Click) -> None:
        self.choose_line(event.y)

    @property
    def choices(self) -> list[int]:
        """Rows of the pane that hold a run or tag."""
        return [y for y in range(self.size.height) if self._place_of(y) is not None]

    def choose_line(self, y: int) -> None:
        """Choose what is in a row of the pane."""
        place = self._place_of(y)
        if place is not None:
            self._go_to(place)
            self.action_choose()

    def _place_of(self, y: int) -> int | None:
        """Where among runs and then tags the one in a row is; None for other rows."""
        tag = self._tag.top + y - self._first_row
        run = self._first_run + y - 1
        if y >= self._first_row:
            return len(self._runs) + tag if tag < len(self._tree) else None
        more = self._run_lines - 1 < len(self._runs) and y == self._run_lines - 1
        return run if 0 < y < self._run_lines and run < len(self._runs) and not more else None

    def _go_to(self, place: int) -> None:
        count = len(self._runs)
        self._moved = True
        self._among_runs = place < count
        if self._among_runs:
            self._run = place
        else:
            self._tag.at = place - count
        self.draw()

    def _run_rows(self, width: int, most: int) -> list[Row]:
        runs = self._runs
        room = most - 1 if most > len(runs) else most - 2
        focused = next((at for at, run in enumerate(runs) if run.focused), self._run)
        at = self._run if self._among_runs else focused
        self._first_run = min(max(at - room + 1, 0), len(runs) - room)
        shown = runs[self._first_run : self._first_run + room]
        columns = run_columns(self.table, width)
        rows = [run_head(self.table, columns)]
        here = self.has_focus and self._among_runs
        for index, run in enumerate(shown, self._first_run):
            rows.append(run_row(run, columns, selected=here and index == self._run))
        if len(shown) < len(runs):
            rows.append((Span(fit(f" +{len(runs) - len(shown)} more", width), roles.DIM),))
        return rows

    def _grow(self, room: int) -> None:
        """Make the tree for so many rows; the cursor stays on its row, or on the branch of it."""
        made_of = (tuple(self._tags), room, tuple(self._opened.items()))
        if made_of == self._grown:
            return
        self._grown = made_of
        before = self._tree[self._tag.at].path if self._tree else ""
        self._tree = tag_tree(self._tags, room, self._opened)
        paths = [row.path for row in self._tree]
        around = [
            at
            for at, path in enumerate(paths)
            if path == before or (path.endswith("/") and before.startswith(path))
        ]
        if self._moved and around:
            self._tag.at = around[-1]
        self._tag.limit(len(paths))

    @property
    def _told_run(self) -> RunRow | None:
        """The run whose values the tags have, if there are several."""
        return self.table.told if self._runs else None

    def _tree_row(self, row: TreeRow, width: int, selected: bool) -> Row:
        told = self._told_run
        series = self._series_of(row.path, told.name if told else "") if row.tag else None
        last = None if series is None else series.last
        value = "" if last is None else format_value(last.value)
        cells, course = course_cells(width), ""
        if series is not None:
            course = self._courses.of(series, cells, self._marks)
        return tree_row(row, value, course.ljust(cells), width, selected=selected)
