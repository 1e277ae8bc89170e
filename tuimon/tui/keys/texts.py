"""Keys of what is read."""

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
