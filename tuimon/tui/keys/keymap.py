"""All tables of keys."""

from tuimon.tui.keys.home import HOME_KEYS
from tuimon.tui.keys.key import Key
from tuimon.tui.keys.machine import SYSTEM_KEYS
from tuimon.tui.keys.monitor import KEYS
from tuimon.tui.keys.summaries import SUMMARY_KEYS, VIEW_KEYS
from tuimon.tui.keys.texts import LINE_KEYS, TEXT_KEYS
from tuimon.tui.keys.values import TABLE_KEYS
from tuimon.views.kinds import KINDS

TABLES: dict[str, tuple[Key, ...]] = {
    "main screen": KEYS,
    "home screen": HOME_KEYS,
    "machine": SYSTEM_KEYS,
    "table": TABLE_KEYS,
    "other data": SUMMARY_KEYS,
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
