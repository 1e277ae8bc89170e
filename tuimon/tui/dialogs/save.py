"""A question: how to save or copy a chart."""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal, TypeVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tuimon.charts import roles
from tuimon.tui.themes.page_inks import GROUNDS, Ground
from tuimon.tui.themes.styles import styles_on

SaveKind = Literal["svg", "png", "txt", "copy", "values"]
_GROUND_NAMES: dict[Ground, str] = {
    "light": "light",
    "dark": "dark",
    "transparent": "transparent, for light pages",
    "transparent-dark": "transparent, for dark pages",
}
T = TypeVar("T")
_WIDTHS = (480, 640, 800, 1200, 1600)
Line = tuple[str, str]
"""A key, and what it does."""


@dataclass(frozen=True, slots=True)
class SaveChoice:
    """What to do with a chart."""

    kind: SaveKind = "svg"
    ground: Ground = "light"
    width: int = 800
    """Of a chart, in pixels."""
    every: bool = False
    """All charts of the view on one page."""


class SaveScreen(ModalScreen[SaveChoice | None]):
    """Returns what was chosen, None after Escape."""

    DEFAULT_CSS = """
    SaveScreen { align: center middle; background: $background 60%; }
    SaveScreen Vertical {
        width: 60; max-width: 100%; height: auto; max-height: 100%; padding: 0 2;
        background: $surface; border: round $primary;
    }
    SaveScreen Static { height: auto; }
    """
    _KINDS: ClassVar[dict[str, SaveKind]] = {
        "s": "svg",
        "p": "png",
        "t": "txt",
        "c": "copy",
        "v": "values",
    }

    def __init__(self, title: str, choice: SaveChoice, charts: int, *, reads: bool) -> None:
        """`title` is safe; `charts` are in the view; `reads`: there is a cursor."""
        super().__init__()
        self._title = title
        self._choice = choice
        self._charts = charts
        self._kinds = {key: kind for key, kind in self._KINDS.items() if reads or kind != "values"}
        self._said = Static(markup=False)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._said

    def on_mount(self) -> None:
        self._say()

    def _say(self) -> None:
        choice = self._choice
        what = f"all {self._charts} charts" if choice.every else "this chart"
        lines: list[Line] = [
            ("s", f"SVG of {what}, from the data"),
            ("p", f"PNG of {what}, twice the size"),
            ("t", "text of this chart, as on the screen"),
            ("c", "copy this chart as text"),
            *([("v", "copy the values at the cursor")] if "v" in self._kinds else []),
            ("", ""),
            ("b", f"background: {_GROUND_NAMES[choice.ground]}"),
            ("w", f"width of a chart: {choice.width} pixels"),
            *([("a", f"what: {what}")] if self._charts > 1 else []),
            ("Esc", "cancel"),
        ]
        key = styles_on(self)[roles.FOCUS]
        told = [Text.assemble((f"{name:>3}", key), f"  {does}") for name, does in lines]
        asked = Text(f'Save the chart "{self._title}" here', no_wrap=True, overflow="ellipsis")
        self._said.update(Text("\n").join([asked, Text(), *told]))

    def on_key(self, event: events.Key) -> None:
        event.stop()
        typed = (event.character or "").lower()
        choice = self._choice
        if event.key == "escape":
            self.dismiss(None)
        elif typed in self._kinds:
            self.dismiss(replace(choice, kind=self._kinds[typed]))
        elif typed == "b":
            self._change(ground=_next(GROUNDS, choice.ground))
        elif typed == "w":
            self._change(width=_next(_WIDTHS, choice.width))
        elif typed == "a" and self._charts > 1:
            self._change(every=not choice.every)

    def _change(self, **changes: object) -> None:
        self._choice = replace(self._choice, **changes)  # type: ignore[arg-type]
        self._say()


def _next(all_of: tuple[T, ...], one: T) -> T:
    return all_of[(all_of.index(one) + 1) % len(all_of)]
