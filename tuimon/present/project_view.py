"""How a project is looked at: what is told in the ``tuimon.toml`` beside its code.

Charts of its own, those that come first, the x axis. Keys change one value at a time in it, and
leave all else as its user wrote it.
"""

import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from tuimon.abandoned import answer_within
from tuimon.config.reading import ConfigError, Document, Problem, read_document
from tuimon.config.schema import Smoothing
from tuimon.config.toml_edit import TomlEditError, with_value
from tuimon.decoding import Rule, field_types
from tuimon.present.look import Look
from tuimon.regular_file import read_regular
from tuimon.runs.replacement import replace_file
from tuimon.session.session import Session
from tuimon.store.filters import filter_fault
from tuimon.store.formulas import MOST_LENGTH, FormulaError, parse_formula, parse_formulas

FILE = "tuimon.toml"
_SECONDS = 1.0
"""That a file system may take."""
_MOST_BYTES = 1 << 20
MOST_CHARTS = 100
_HIGHEST = 12
"""Directories above the working directory that are looked into."""

_LIMIT = f"must be text in quotes, of at most {MOST_LENGTH} characters"
_Text = Annotated[str, Rule(lambda text: len(text) <= MOST_LENGTH, _LIMIT)]
_Pins = Annotated[tuple[_Text, ...], Rule(lambda pins: True, 'must be a list: ["val/loss"]')]
_Charts = Annotated[
    Mapping[str, _Text], Rule(lambda charts: True, 'must be a table of texts: gap = "a - b"')
]
_Filter = Annotated[str, Rule(lambda text: not filter_fault(text), "must be a filter")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectView:
    """What the file says; a field's type, with its rules, is what is taken from it."""

    pin: _Pins = ()
    """Titles of the charts that come first, or tags in them."""
    x: _Text = ""
    """The formula of the x axis."""
    filter: _Filter = ""
    smooth: Smoothing | None = None
    charts: _Charts = field(default_factory=dict)
    """Formulas, separated by commas, by the title of their chart."""

    def first_look(self, look: Look) -> Look:
        """How the project is looked at for the first time, where all else is like `look`."""
        return look.with_asked(
            pins=self.pin, x=self.x, charts=self.charts, filter=self.filter, smoothing=self.smooth
        )


def read_project(path: Path) -> ProjectView:
    """What the file at a path says, if it is there.

    Raises:
        ConfigError: it cannot be read, or something in it makes no sense.
    """
    try:
        document = answer_within(_SECONDS, partial(read_document, path))
    except TimeoutError:
        raise ConfigError([_of_file(path, "the file system does not answer")]) from None
    if document is None:
        return ProjectView()
    problems: list[Problem] = []
    found = document.sound(document.values, field_types(ProjectView), problems)
    problems += _faults(document, found)
    if problems:
        raise ConfigError(sorted(problems, key=lambda problem: problem.origin.line))
    return ProjectView(**found)


def _of_file(path: Path, text: str) -> Problem:
    return Document(path, {}, {}).problem("", text)


def _faults(document: Document, found: Mapping[str, Any]) -> list[Problem]:
    charts: Mapping[str, str] = found.get("charts", {})
    told = {f"charts.{title}": chart_fault(title, text) for title, text in charts.items()}
    if len(charts) > MOST_CHARTS:
        told["charts"] = f"more than {MOST_CHARTS} charts"
    told["x"] = x_fault(found.get("x", ""))
    return [document.problem(name, f"{name}: {why}") for name, why in told.items() if why]


def chart_fault(title: str, text: str) -> str:
    """Why a chart cannot be made; empty where it can."""
    try:
        parse_formulas(text)
    except FormulaError as error:
        return str(error)
    if not title.strip() or len(title) > MOST_LENGTH:
        return "a chart has a title" if not title.strip() else "the title is too long"
    return ""


def x_fault(text: str) -> str:
    """Why a text is no x axis; empty where it is one, or there is none."""
    try:
        if text.strip():
            parse_formula(text)
    except FormulaError as error:
        return str(error)
    return ""


def project_file(session: Session) -> Path:
    """Where the file of what is watched is, or would be: in the directory in which the training
    was launched, else the current one, or above it as far as the repository reaches."""
    if session.status is not None:
        directory = Path(session.status.record.cwd)
    elif session.process is not None:
        directory = Path(session.process.cwd)
    else:
        directory = Path.cwd()
    return file_for(directory)


def file_for(directory: Path) -> Path:
    """The file of the project that a directory belongs to."""
    for above in [directory, *directory.parents[:_HIGHEST]]:
        with suppress(OSError):  # what may not be looked into has none
            if (above / FILE).exists():
                return above / FILE
            if (above / ".git").exists():
                break
    return directory / FILE


class ProjectFile:
    """The file of what is watched, to be read once and changed by keys."""

    def __init__(self, session: Session) -> None:
        self.fault = ""
        """Why nothing of it is in force, or what was changed last is not kept; one line."""
        self.view = ProjectView()
        """What it said at first."""
        self.path = Path(FILE)
        try:
            self.path = answer_within(_SECONDS, partial(project_file, session))
            self.view = read_project(self.path)
        except (OSError, TimeoutError) as error:
            self.fault = f"{FILE}: {error}"
        except ConfigError as error:
            more = len(error.problems) - 1
            self.fault = f"{error.problems[0]}{f' (and {more} more)' if more else ''}"

    def keep(self, before: Look, after: Look) -> bool:
        """Write what is other than before; whether there was anything, and it was kept.

        Where it was not, `fault` tells why.
        """
        if _kept(before) == _kept(after):
            return False
        try:
            answer_within(_SECONDS, partial(_rewrite, self.path, before, after))
        except (TomlEditError, OSError, UnicodeError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else error
            self.fault = f"{self.path}: not kept there: {why}"
            return False
        return True


def _kept(look: Look) -> tuple[object, ...]:
    return look.pins, look.x, look.charts


def _rewrite(path: Path, before: Look, after: Look) -> None:
    """Change in the file, as it is now, what is other in a look. Raises OSError, TomlEditError."""
    path = path.resolve()
    text, mode = "", 0o666
    if path.exists():
        text, mode = read_regular(path, _MOST_BYTES).decode(), stat.S_IMODE(path.stat().st_mode)
    try:
        said = read_project(path)
    except ConfigError as error:
        raise TomlEditError(error.problems[0].text) from None
    if before.pins != after.pins:
        gone = set(before.pins) - set(after.pins)
        new = [pin for pin in after.pins if pin not in (*before.pins, *said.pin)]
        pins = [*(pin for pin in said.pin if pin not in gone), *new]
        text = with_value(text, "", "pin", pins or None)
    if before.x != after.x:
        text = with_value(text, "", "x", after.x or None)
    for title in dict.fromkeys((*before.charts, *after.charts)):
        if before.charts.get(title) != after.charts.get(title):
            text = with_value(text, "charts", title, after.charts.get(title))
    if text or path.exists():
        replace_file(path, text.encode(), mode=mode)
