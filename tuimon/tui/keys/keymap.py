"""All tables of keys."""

from collections.abc import Iterable, Mapping

from tuimon.tui.keys.key_tables import Key, Topics, all_of, beside
from tuimon.tui.panes.chart_pane import ChartPane
from tuimon.tui.panes.console_pane import ConsolePane
from tuimon.tui.panes.folded_sections import FoldedSections
from tuimon.tui.panes.item_pane import ITEM_KEYS, VIEW_KEYS
from tuimon.tui.panes.prompt import Prompt
from tuimon.tui.panes.system_pane import SystemPane
from tuimon.tui.panes.tag_pane import TagPane
from tuimon.tui.screens.home import HOME_KEYS
from tuimon.tui.screens.monitor import MonitorScreen
from tuimon.tui.screens.pages import TEXT_KEYS
from tuimon.tui.screens.sheet_page import SHEET_KEYS
from tuimon.tui.screens.sparklines import SPARKLINE_KEYS
from tuimon.tui.screens.summaries import SUMMARY_KEYS
from tuimon.tui.screens.system import SYSTEM_KEYS
from tuimon.tui.screens.value_screen import TABLE_KEYS
from tuimon.tui.screens.where_page import WHERE_KEYS
from tuimon.views.kinds import KINDS

_PANES = (ChartPane, TagPane, FoldedSections, ConsolePane, SystemPane)


def _first_of_each(*tables: Iterable[Key]) -> tuple[Key, ...]:
    """Keys of tables, each id once: where several have it, the first one's meaning."""
    found: dict[str, Key] = {}
    for key in (key for table in tables for key in table):
        found.setdefault(key.id, key)
    return tuple(found.values())


MAIN_TOPICS: Mapping[str, Topics] = {
    "main screen": MonitorScreen.TOPICS,
    **{" and ".join(pane.TOPICS).lower(): pane.TOPICS for pane in _PANES},
}
"""What the main screen and each of its panes bind, by what that is."""
_MAIN = [all_of(topics) for topics in MAIN_TOPICS.values()]
_LENT = _first_of_each(
    all_of(MonitorScreen.TOPICS), *(all_of(loan.topics) for loan in MonitorScreen.LOANS)
)

TABLES: dict[str, tuple[Key, ...]] = {
    "main screen": _first_of_each(*_MAIN),
    "home screen": HOME_KEYS,
    "system": SYSTEM_KEYS,
    "table": TABLE_KEYS,
    "all tags": SPARKLINE_KEYS,
    "media": (*ITEM_KEYS, *SUMMARY_KEYS),
    "views of media": VIEW_KEYS,
    "texts": TEXT_KEYS,
    "about runs": SHEET_KEYS,
    "where it is": WHERE_KEYS,
    "lines": all_of(Prompt.TOPICS),
}
"""By the screen that they belong to; each id is there once."""

MEANINGS: dict[str, tuple[Key, ...]] = {
    "main screen": _LENT,
    **{
        f"main screen, {topics}": _first_of_each(all_of(own), beside(all_of(own), _LENT))
        for topics, own in MAIN_TOPICS.items()
    },
    **{name: table for name, table in [*TABLES.items()][1:] if table is not VIEW_KEYS},
    **{f"view of {kind.name}": kind.keys for kind in KINDS if kind.keys},
}
"""The keys that work side by side: each has one meaning among them. Those of a view come before
those of the screen around it, those of a pane before those that the screen binds itself or lends.
"""
