"""What can be set, and to what: an area of the settings file is a dataclass.

A field's default is what holds without a file, its type what is accepted (see `tuimon.decoding`),
its docstring what `tuimon config` and the commented file of `tuimon config --edit` say of it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Literal, NamedTuple

from tuimon.decoding import Rule, within
from tuimon.own_rules import are_rules

Smoothing = Annotated[float, within(0, 1)]
_Seconds = Annotated[float, within(0, 1e6)]
_Grid = Annotated[
    str,
    Rule(
        re.compile(r"auto|[1-6]x[1-6]").fullmatch,
        'must be "auto" or "COLUMNSxROWS", such as "3x2", up to "6x6"',
    ),
]
_Rules = Annotated[
    str, Rule(are_rules, 'must be rules separated by ";", such as "val/loss > 3 for 5m: stop"')
]
_Keys = Annotated[str, Rule(str.strip, 'must be one or more keys, such as "ctrl+s,w"')]


class Origin(NamedTuple):
    """Where a setting was made: a file, and a line of it from 1 on."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSettings:
    """How charts look until a key changes it."""

    smoothing: Smoothing = 0.6
    """Weight of the moving average, as in TensorBoard: 0 (off) or more, less than 1."""
    log_y: bool = False
    """A logarithmic y axis."""
    x_axis: Literal["step", "relative", "wall"] = "step"
    """What x is: the step, time since the run's start, or wall clock time."""
    marks: Literal["auto", "braille", "hd", "ascii"] = "auto"
    """What curves are drawn with: braille dots, quarter blocks (for fonts without braille) or
    ASCII. auto: braille where the terminal's encoding has it."""
    superseded: bool = False
    """Show the points that were overwritten by a resume."""
    grid: _Grid = "auto"
    """Charts on a page, "COLUMNSxROWS" up to "6x6". auto: as many as are readable."""
    sort: Literal["logged", "name", "changed"] = "logged"
    """Order of the charts: as the tags were logged (loss and accuracy first), by name, or the one
    that got points last first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSettings:
    """The screen as a whole."""

    theme: str = "auto"
    """tuimon-dark, tuimon-light, tuimon-contrast, tuimon-ansi or tuimon-ansi-light (the terminal's
    own 16 colours), or a theme of yours (tuimon config --theme NAME makes one). auto: dark or
    light as the terminal says it is, in its own colours where it has but 16."""
    tags: Literal["auto", "shown", "hidden"] = "auto"
    """The list of tags. auto: where the terminal is wide enough."""
    mouse: bool = True
    """Take mouse events. Without, the terminal's own selection of text works."""
    title: bool = True
    """Tell in the title of the terminal's window what is watched, its state and its worst alert."""
    desktop: bool = True
    """Let the desktop show alerts and the end, where the terminal can (OSC 9 or 777)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """The pane with what the training prints."""

    shown: bool = True
    """Whether it is there from the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSettings:
    """How long a training that is to stop may take. For trainings that are launched from now on."""

    term_after: _Seconds = 60.0
    """Seconds from SIGINT (as Ctrl-C) to SIGTERM: time to write a checkpoint."""
    kill_after: _Seconds = 45.0
    """Seconds from SIGTERM to SIGKILL."""
    wandb: bool = True
    """Let "Stop run" on W&B's page stop the training that is mirrored there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """What is told of a training. For trainings that are launched from now on."""

    rules: _Rules = ""
    """Rules of your own for all trainings, separated by semicolons, such as
    "val/loss > 3 for 5m: notify; * is nan: stop"; --rule adds some for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSettings:
    """What is hidden in what leaves this machine. For trainings that are launched from now on."""

    names: str = ""
    """Names of options, settings and variables, separated by commas, whose values are secret:
    besides those that sound like it, and values that look like it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteSettings:
    """Copies of log directories on other machines."""

    cache_gb: Annotated[float, within(0.001, 1e6)] = 10.0
    """GB that all of them may take in ~/.cache/tuimon; what was looked at longest ago goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, and where those that are no defaults come from."""

    charts: ChartSettings = ChartSettings()
    screen: ScreenSettings = ScreenSettings()
    console: ConsoleSettings = ConsoleSettings()
    stop: StopSettings = StopSettings()
    alerts: AlertSettings = AlertSettings()
    secrets: SecretSettings = SecretSettings()
    remote: RemoteSettings = RemoteSettings()
    keys: Mapping[str, _Keys] = field(default_factory=lambda: MappingProxyType({}))
    """Keys of bindings, by the id of the binding; several are separated by commas."""
    origins: Mapping[str, Origin] = field(default_factory=lambda: MappingProxyType({}))
    """By the setting's name in full, such as ``charts.smoothing``."""


AREAS = ("charts", "screen", "console", "stop", "alerts", "secrets", "remote")
"""Fields of `Settings` that are tables of named settings."""
