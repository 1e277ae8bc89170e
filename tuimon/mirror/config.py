"""The W&B config of a run: what its command line says."""

import json
import re
from collections.abc import Sequence
from typing import Any

_LAUNCHERS = frozenset(
    {"torch.distributed.run", "torch.distributed.launch", "accelerate.commands.launch"}
)
_NUMBER = re.compile(r"[-+]?(\d+(_\d+)*\.?\d*|\.\d+)([eE][-+]?\d+)?$")
_OVERRIDE = re.compile(r"[+~]{0,2}[A-Za-z_][\w./@-]*=")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "none": None, "null": None}
_SECRET = re.compile(r"(^|[._-])(api_?key|key|token|secret|password|passwd)$", re.IGNORECASE)
_HIDDEN = "(hidden)"


def script_config(argv: Sequence[str]) -> dict[str, Any]:
    """Read the options of a training's command line, as typed after ``tuimon run``, as a config.

    ``--lr 0.1``, ``--lr=0.1``, ``-b 32``, Hydra's ``optimizer.lr=0.1`` and flags (True) count, with
    numbers, booleans and None converted and dashes in names made underscores. An option with
    several values, or given several times, is a list. Positional arguments and the options of
    launchers (torchrun, accelerate) do not count. Values of options named like secrets are hidden.
    """
    config: dict[str, Any] = {}
    name: str | None = None
    for argument in _script_arguments(argv):
        if argument == "--":
            name = None
        elif _is_option(argument):
            option, equals, text = argument.partition("=")
            name = option.lstrip("-").replace("-", "_")
            if equals:
                _add(config, name, _value(text))
                name = None
            else:
                _add(config, name, True)
        elif name is not None and _continues(config[name], argument):
            _add(config, name, _value(argument))
        elif _OVERRIDE.match(argument):
            key, _, text = argument.lstrip("+~").partition("=")
            _add(config, key, _value(text))
            name = None
    return {name: _HIDDEN if _is_secret(name, value) else value for name, value in config.items()}


def shown_command(argv: Sequence[str]) -> list[str]:
    """The command line with the values of options named like secrets hidden."""
    shown: list[str] = []
    hide = False
    for argument in argv:
        name, equals, value = argument.partition("=")
        secret = _is_secret(name, value) and (bool(equals) or _is_option(argument))
        if hide and not _is_option(argument):
            shown.append(_HIDDEN)
        else:
            shown.append(f"{name}={_HIDDEN}" if secret and equals else argument)
        hide = secret and not equals
    return shown


def _script_arguments(argv: Sequence[str]) -> Sequence[str]:
    """What follows the script or module; of any other executable, what follows its name."""
    for number, argument in enumerate(argv):
        if argument.endswith(".py"):
            return argv[number + 1 :]
        if argument == "-m" and argv[number + 1 : number + 2] not in [[m] for m in _LAUNCHERS]:
            return argv[number + 2 :]
    return argv[1:]


def _continues(value: object, argument: str) -> bool:
    """Whether an argument is one more value of an option that has `value` so far."""
    if value is True:
        return True
    last = value[-1] if isinstance(value, list) else value
    same_kind = isinstance(last, str) == isinstance(_value(argument), str)
    return same_kind and not _OVERRIDE.match(argument)


def _is_option(argument: str) -> bool:
    return len(argument) > 1 and argument[0] == "-" and not _NUMBER.match(argument)


def _add(config: dict[str, Any], name: str, value: object) -> None:
    """The True of a flag gives way to a value that follows; further values make a list."""
    if name not in config or config[name] is True:
        config[name] = value
    elif isinstance(config[name], list):
        config[name].append(value)
    else:
        config[name] = [config[name], value]


def _value(text: str) -> object:
    if _NUMBER.match(text):
        try:
            return int(text)
        except ValueError:
            return float(text)
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _is_secret(name: str, value: object) -> bool:
    return isinstance(value, str) and _SECRET.search(name) is not None
