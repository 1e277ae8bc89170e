"""Every key of the viewer in one table: bindings, footer, help, palette and README come from it."""

from typing import NamedTuple

from textual.binding import Binding


class Key(NamedTuple):
    """One binding: `keys` as Textual names them, `shown` as a person reads them."""

    id: str
    keys: str
    shown: str
    action: str
    label: str
    help: str
    footer: int = 0
    """Importance in the footer; 0 keeps it out."""
    priority: bool = False


KEYS = (
    Key("leave", "q", "q", "leave", "leave", "Leave; the training goes on", 100),
    Key("help", "question_mark,f1", "?", "help", "help", "Explain the screen and the keys", 99),
    Key("stop", "S", "S", "stop", "stop", "Stop the training (asks first)", 80),
    Key(
        "zoom", "enter", "Enter", "zoom", "zoom", "Focused chart or console on the whole screen", 70
    ),
    Key("back", "escape", "Esc", "back", "back", "Back from a zoomed chart or console"),
    Key("left", "left,h", "←", "move(-1, 0)", "", "Move the focus left"),
    Key("right", "right,l", "→", "move(1, 0)", "", "Move the focus right"),
    Key("up", "up,k", "↑", "move(0, -1)", "", "Move the focus up, or scroll"),
    Key("down", "down,j", "↓", "move(0, 1)", "", "Move the focus down, or scroll"),
    Key("next-page", "n,pagedown", "n", "page(1)", "page", "Next page of charts; scroll down", 45),
    Key("previous-page", "p,pageup", "p", "page(-1)", "", "Previous page of charts; scroll up"),
    Key("tags", "1", "1", "toggle_pane('tags')", "tags", "Show or hide the tags", 60),
    Key("console", "2", "2", "toggle_pane('console')", "console", "Show or hide the console", 60),
    Key("smoother", "plus,equals_sign", "+", "smooth(1)", "smooth", "More smoothing", 50),
    Key("rougher", "minus", "-", "smooth(-1)", "", "Less smoothing"),
    Key("log-y", "y", "y", "log_y", "log y", "Logarithmic or linear y axis", 40),
    Key("x-axis", "x", "x", "x_axis", "x axis", "x by step, relative time or wall clock", 40),
    Key("palette", "ctrl+p,colon", "Ctrl-P", "command_palette", "", "All commands, by name"),
    Key("suspend", "ctrl+z", "Ctrl-Z", "suspend_process", "", "Suspend the viewer (fg returns)"),
    Key(
        "interrupt",
        "ctrl+c",
        "Ctrl-C",
        "interrupt",
        "",
        "Ask: leave, or stop the training",
        priority=True,
    ),
)


def bindings() -> list[Binding]:
    """The table as Textual bindings; ids allow a user keymap."""
    return [
        Binding(
            key.keys,
            key.action,
            key.label or key.help,
            show=False,
            key_display=key.shown,
            tooltip=key.help,
            id=key.id,
            priority=key.priority,
        )
        for key in KEYS
    ]
