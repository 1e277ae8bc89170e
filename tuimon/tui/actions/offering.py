"""Which keys the footer offers, and under which names."""

from textual import events, on

from tuimon.mirror.upload import can_upload
from tuimon.present.facts import is_wrong
from tuimon.runs.activity import leftovers
from tuimon.text import fit
from tuimon.tui.actions.base import MonitorBase
from tuimon.tui.panes.chart_grid import ChartGrid

_MOST_LABEL = 20


class OfferActions(MonitorBase):
    """Keeps the footer true."""

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    @on(ChartGrid.Arranged)
    def _offer_keys(self) -> None:
        works = self._chart_keys() | self._run_keys()
        self._keys.offer({key for key, does in works.items() if not does}, self._key_labels())

    def _chart_keys(self) -> dict[str, bool]:
        """Whether the keys of charts and panes do something here, by id."""
        charts, session = self._charts, self._session
        in_console = self.focused is self._output
        zoomed = self.has_class("-zoomed") or charts.zoomed
        drawing = ("zoom-x", "cursor", "smoother", "x-axis", "log-y")
        return dict.fromkeys(drawing, not in_console) | {
            "zoom": not zoomed,
            "back": zoomed,
            "next-page": charts.pages[1] > 1 and not zoomed,
            "superseded": bool(charts.superseded),
            "next-run": len(session.store.runs) > 1,
            "hide": in_console or self._tags.run is not None,
            "console": self._tail is not None,
            "copy": in_console,
            "follow": in_console,
            "system": session.system is not None,
            "summaries": any(run.refs for run in session.store.runs.values()),
        }

    def _run_keys(self) -> dict[str, bool]:
        """Whether the keys of the training do something here, by id."""
        session, status = self._session, self._session.status
        runs = session.run is not None and not session.ended
        return {
            "pause": runs,
            "stop": runs or (status is not None and bool(leftovers(status))),
            "type": status is not None and status.record.waiting_for_input,
            "upload": status is not None and can_upload(status),
            "alerts": any(map(is_wrong, session.alerts)),
        }

    def _key_labels(self) -> dict[str, str]:
        """What keys do here, by id, where it is not what they do elsewhere."""
        page, pages = self._charts.pages
        labels = {"next-page": f"page {page}/{pages}"}
        if self.focused is self._output:
            labels["hide"] = "unmark" if self._output.marking else "mark lines"
            labels["copy"] = "copy lines" if self._output.picks else "copy"
            labels["filter"] = "search"
        elif self._selection.text:
            labels["filter"] = f"filter: {_short(self._selection.text)}"
        if self._charts.state.cursor is not None:
            labels["cursor"] = "cursor off"
        status = self._session.status
        if status is not None and status.record.paused_at is not None:
            labels["pause"] = "resume"
        if self._selection.focus:
            labels["next-run"] = _short(self._selection.focus)
        return labels


def _short(text: str) -> str:
    return fit(text, _MOST_LABEL).rstrip()
