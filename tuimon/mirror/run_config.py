"""The W&B config of a run: what its command line says."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tuimon.masking.secret_shapes import HIDDEN
from tuimon.runs.record import RunRecord
from tuimon.runs.secrecy import mask_of

_LAUNCHERS = frozenset(
    {"torch.distributed.run", "torch.distributed.launch", "accelerate.commands.launch"}
)
_NUMBER = re.compile(r"[-+]?(\d+(_\d+)*\.?\d*|\.\d+)([eE][-+]?\d+)?$")
_OVERRIDE = re.compile(r"[+~]{0,2}[A-Za-z_][\w./@-]*=")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "none": None, "null": None}


def run_config(record: RunRecord, git: Mapping[str, Any]) -> dict[str, Any]:
    """The W&B config: the script's options, then those of ``--config``, then where it ran.

    Secrets are hidden.

    Once it has ended also how: W&B itself tells "finished" and "failed" apart, and no more.
    """
    mask = mask_of(record)
    where: dict[str, Any] = {
        "run": record.id,
        "host": record.host,
        "command": mask.command(record.argv),
        "cwd": record.cwd,
        "started_at": record.started_at,
        **git,
    }
    if record.state.ended and record.ended_at is not None:
        where |= {"state": str(record.state), "ended_at": record.ended_at}
        where["cause"] = record.cause and mask.text(record.cause)
    return {**given_config(record), "tuimon": where}


def given_config(record: RunRecord) -> dict[str, Any]:
    """The script's options, then what ``--config`` says, secrets hidden."""
    mask = mask_of(record)
    return {**script_config(mask.command(record.argv)), **mask.config(record.mirror.config)}


def script_config(argv: Sequence[str]) -> dict[str, Any]:
    """Read the options of a training's command line, as typed after ``tuimon run``, as a config.

    ``--lr 0.1``, ``--lr=0.1``, ``-b 32``, Hydra's ``optimizer.lr=0.1`` and flags (True) count, with
    numbers, booleans and None converted and dashes in names made underscores. An option with
    several values, or given several times, is a list. Positional arguments and the options of
    launchers (torchrun, accelerate) do not count.
    """
    config: dict[str, list[object]] = {}
    for name, texts in _options(_script_arguments(argv)):
        config.setdefault(name, []).extend([_value(text) for text in texts] or [True])
    return {name: values[0] if len(values) == 1 else values for name, values in config.items()}


def _script_arguments(argv: Sequence[str]) -> Sequence[str]:
    """What follows the script or module; of any other executable, what follows its name."""
    for number, argument in enumerate(argv):
        if argument.endswith(".py"):
            return argv[number + 1 :]
        if argument == "-m" and _LAUNCHERS.isdisjoint(argv[number + 1 : number + 2]):
            return argv[number + 2 :]
    return argv[1:]


def _options(arguments: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Options and overrides with the texts of their values; none for a flag."""
    found: list[tuple[str, list[str]]] = []
    open_option: list[str] | None = None
    for argument in arguments:
        if argument == "--":
            break
        if _is_option(argument):
            name, equals, text = argument.partition("=")
            if argument.endswith(HIDDEN) and not equals:  # -kSECRET
                name, equals, text = argument.removesuffix(HIDDEN), "=", HIDDEN
            texts = [text] if equals else []
            found.append((name.lstrip("-").replace("-", "_"), texts))
            open_option = None if equals else texts
        elif _OVERRIDE.match(argument):
            name, _, text = argument.lstrip("+~").partition("=")
            found.append((name, [text]))
            open_option = None
        elif open_option is not None and (
            not open_option or _is_word(open_option[-1]) == _is_word(argument)
        ):
            open_option.append(argument)
        else:
            open_option = None
    return found


def _is_word(text: str) -> bool:
    return isinstance(_value(text), str)


def _is_option(argument: str) -> bool:
    return len(argument) > 1 and argument[0] == "-" and not _NUMBER.match(argument)


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
