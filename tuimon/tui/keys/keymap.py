"""All tables of keys."""

from tuimon.tui.keys.key import Key
from tuimon.tui.keys.monitor import KEYS
from tuimon.tui.panes.item_pane import ITEM_KEYS, VIEW_KEYS
from tuimon.tui.panes.prompt import LINE_KEYS
from tuimon.tui.screens.home import HOME_KEYS
from tuimon.tui.screens.pages import TEXT_KEYS
from tuimon.tui.screens.summaries import SUMMARY_KEYS
from tuimon.tui.screens.system import SYSTEM_KEYS
from tuimon.tui.screens.value_screen import TABLE_KEYS
from tuimon.views.kinds import KINDS

TABLES: dict[str, tuple[Key, ...]] = {
    "main screen": KEYS,
    "home screen": HOME_KEYS,
    "machine": SYSTEM_KEYS,
    "table": TABLE_KEYS,
    "other data": (*ITEM_KEYS, *SUMMARY_KEYS),
    "views of other data": VIEW_KEYS,
    "texts": TEXT_KEYS,
    "lines": LINE_KEYS,
}
"""By the screen that they belong to."""

MEANINGS: dict[str, tuple[Key, ...]] = {
    **{name: table for name, table in TABLES.items() if table is not VIEW_KEYS},
    **{f"view of {kind.name}": kind.keys for kind in KINDS if kind.keys},
}
"""The keys that work side by side: each has one meaning among them. Those of a view come before
those of the screen around it."""
