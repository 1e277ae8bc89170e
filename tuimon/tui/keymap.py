"""Every key of the viewer in one table: bindings, footer, help, palette and README come from it."""

from collections.abc import Iterable
from typing import NamedTuple

from textual.binding import Binding

from tuimon.views.kinds import KINDS
from tuimon.views.view import ViewKey


class Key(NamedTuple):
    """One binding."""

    id: str
    keys: str
    """As Textual names them, separated by commas."""
    shown: str
    """As a person reads it."""
    action: str
    name: str
    """In the command palette."""
    help: str
    """In the help; empty where the key before explains this one, too."""
    label: str = ""
    """In the footer."""
    footer: int = 0
    """Importance in the footer; 0 keeps it out."""


KEYS = (
    Key("leave", "q", "q", "leave", "Leave", "Leave; the training goes on", "leave", 100),
    Key("help", "question_mark,f1", "?", "help", "Help", "This help", "help", 99),
    Key("run", "i", "i", "run_facts", "About this run", "About this run; W&B upload", "run", 42),
    Key("alerts", "a", "a", "alerts", "Alerts", "Alerts: what went wrong", "alerts", 81),
    Key("stop", "S", "S", "stop", "Stop the training", "Stop the training; asks first", "stop", 80),
    Key(
        "type",
        "I",
        "I",
        "type",
        "Type into the console",
        "Type into the console: input(), pdb",
        "answer it",
        79,
    ),
    Key(
        "pause",
        "P",
        "P",
        "pause",
        "Pause or resume",
        "Pause the training, or let it go on",
        "pause",
        43,
    ),
    Key("upload", "U", "U", "upload", "Upload to W&B", "Upload to W&B now", "upload", 44),
    Key("zoom", "enter", "Enter", "zoom", "Zoom", "Zoom the focused chart or console", "zoom", 70),
    Key("back", "escape", "Esc", "back", "Back", "Back from a zoom", "back", 75),
    Key("left", "left,h", "←", "move(-1, 0)", "Focus left", "Move the focus; scroll"),
    Key("down", "down,j", "↓", "move(0, 1)", "Focus down", ""),
    Key("up", "up,k", "↑", "move(0, -1)", "Focus up", ""),
    Key("right", "right,l", "→", "move(1, 0)", "Focus right", ""),
    Key("next-page", "n,pagedown", "n", "page(1)", "Next page", "Next, previous page", "page", 45),
    Key("previous-page", "p,pageup", "p", "page(-1)", "Previous page", ""),
    Key(
        "filter",
        "slash",
        "/",
        "filter",
        "Filter",
        "Filter runs and tags; search the console",
        "filter",
        55,
    ),
    Key(
        "next-run",
        "right_square_bracket",
        "]",
        "focus_run(1)",
        "Next run",
        "Next, previous run to stand out",
        "run",
        47,
    ),
    Key("previous-run", "left_square_bracket", "[", "focus_run(-1)", "Previous run", ""),
    Key(
        "match",
        "N",
        "N",
        "match(1)",
        "Later match",
        "In the console: n, N go to matches of what / has found",
    ),
    Key("follow", "F", "F", "follow", "Follow the console", "Follow the end of the console"),
    Key("copy", "Y", "Y", "copy", "Copy", "Copy what is focused: chart, pane, console lines"),
    Key("jump", "apostrophe", "'", "jump", "Jump", "Jump to a chart, pane, run or tag by a letter"),
    Key("table", "T", "T", "table", "Table", "All values in a table", "table", 39),
    Key("fold", "f", "f", "fold", "Fold the section", "Fold a section of charts, or unfold it"),
    Key("unfold-all", "f4", "F4", "unfold_all", "Unfold all sections", "Unfold all sections"),
    Key("sort", "s", "s", "sort", "Sort the charts", "Charts as logged, by name, newest first"),
    Key("shape", "w", "w", "shape", "Charts on a page", "How many charts are on a page"),
    Key("tags", "1", "1", "toggle_tags", "Tags", "Show or hide the tags", "tags", 60),
    Key(
        "console",
        "2",
        "2",
        "toggle_console",
        "Console",
        "Show or hide the console",
        "console",
        60,
    ),
    Key(
        "system",
        "3",
        "3",
        "toggle_system",
        "System",
        "Show or hide GPUs, CPU, memory",
        "system",
        48,
    ),
    Key(
        "smoother",
        "plus,equals_sign",
        "+",
        "smooth(1)",
        "More smoothing",
        "More, less smoothing",
        "smooth",
        50,
    ),
    Key("rougher", "minus", "-", "smooth(-1)", "Less smoothing", ""),
    Key("log-y", "y", "y", "log_y", "Log y axis", "Logarithmic or linear y axis", "log y", 40),
    Key("x-axis", "x", "x", "x_axis", "x axis", "x by step, relative time or clock", "x axis", 40),
    Key(
        "superseded",
        "d",
        "d",
        "superseded",
        "Superseded points",
        "Show or hide superseded points",
        "superseded",
        44,
    ),
    Key("zoom-x", "z", "z", "zoom_x(1)", "Zoom in", "Zoom in, out along x", "zoom x", 43),
    Key("zoom-x-out", "Z", "Z", "zoom_x(-1)", "Zoom out", ""),
    Key("pan-left", "comma", ",", "pan(-1)", "Earlier", "Earlier, later part of x"),
    Key("pan-right", "full_stop", ".", "pan(1)", "Later", ""),
    Key("all-x", "0", "0", "all_x", "All of x", "All of x; follow the newest part (live tail)"),
    Key("tail", "t", "t", "tail", "Live tail", ""),
    Key("limits", "e", "e", "limits", "Limits", "Type limits: x=0:5000 y=2:13"),
    Key("clip", "b", "b", "clip", "Clip outliers", "Fit y without outliers, or to all points"),
    Key(
        "cursor",
        "c",
        "c",
        "cursor",
        "Cursor",
        "Cursor that reads values; ← → move it",
        "cursor",
        48,
    ),
    Key("mark", "m", "m", "mark", "Compare", "Compare the cursor with here"),
    Key(
        "cursor-left-10",
        "shift+left,H",
        "H",
        "move_cursor(-10)",
        "Ten columns left",
        "Cursor by ten columns; to the ends",
    ),
    Key("cursor-right-10", "shift+right,L", "L", "move_cursor(10)", "Ten columns right", ""),
    Key("cursor-first", "home", "Home", "cursor_end(-1)", "Cursor to the first point", ""),
    Key("cursor-last", "end", "End", "cursor_end(1)", "Cursor to the last point", ""),
    Key("pin", "asterisk", "*", "pin_run", "Pin the run", "Pin the run: always stands out"),
    Key("hide", "space", "Space", "hide_run", "Hide the run", "Hide the run, or show it again"),
    Key("isolate", "o", "o", "isolate", "Isolate", "Only what stands out, or all runs"),
    Key("group", "g", "g", "group", "Group", "Group by run, tag prefix, hyperparameter"),
    Key(
        "save-chart",
        "greater_than_sign",
        ">",
        "save_chart",
        "Save the chart",
        "Save the chart as text, SVG, PNG; copy it",
    ),
    Key("marks", "semicolon", ";", "marks", "Marks", "Draw in braille, blocks or ASCII"),
    Key(
        "summaries",
        "v",
        "v",
        "summaries",
        "Other data",
        "Other data: histograms, images, text …",
        "other data",
        46,
    ),
    Key("palette", "ctrl+p,colon", "Ctrl-P", "app.command_palette", "Commands", "All commands"),
    Key("repaint", "ctrl+l", "Ctrl-L", "app.repaint", "Repaint", "Repaint the screen"),
    Key("suspend", "ctrl+z", "Ctrl-Z", "app.suspend_process", "Suspend", "Suspend; fg returns"),
    Key("interrupt", "ctrl+c", "Ctrl-C", "interrupt", "Leave or stop", "Ask: leave, or stop"),
)

SUMMARY_KEYS = (
    Key(
        "summary-back",
        "escape",
        "Esc",
        "back",
        "Back",
        "Back: to the list, to the charts",
        "back",
        100,
    ),
    Key("summary-help", "question_mark,f1", "?", "help", "Help", "This help", "help", 90),
    Key(
        "summary-enter",
        "enter",
        "Enter",
        "enter",
        "Open",
        "Open the view: the whole width, its own keys",
        "open",
        86,
    ),
    Key("summary-down", "down,j", "↓", "select(1)", "Next tag", "Next, previous tag", "tag", 80),
    Key("summary-up", "up,k", "↑", "select(-1)", "Previous tag", ""),
    Key("summary-left", "left,h", "←", "scrub(-1)", "Step back", "Back, on by one step; ten"),
    Key("summary-right", "right,l", "→", "scrub(1)", "Step on", "", "step", 85),
    Key("summary-left-10", "shift+left,H", "H", "scrub(-10)", "Ten steps back", ""),
    Key("summary-right-10", "shift+right,L", "L", "scrub(10)", "Ten steps on", ""),
    Key(
        "summary-first", "home,0", "Home", "first", "First step", "First, newest step", "first", 60
    ),
    Key("summary-newest", "end,dollar_sign", "End", "newest", "Newest step", "", "newest", 61),
    Key(
        "summary-page",
        "n,pagedown,space",
        "n",
        "page(1)",
        "Scroll",
        "Scroll what is longer than the screen",
        "scroll",
        70,
    ),
    Key("summary-page-up", "p,pageup", "p", "page(-1)", "Scroll back", ""),
    Key("summary-charts", "q,v,ctrl+c", "q", "charts", "Charts", "To the charts at once"),
    Key(
        "summary-palette",
        "ctrl+p,colon",
        "Ctrl-P",
        "app.command_palette",
        "Commands",
        "All commands",
    ),
    Key("summary-repaint", "ctrl+l", "Ctrl-L", "app.repaint", "Repaint", "Repaint the screen"),
    Key(
        "summary-suspend",
        "ctrl+z",
        "Ctrl-Z",
        "app.suspend_process",
        "Suspend",
        "Suspend; fg returns",
    ),
)
"""Of the screen with other data."""


def view_keys(keys: Iterable[ViewKey]) -> list[Key]:
    """Keys that kinds of views have of their own."""
    return [
        Key(
            key.id,
            key.keys,
            key.shown,
            f"view_key('{key.id}')",
            key.name,
            key.help,
            key.label,
            key.footer,
        )
        for key in keys
    ]


VIEW_KEYS = tuple(view_keys(key for kind in KINDS for key in kind.keys))
"""Of all kinds of views; those of the kind that is shown work."""

SYSTEM_KEYS = (
    Key("system-back", "q,3,ctrl+c", "q", "leave", "Back", "Back to the training", "back", 100),
    Key("system-zoom", "enter", "Enter", "zoom", "Zoom", "Zoom the focused chart", "zoom", 70),
    Key("system-all", "escape", "Esc", "back", "Back", "Back from a zoom", "back", 75),
    Key("system-left", "left,h", "←", "move(-1, 0)", "Focus left", "Move the focus"),
    Key("system-down", "down,j", "↓", "move(0, 1)", "Focus down", ""),
    Key("system-up", "up,k", "↑", "move(0, -1)", "Focus up", ""),
    Key("system-right", "right,l", "→", "move(1, 0)", "Focus right", ""),
    Key(
        "system-next", "n,pagedown", "n", "page(1)", "Next page", "Next, previous page", "page", 60
    ),
    Key("system-previous", "p,pageup", "p", "page(-1)", "Previous page", ""),
)
"""Of the screen with all that is measured of the machine."""

TABLE_KEYS = (
    Key(
        "table-back", "escape,q,T,ctrl+c", "Esc", "back", "Back", "Back to the charts", "back", 100
    ),
    Key("table-help", "question_mark,f1", "?", "help", "Help", "This help", "help", 90),
    Key("table-open", "enter", "Enter", "open", "Chart", "Open the chart of the row", "chart", 85),
    Key("table-sort", "s", "s", "sort", "Sort", "Sort by the column; again: reverse", "sort", 80),
    Key("table-filter", "slash", "/", "filter", "Filter", "Filter runs and tags", "filter", 75),
    Key("table-left", "left,h", "←", "move(-1, 0)", "Column left", "Choose a cell"),
    Key("table-down", "down,j", "↓", "move(0, 1)", "Row down", "", "row", 70),
    Key("table-up", "up,k", "↑", "move(0, -1)", "Row up", ""),
    Key("table-right", "right,l", "→", "move(1, 0)", "Column right", ""),
    Key("table-page", "n,pagedown,space", "n", "page(1)", "Page down", "Next, previous page"),
    Key("table-page-up", "p,pageup", "p", "page(-1)", "Page up", ""),
    Key("table-first", "home,g", "Home", "jump(-1)", "First row", "First, last row"),
    Key("table-last", "end,G", "End", "jump(1)", "Last row", ""),
    Key(
        "table-copy",
        "y",
        "y",
        "copy('cell')",
        "Copy the cell",
        "Copy the cell, the row",
        "copy",
        60,
    ),
    Key("table-copy-row", "Y", "Y", "copy('row')", "Copy the row", ""),
    Key("table-copy-all", "ctrl+y", "Ctrl-Y", "copy('all')", "Copy all rows", "Copy all rows"),
    Key(
        "table-palette", "ctrl+p,colon", "Ctrl-P", "app.command_palette", "Commands", "All commands"
    ),
    Key("table-repaint", "ctrl+l", "Ctrl-L", "app.repaint", "Repaint", "Repaint the screen"),
    Key(
        "table-suspend", "ctrl+z", "Ctrl-Z", "app.suspend_process", "Suspend", "Suspend; fg returns"
    ),
)
"""Of the table of values."""

HOME_KEYS = (
    Key("home-leave", "q,ctrl+c,escape", "q", "leave", "Leave", "Leave", "leave", 100),
    Key("home-open", "enter", "Enter", "open", "Watch", "Watch the run", "watch", 90),
    Key("home-stop", "S", "S", "stop", "Stop the training", "Stop it; asks first", "stop", 80),
    Key(
        "home-remove",
        "d,delete",
        "d",
        "remove",
        "Remove the run",
        "Remove an ended run; asks",
        "remove",
        60,
    ),
    Key("home-help", "question_mark,f1", "?", "help", "Help", "This help", "help", 95),
    Key(
        "home-down",
        "down,j",
        "↓",
        "move(1)",
        "Next run",
        "Choose a run or log directory",
        "choose",
        70,
    ),
    Key("home-up", "up,k", "↑", "move(-1)", "Run before", ""),
    Key("home-page-down", "pagedown", "PgDn", "page(1)", "Next page", ""),
    Key("home-page-up", "pageup", "PgUp", "page(-1)", "Page before", ""),
)
"""Of the home screen."""


TEXT_KEYS = (
    Key(
        "text-close",
        "escape,q,question_mark,i,a,enter,f1,ctrl+c",
        "Esc",
        "dismiss",
        "Close",
        "Close what is read",
    ),
)
"""Of the screens that are read."""

LINE_KEYS = (
    Key("line-clear", "escape", "Esc", "clear", "Clear", "Clear the line and leave it"),
    Key("line-earlier", "up", "↑", "recall(-1)", "Earlier", "Earlier, later lines"),
    Key("line-later", "down", "↓", "recall(1)", "Later", ""),
)
"""Of the lines in which one types."""

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
"""All tables by the screen that they belong to."""

MEANINGS: dict[str, tuple[Key, ...]] = {
    **{name: table for name, table in TABLES.items() if table is not VIEW_KEYS},
    **{f"view of {kind.name}": tuple(view_keys(kind.keys)) for kind in KINDS if kind.keys},
}
"""The keys that work side by side: each has one meaning among them. Those of a view come before
those of the screen around it."""


def bindings(keys: Iterable[Key] = KEYS) -> list[Binding]:
    """A table as Textual bindings; their ids are those of the user's keymap."""
    return [
        Binding(
            key.keys,
            key.action,
            key.name,
            show=False,
            key_display=key.shown,
            tooltip=key.help or key.name,
            id=key.id,
        )
        for key in keys
    ]


def help_rows(keys: Iterable[Key] = KEYS) -> list[tuple[str, str]]:
    """(keys, what they do), keys that belong together on one row."""
    rows: list[tuple[str, str]] = []
    for key in keys:
        if key.help:
            rows.append((key.shown, key.help))
        else:
            rows[-1] = (f"{rows[-1][0]} {key.shown}", rows[-1][1])
    return rows
