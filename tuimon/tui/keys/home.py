"""Keys of the home screen."""

from tuimon.tui.keys.key import Key

HOME_KEYS = (
    Key("home-leave", "q,ctrl+c,escape", "leave", "Leave", "Leave", "leave", 100),
    Key("home-open", "enter", "open", "Watch", "Watch the run", "watch", 90),
    Key("home-stop", "S", "stop", "Stop the training", "Stop it; asks first", "stop", 80),
    Key("home-remove", "d,delete", "remove", "Remove the run", "Remove it; asks", "remove", 60),
    Key("home-help", "question_mark,f1", "help", "Help", "This help", "help", 95),
    Key("home-down", "down,j", "move(1)", "Next run", "Choose a run or directory", "choose", 70),
    Key("home-up", "up,k", "move(-1)", "Run before"),
    Key("home-page-down", "pagedown", "page(1)", "Next page"),
    Key("home-page-up", "pageup", "page(-1)", "Page before"),
)
