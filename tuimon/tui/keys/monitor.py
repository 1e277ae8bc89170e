"""Keys of the main screen."""

from tuimon.tui.keys.key import Key, Topics, all_of, everywhere

_FILTER = "Filter runs and tags; in the console search"
_STAND_OUT = "Next, previous run to stand out"
_HIDE = "Hide or show the run; in the console mark lines"
_SMOOTH = "More, less smoothing"
_SUPERSEDED = "Show or hide superseded points"
_FAR = "Cursor by ten columns; to the ends"
_COPY = "Copy what is focused: chart, pane, console lines"
_SAVE = "Save the chart as text, SVG, PNG; copy it"
_OTHER_DATA = "Histograms, images, text …"

TOPICS: Topics = {
    "Leaving and help": (
        Key("leave", "q", "leave", "Leave", "Leave; the training goes on", "leave", 100),
        Key("help", "question_mark,f1", "help", "Help", "This help", "help", 99),
        *everywhere(""),
        Key("interrupt", "ctrl+c", "interrupt", "Leave or stop", "Ask: leave, or stop"),
    ),
    "The training": (
        Key("run", "i", "run_facts", "About this run", "About this run; W&B upload", "run", 42),
        Key("alerts", "a", "alerts", "Alerts", "Alerts: what went wrong", "alerts", 81),
        Key("stop", "S", "stop", "Stop the training", "Stop it; asks first", "stop", 80),
        Key("type", "I", "type", "Type into the console", "Type: input(), pdb", "answer it", 79),
        Key("pause", "P", "pause", "Pause or resume", "Pause it, or let it go on", "pause", 43),
        Key("upload", "U", "upload", "Upload to W&B", "Upload to W&B now", "upload", 44),
    ),
    "Moving": (
        Key("zoom", "enter", "zoom", "Zoom", "Zoom what has the focus", "zoom", 70),
        Key("back", "escape", "back", "Back", "Back from a zoom", "back", 75),
        Key("left", "left,h", "move(-1, 0)", "Focus left", "Move the focus; scroll"),
        Key("down", "down,j", "move(0, 1)", "Focus down"),
        Key("up", "up,k", "move(0, -1)", "Focus up"),
        Key("right", "right,l", "move(1, 0)", "Focus right"),
        Key("next-page", "n,pagedown", "page(1)", "Next page", "Next, previous page", "page", 72),
        Key("previous-page", "p,pageup", "page(-1)", "Previous page"),
        Key("jump", "apostrophe", "jump", "Jump", "To a chart, pane, run or tag by a letter"),
    ),
    "Runs": (
        Key("filter", "slash", "filter", "Filter", _FILTER, "filter", 55),
        Key("next-run", "right_square_bracket", "focus_run(1)", "Next run", _STAND_OUT, "run", 47),
        Key("previous-run", "left_square_bracket", "focus_run(-1)", "Previous run"),
        Key("pin", "asterisk", "pin_run", "Pin the run", "Pin the run: always stands out"),
        Key("hide", "space", "hide_run", "Hide the run", _HIDE, "hide run", 76),
        Key("isolate", "o", "isolate", "Isolate", "Only what stands out, or all runs"),
        Key("group", "g", "group", "Group", "By run, tag prefix, hyperparameter"),
    ),
    "Panes": (
        Key("tags", "1", "toggle_tags", "Tags", "Show or hide the tags", "tags", 60),
        Key("console", "2", "toggle_console", "Console", "Show or hide the console", "console", 60),
        Key(
            "system", "3", "toggle_system", "System", "Show or hide GPUs, CPU, memory", "system", 48
        ),
    ),
    "Charts": (
        Key("smoother", "plus,equals_sign", "smooth(1)", "More smoothing", _SMOOTH, "smooth", 50),
        Key("rougher", "minus", "smooth(-1)", "Less smoothing"),
        Key("log-y", "y", "log_y", "Log y axis", "Logarithmic or linear y axis", "log y", 40),
        Key("x-axis", "x", "x_axis", "x axis", "x by step, relative time, clock", "x axis", 40),
        Key("superseded", "d", "superseded", "Superseded points", _SUPERSEDED, "superseded", 44),
        Key("zoom-x", "z", "zoom_x(1)", "Zoom in", "Zoom in, out along x", "zoom x", 43),
        Key("zoom-x-out", "Z", "zoom_x(-1)", "Zoom out"),
        Key("pan-left", "comma", "pan(-1)", "Earlier", "Earlier, later part of x"),
        Key("pan-right", "full_stop", "pan(1)", "Later"),
        Key("all-x", "0", "all_x", "All of x", "All of x; follow the newest part (live tail)"),
        Key("tail", "t", "tail", "Live tail"),
        Key("limits", "e", "limits", "Limits", "Type limits: x=0:5000 y=2:13"),
        Key("clip", "b", "clip", "Clip outliers", "Fit y without outliers, or to all points"),
        Key("marks", "semicolon", "marks", "Marks", "Draw in braille, blocks or ASCII"),
        Key("fold", "f", "fold", "Fold the section", "Fold a section of charts, or unfold it"),
        Key("unfold-all", "f4", "unfold_all", "Unfold all sections", "Unfold all sections"),
        Key("sort", "s", "sort", "Sort the charts", "As logged, by name, newest first"),
        Key("shape", "w", "shape", "Charts on a page", "How many charts are on a page"),
    ),
    "Reading values": (
        Key("cursor", "c", "cursor", "Cursor", "Cursor; ← → move it", "cursor", 48),
        Key("mark", "m", "mark", "Compare", "Compare the cursor with here"),
        Key("cursor-left-10", "H,shift+left", "move_cursor(-10)", "Ten columns left", _FAR),
        Key("cursor-right-10", "L,shift+right", "move_cursor(10)", "Ten columns right"),
        Key("cursor-first", "home", "cursor_end(-1)", "Cursor to the first point"),
        Key("cursor-last", "end", "cursor_end(1)", "Cursor to the last point"),
        Key("table", "T", "table", "Table", "All values in a table", "table", 39),
        Key("copy", "Y", "copy", "Copy", _COPY, "copy", 61),
    ),
    "Console": (
        Key("follow", "F", "follow", "Follow the console", "Follow its end", "follow", 62),
        Key("match", "N", "match(1)", "Later match", "Later match of what / found; n: earlier"),
    ),
    "Data": (
        Key("save-chart", "greater_than_sign", "save_chart", "Save the chart", _SAVE),
        Key("summaries", "v", "summaries", "Other data", _OTHER_DATA, "other data", 46),
    ),
}
KEYS = all_of(TOPICS)
