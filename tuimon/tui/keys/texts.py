"""Keys of what is read, and of the lines in which one types."""

from tuimon.tui.keys.key import Key

TEXT_KEYS = (
    Key(
        "text-close",
        "escape,q,question_mark,i,a,enter,f1,ctrl+c",
        "dismiss",
        "Close",
        "Close what is read",
    ),
)
LINE_KEYS = (
    Key("line-clear", "escape", "clear", "Clear", "Clear the line and leave it"),
    Key("line-earlier", "up", "recall(-1)", "Earlier", "Earlier, later lines"),
    Key("line-later", "down", "recall(1)", "Later"),
)
