"""Keys of the screen with all that is measured of the machine."""

from tuimon.tui.keys.key import Key

SYSTEM_KEYS = (
    Key("system-back", "q,3,ctrl+c", "leave", "Back", "Back to the training", "back", 100),
    Key("system-zoom", "enter", "zoom", "Zoom", "Zoom the focused chart", "zoom", 70),
    Key("system-all", "escape", "back", "Back", "Back from a zoom", "back", 75),
    Key("system-left", "left,h", "move(-1, 0)", "Focus left", "Move the focus"),
    Key("system-down", "down,j", "move(0, 1)", "Focus down"),
    Key("system-up", "up,k", "move(0, -1)", "Focus up"),
    Key("system-right", "right,l", "move(1, 0)", "Focus right"),
    Key("system-next", "n,pagedown", "page(1)", "Next page", "Next, previous page", "page", 60),
    Key("system-previous", "p,pageup", "page(-1)", "Previous page"),
)
