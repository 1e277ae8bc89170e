"""What tuimon takes from inside Textual and Rich: with another version it may be gone unnoticed.

The only table of it. `tests/unit/terminal/test_private.py` holds that all of it is there, that this
package uses nothing else that is private, and that no other package does.
"""

MODULES = {
    "textual._compositor": "the updates of the screen, before they become control sequences",
    "textual._context": "which widget an error is of, when it is handled",
    "textual._xterm_parser": "the parser of what a terminal sends, for a driver of our own",
}
"""Private modules, and what they are taken for."""

NAMES = {
    "App": {
        "_batch_count": "no update is sent in the middle of a batch",
        "_close_messages_no_wait": "leaving after an error, without Textual's own words on it",
        "_closed": "no update is sent once the app has left",
        "_display": "replaced: updates go to an image of the terminal, which sends what differs",
        "_driver": "our driver, for questions about the terminal",
        "_exception": "what ended the app, raised again once the terminal is as it was",
        "_fatal_error": "replaced: Textual prints tracebacks on the terminal",
        "_handle_exception": "replaced: a palette that fails is closed, and all goes on",
        "_loop": "where a thread that reads signals asks the app to leave",
        "_running": "no update is sent before the terminal is set up",
    },
    "Screen": {"_compositor": "all rows of the screen as strips, for pictures of it"},
    "LinuxDriver": {
        "_app": "the app that the driver is of",
        "_debug": "Textual's own switch for logging of input",
        "_disable_bracketed_paste": "modes that are undone where the app itself hangs",
        "_disable_in_band_window_resize": "the same",
        "_disable_mouse_support": "the same",
        "_enable_line_wrap": "the same",
        "_must_signal_resume": "whether the app was suspended at all",
        "_sigcont_application": "replaced: a stray SIGCONT changes no modes",
        "_sigtstp_application": "for the other signals that suspend",
        "_file": "standard error, where Textual draws",
        "_run_input_thread": "replaced: it wakes for keys, not ten times a second",
    },
    "XTermParser": {"_timeout_time": "when a lone escape is known to be the Esc key"},
    "Console": {"_color_system": "Rich's notion of how many colours the terminal has"},
    "ChopsUpdate": {
        "spans": "which cells changed, by row",
        "chops": "the strips of a row, by their first cell",
        "chop_ends": "where those end",
    },
    "LayoutUpdate": {"strips": "all rows", "region": "where they stand"},
}
"""Private names by the class that has them, and what they are taken for; of private classes all."""
