"""What the rules of the user's own do to a training: through its guardian, as a key would."""

from tuimon.guardian.client import ControlClient, ControlError
from tuimon.own_rules import OwnRule
from tuimon.runs.paths import RunPaths


def act(paths: RunPaths, rule: OwnRule) -> str:
    """Do what a rule wants; what came of it, as a sentence, empty where it only tells."""
    client = ControlClient(paths)
    try:
        match rule.action:
            case "notify":
                return ""
            case "stop":
                client.stop_for("rule")
                return "The training is stopped: SIGINT, then SIGTERM and SIGKILL if it goes on."
            case number:
                client.signal(number)
                return f"The training was sent {number.name}."
    except ControlError as error:
        return f"Nothing was done: {error}."
