"""How the state of a run is drawn: a mark before its name, a role for both."""

from tuimon.runs.record import RunState

MARKS = {
    RunState.STARTING: "◌",
    RunState.RUNNING: "●",
    RunState.FINISHED: "✓",
    RunState.STOPPED: "■",
    RunState.FAILED: "✗",
    RunState.KILLED: "✗",
    RunState.LOST: "?",
    RunState.ENDED: "✓",
}
ROLES = {
    RunState.STARTING: "dim",
    RunState.RUNNING: "ok",
    RunState.FINISHED: "ok",
    RunState.STOPPED: "text",
    RunState.FAILED: "error",
    RunState.KILLED: "error",
    RunState.LOST: "error",
    RunState.ENDED: "accent",
}
