"""What can be watched without a run: trainings of others' launching, log directories."""

import shlex
import time
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.events.nearby import NearbyLogdir
from tuimon.masking.mask import Mask
from tuimon.present.facts import count
from tuimon.present.whereabouts import Whereabouts
from tuimon.runs.strays import StrayTraining
from tuimon.text import fit, fit_name, format_age, safe, width
from tuimon.tui.panes.cells import clipped, line
from tuimon.tui.panes.cursor_list import CursorList

_MOST_ROWS = 8
_WHAT_WIDTH, _AGE_WIDTH = 20, 12
_RUNS_WIDTH = 10


class NearbyHeading(NamedTuple):
    """What comes below it."""

    text: str


class NearbyList(CursorList[NearbyHeading | StrayTraining | NearbyLogdir]):
    """Processes and directories, each under a heading; hidden while there are none."""

    DEFAULT_CSS = """
    NearbyList { dock: bottom; max-height: 20%; padding: 0 1; margin-bottom: 1; }
    NearbyList.-roomy { dock: none; max-height: 100%; margin-bottom: 0; }
    """
    HAS_BAR = True

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._place = Path()
        self._marked: frozenset[Path] = frozenset()
        self.display = False

    def set_nearby(self, found: Whereabouts) -> None:
        """Show what was found."""
        self._place = found.place
        entries: list[NearbyHeading | StrayTraining | NearbyLogdir] = []
        if strays := found.strays:
            entries += [NearbyHeading(f"running here without tuimon ({len(strays)})"), *strays]
        if logdirs := found.logdirs:
            entries += [NearbyHeading(f"log directories here ({len(logdirs)})"), *logdirs]
        self.display = bool(entries)
        self.set_items(entries)
        self._make_room()

    def set_marked(self, marked: Iterable[Path]) -> None:
        """Show which directories are marked."""
        self._marked = frozenset(marked)
        self.draw()

    def set_roomy(self, roomy: bool) -> None:
        """Take all the room that there is, or no more than needed."""
        self.set_class(roomy, "-roomy")
        self._make_room()

    def _make_room(self) -> None:
        needed = min(len(self.items), _MOST_ROWS)
        self.styles.height = "1fr" if self.has_class("-roomy") else needed

    def key_of(self, item: NearbyHeading | StrayTraining | NearbyLogdir) -> Hashable:
        match item:
            case NearbyLogdir():
                return item.path
            case StrayTraining():
                return item.pid
        return item.text.partition(" (")[0]

    def is_heading(self, item: NearbyHeading | StrayTraining | NearbyLogdir) -> bool:
        return isinstance(item, NearbyHeading)

    def item_row(
        self, item: NearbyHeading | StrayTraining | NearbyLogdir, cells: int, *, selected: bool
    ) -> Row:
        match item:
            case NearbyHeading(text):
                return (Span(fit(f" {text}", cells), roles.DIM),)
            case StrayTraining():
                parts = _stray_parts(item, cells)
            case NearbyLogdir():
                parts = self._logdir_parts(item, cells)
        if selected:
            return (Span(fit("".join(text for text, _ in parts), cells), roles.SELECTED),)
        return line(*clipped(parts, cells))

    def _logdir_parts(self, item: NearbyLogdir, cells: int) -> list[tuple[str, roles.Role]]:
        path = "." if item.path == self._place else str(item.path.relative_to(self._place))
        runs = count(item.runs, "run") if item.whole else f"{item.runs}+ runs"
        age = format_age(max(0.0, time.time() - item.modified))
        room = max(8, cells - _RUNS_WIDTH - _AGE_WIDTH - 5)
        return [
            ("▌▪ " if item.path in self._marked else " ▪ ", roles.ACCENT),
            (fit_name(path, room) + " ", roles.TEXT),
            (fit(runs, _RUNS_WIDTH) + " ", roles.DIM),
            (fit(age, _AGE_WIDTH), roles.DIM),
        ]


def _stray_parts(item: StrayTraining, cells: int) -> list[tuple[str, roles.Role]]:
    program, *arguments = Mask().command(item.command)
    command = safe(shlex.join([Path(program).name, *arguments]))
    what = f"writes {Path(item.logdir).name}" if item.logdir else "has torch loaded"
    what += ", on a GPU" if item.on_gpu else ""
    age = format_age(max(0.0, time.time() - item.started_at))
    number = f"{item.pid} "
    room = max(8, cells - _WHAT_WIDTH - _AGE_WIDTH - 5 - width(number))
    return [
        (" ● ", roles.OK),
        (number, roles.VALUE),
        (fit(command, room) + " ", roles.TEXT),
        (fit(what, _WHAT_WIDTH) + " ", roles.DIM),
        (fit(age, _AGE_WIDTH), roles.DIM),
    ]
