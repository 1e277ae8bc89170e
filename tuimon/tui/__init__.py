"""The Textual viewer: app, screens, panes, keys, themes."""

import tuimon.terminal  # noqa: F401 - before Textual, whose pace it sets
