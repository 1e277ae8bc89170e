"""Which charts are on the page: sections that fold, their order, how many there are."""

from textual import on

from tuimon.present.arrangement import SORTS, section_of
from tuimon.tui.actions.base import MonitorBase
from tuimon.tui.panes.folded_sections import FoldedSections
from tuimon.tui.screens.shape import Shape, ShapeScreen

_SORTED = {
    "logged": "Charts as they were logged.",
    "name": "Charts by name.",
    "changed": "Charts that got points last come first.",
}


class ArrangeActions(MonitorBase):
    """The order of charts on pages."""

    def action_fold(self) -> None:
        """Fold the section of the focused chart, or unfold the one under the cursor."""
        if self.focused is self._folded:
            self._folded.choose()
            return
        chart = self._charts.focused_chart or self._charts.first_of_page
        if chart is None:
            if self._folded_names:
                self.set_focus(self._folded)
            return
        self._fold(*self._folded_names, section_of(chart.metric))

    def action_unfold_all(self) -> None:
        """Unfold all sections."""
        self._fold()

    @on(FoldedSections.Chosen)
    def _unfold(self, message: FoldedSections.Chosen) -> None:
        self.set_focus(None)
        self._fold(*(name for name in self._folded_names if name != message.name))

    def _fold(self, *names: str) -> None:
        """Fold the sections of these names, and unfold all others."""
        self._folded_names = tuple(dict.fromkeys(names))
        self._save()
        self._redraw()

    def action_sort(self) -> None:
        sort = SORTS[(SORTS.index(self._order.sort) + 1) % len(SORTS)]
        self._order.sort = sort
        self._save()
        self._redraw()
        self.notify(_SORTED[sort])

    def action_shape(self) -> None:
        # Shown at once, so that digits typed without waiting are meant for it.
        self.app.push_screen(ShapeScreen(self._charts.shape), self._reshape)

    def _reshape(self, answer: Shape | str | None) -> None:
        if answer:
            self._charts.shape = answer if isinstance(answer, tuple) else None
            self._save()
