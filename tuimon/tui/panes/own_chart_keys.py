"""Keys for charts of one's own: making, pinning, and an x axis that was logged."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from tuimon.charts.event_marks import EVENT_SIGNS, HAPPENED
from tuimon.charts.model import X_AXES, MarkStyle
from tuimon.present.chart_state import without_x
from tuimon.present.look import ChangeLook, Look
from tuimon.present.own_charts import ChartText, lasting, pinned_by, tags_of
from tuimon.present.pairing import Metric
from tuimon.present.project_view import MOST_CHARTS
from tuimon.present.run_colours import RunColours
from tuimon.present.selection import Selection
from tuimon.store.formulas import FormulaError, completions, parse_formula, tags_in
from tuimon.store.store import Store
from tuimon.text import safe
from tuimon.tui.keys.key_owner import KeyOwner
from tuimon.tui.keys.key_tables import Key, Topics
from tuimon.tui.panes.chart_grid import ChartGrid
from tuimon.tui.panes.prompt import Prompt

_MAKE = "Type a chart, or change yours: gap = val - train"
_PIN = "Pin the chart: it comes first; or no more"
_TYPE_X = "Type what x is: train/epoch, tokens/1e6"
_EVENTS = "Mark epochs, lr drops, checkpoints, alerts, restarts"
_EXAMPLES = "gap = val/loss - train/loss    both = loss, ema(val/loss, .9)"
_MOST_TOLD = 3


class OwnChartKeys(KeyOwner, ChartGrid):
    """A grid whose charts a user makes, pins and lays along another axis.

    The look has all of that, for its screen to keep.
    """

    OF_ONES_OWN: ClassVar[Topics] = {
        "Charts of your own": (
            Key("own-chart", "A", "own_chart", "Own chart", _MAKE),
            Key("pin-chart", "circumflex_accent", "pin_chart", "Pin the chart", _PIN),
            Key("x-formula", "X", "x_formula", "x by a metric", _TYPE_X),
            Key("events", "vertical_line", "events", "What happened", _EVENTS),
        )
    }

    def __init__(
        self, store: Store, look: Look, marks: MarkStyle, change_look: ChangeLook, *, id: str
    ) -> None:
        super().__init__(store, look, marks, RunColours(look.runs), id=id)
        self._change_look = change_look
        self.formulas = Prompt(
            self._check,
            self._end_formulas,
            examples=_EXAMPLES,
            kept=self._keep,
            completions=lambda text: completions(text, [*self._tags]),
            id="formulas",
        )
        """For the screen to place."""
        self._known_tags: tuple[int, Collection[str]] = -1, ()
        self._asks_x = False
        """Whether the x axis is typed, else a chart."""
        self._changed = ""
        """Title of the chart that is changed; empty for a new one."""
        self._to_show = ""
        """Title of a chart that gets the focus as soon as there is one."""

    @property
    def _tags(self) -> Collection[str]:
        """All there are."""
        if self._known_tags[0] != self._store.structure:
            self._known_tags = self._store.structure, tags_of(self._store)
        return self._known_tags[1]

    def change_look(self, **changes: Any) -> None:
        """The screen keeps the look, and tells it back."""
        self._change_look(**changes)

    def key_labels(self) -> Mapping[str, str]:
        chart = self.focused_chart
        pinned = chart is not None and chart.metric.pinned
        return {"pin-chart": "unpin"} if pinned else {}

    async def show(self, metrics: Sequence[Metric], selection: Selection, *, growing: bool) -> None:
        await super().show(metrics, selection, growing=growing)
        titles = [metric.title if metric.own else "" for metric in metrics]
        if self._to_show and self._to_show in titles:
            self.show_chart(titles.index(self._to_show))
            self._to_show = ""

    # Making

    def action_own_chart(self) -> None:
        """Type a chart; one's own is changed, if it has the focus."""
        chart = self.focused_chart
        own = chart is not None and chart.metric.own
        self._changed = chart.metric.title if chart is not None and own else ""
        text = f"{self._changed} = {self.look.charts.get(self._changed, '')}" if own else ""
        self._open(text, "chart", x=False)

    def action_x_formula(self) -> None:
        """Type what the x axis is."""
        self._open(self.look.x, "x", x=True)

    def _open(self, text: str, asked: str, *, x: bool) -> None:
        self._asks_x = x
        self.formulas.open(text, asked=asked)
        self._check(text)

    def _check(self, text: str) -> None:
        """Tell whether it can be kept, and what it is missing."""
        tags = self._tags
        why, missing = "", tuple[str, ...]()
        try:
            if text.strip() and self._asks_x:
                missing = tuple(tag for tag in _x_tags(text, tags) if tag not in tags)
            elif text.strip():
                missing = self._typed(text).missing
        except FormulaError as error:
            why = str(error)
        gone = f"no tag {', '.join(missing[:_MOST_TOLD])}  " if missing else ""
        does = "keeps" if text.strip() or not (self._asks_x or self._changed) else "removes it"
        self.formulas.say(safe(why or f"{gone}Enter {does}, Tab completes"), wrong=bool(why))

    def _typed(self, text: str) -> ChartText:
        """The chart that is typed. Raises FormulaError."""
        typed = ChartText.parse(text, self._tags)
        if typed.title not in (self._changed, *self.look.charts) and (
            len(self.look.charts) >= MOST_CHARTS
        ):
            raise FormulaError(f"there are {MOST_CHARTS} charts of your own already")
        return typed

    def _keep(self, text: str) -> None:
        if self._asks_x:
            self._keep_x(text)
            return
        charts, changed = dict(self.look.charts), self._changed
        typed = self._typed(text) if text else None
        if typed is not None and changed not in ("", typed.title):
            charts.pop(typed.title, None)
        made = {typed.title: typed.formulas} if typed else {}
        if changed in charts:
            others = [*charts.items()]
            place = [title for title, _ in others].index(changed)
            charts = dict([*others[:place], *made.items(), *others[place + 1 :]])
        else:
            charts |= made
        self._to_show = typed.title if typed else ""
        self.change_look(charts=charts)

    def _keep_x(self, text: str) -> None:
        self.cursor = None
        whole = without_x(self.look.views)
        if text in X_AXES:
            self.change_look(x_axis=text, views=whole)
        else:
            x = lasting(text, self._tags) if text else ""
            self.change_look(x=x, x_axis="metric" if x else "step", views=whole)

    def _end_formulas(self) -> None:
        self.screen.set_focus(None)

    def action_events(self) -> None:
        """Tell on the x axes what happened, or no more."""
        self.change_look(events=not self.look.events)
        if self.look.events:
            told = (f"{sign} {HAPPENED[kind]}" for kind, sign in EVENT_SIGNS.items())
            self.notify("   ".join(told))

    # Pinning

    def action_pin_chart(self) -> None:
        """Let the focused chart come first, or no more."""
        chart = self.focused_chart
        if chart is None:
            self.notify("Focus a chart: ^ pins it, or removes its pin.")
            return
        metric, pins = chart.metric, self.look.pins
        gone = pinned_by(metric, pins)
        kept = tuple(pin for pin in pins if pin not in gone)
        self.change_look(pins=kept if gone else (*pins, metric.title))


def _x_tags(text: str, tags: Collection[str]) -> list[str]:
    """What an x axis is made of; nothing of one that every log has. Raises FormulaError."""
    return [] if text.strip() in X_AXES else tags_in(parse_formula(text, tags).formula)
