"""A box in which people say something of a run: its name, tags, a note."""

from collections.abc import Mapping

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tuimon.runs.annotation import LONGEST, Annotation, tags_in
from tuimon.text import safe

_FIELDS: Mapping[str, str] = {"name": "Name", "tags": "Tags", "note": "Note"}


class AnnotateScreen(ModalScreen[Annotation | None]):
    """Returns what is said now, or None after Escape."""

    DEFAULT_CSS = """
    AnnotateScreen { align: center middle; background: $background 60%; }
    AnnotateScreen Vertical {
        width: 72; max-width: 100%; height: auto; padding: 1 2;
        background: $surface; border: round $primary;
        border-title-color: $primary; border-subtitle-color: $foreground-muted;
    }
    AnnotateScreen Horizontal { height: 1; margin-bottom: 1; }
    AnnotateScreen Horizontal Static { width: 7; color: $foreground-muted; }
    AnnotateScreen Input, AnnotateScreen Input:focus {
        width: 1fr; height: 1; border: none; padding: 0 1; background: $panel;
    }
    """

    def __init__(self, title: str, first: str, said: Annotation) -> None:
        """`first` is the name at the launch, in safe text, as the title is."""
        super().__init__()
        self._title, self._first, self._said = title, first, said

    def compose(self) -> ComposeResult:
        values = {"name": self._said.name, "tags": " ".join(self._said.tags)}
        hints = {
            "name": self._first,
            "tags": "such as: baseline paper",
            "note": "such as: warm start",
        }
        with Vertical() as box:
            box.border_title = self._title
            box.border_subtitle = "↑↓ next field · Enter keeps · Esc cancels"
            for field, label in _FIELDS.items():
                with Horizontal():
                    yield Static(label)
                    yield Input(
                        safe(values.get(field, self._said.note)),
                        placeholder=hints[field],
                        id=field,
                        max_length=LONGEST,
                        select_on_focus=False,
                    )

    def on_key(self, event: events.Key) -> None:
        moves = {"down": self.focus_next, "up": self.focus_previous}
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key in moves:
            event.stop()
            moves[event.key]()

    @on(Input.Submitted)
    def _keep(self) -> None:
        texts = {field: self.query_one(f"#{field}", Input).value.strip() for field in _FIELDS}
        self.dismiss(
            self._said._replace(name=texts["name"], note=texts["note"], tags=tags_in(texts["tags"]))
        )
