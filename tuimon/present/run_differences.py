"""What is not the same in some runs: how they were launched, what with, what they have reached."""

import math
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tuimon.charts.reference import share_of
from tuimon.masking.mask import Mask
from tuimon.metrics import Best, best_of
from tuimon.present.run_board import course_of, result_of
from tuimon.present.run_details import RunDetails
from tuimon.present.run_facts import Fact, run_sections
from tuimon.runs.code_states import CodeDifference, CodeState, code_difference
from tuimon.runs.record import RecorderRecord
from tuimon.runs.registry import RunStatus
from tuimon.runs.secrecy import masked_command
from tuimon.runs.text_mapping import read_mapping
from tuimon.session.session import Session
from tuimon.text import format_duration, format_value, safe

_GIVEN = ("configuration", "environment")
"""Sections of the page on a run that tell what it was given."""
_PACKAGES = "packages"
_NUMBER = re.compile(r"\d[\d.]*(?:e[-+]?\d+)?")
_UNIT = re.compile(r"\b(?:[kM]?Wh|[kMG]B|h)\b")
_ALIKE = 1e-3
"""A share by which values may differ and be told as the same."""


class ReportSubject(NamedTuple):
    """A run that was read whole."""

    status: RunStatus
    session: Session
    details: RunDetails
    mask: Mask
    """What is secret of it."""
    label: str
    """What it is called beside another one; any text."""

    def section(self, title: str) -> list[Fact]:
        """Of the page on it; empty where nothing is known."""
        found = run_sections(self.session, self.details)
        return next((hidden(one.facts, self.mask) for one in found if one.title == title), [])


class Difference(NamedTuple):
    """Something that is not the same in all runs."""

    section: str
    name: str
    values: tuple[str, ...]
    """Of each run, in safe text; empty where it has none."""
    numbers: tuple[float, ...] = ()
    """The same in full, NaN for none; empty where they are no numbers."""
    best: Best | None = None
    """Which of them is the best, if that is known."""

    def change(self, index: int) -> float | None:
        """How much larger the number of a run is than that of the first, as its share."""
        if not self.numbers:
            return None
        return share_of(self.numbers[index], self.numbers[0])

    @property
    def tells(self) -> bool:
        """Whether there is more than the chance of timing in it."""
        if not self.numbers:
            return len(set(self.values)) > 1
        shares = [self.change(index) for index in range(len(self.numbers))]
        return any(share is None or abs(share) > _ALIKE for share in shares)


def hidden(facts: Sequence[Fact], mask: Mask) -> list[Fact]:
    """Facts without the secrets that are known."""
    return [
        fact._replace(value=safe(mask.value(fact.name, mask.text(fact.value)))) for fact in facts
    ]


_Texts = Mapping[tuple[str, str], str]
"""Values by section and name."""


def differences(subjects: Sequence[ReportSubject]) -> list[Difference]:
    """What differs between runs, section by section; what all have alike is left out."""
    now = time.time()
    told = [_given(subject) for subject in subjects]
    kept = [
        *_of_texts(list(map(_code, subjects))),
        *_of_texts(_known_of_all(list(map(_packages, subjects)))),
        *_of_texts(_known_of_all(list(map(_variables, subjects)))),
    ]
    reached = [_reached(subject, now) for subject in subjects]
    return [one for one in (*_of_texts(told), *kept, *_of_numbers(reached)) if one.tells]


def code_differences(subjects: Sequence[ReportSubject]) -> list[CodeDifference]:
    """What changes the code of the first run into that of each of the others. Asks git."""
    first, *others = subjects
    return [
        code_difference(_code_state(first), _code_state(one), [first.mask, one.mask])
        for one in others
    ]


def _code_state(subject: ReportSubject) -> CodeState:
    status = subject.status
    recorder = status.recorder or RecorderRecord()
    return CodeState(
        subject.label,
        status.record.cwd,
        recorder.git_commit,
        recorder.git_dirty is not False,
        status.paths.source,
    )


def _given(subject: ReportSubject) -> dict[tuple[str, str], str]:
    status = subject.status
    command = safe(masked_command(status.record))
    told = {("run", "state"): str(status.state), ("run", "command"): command}
    told["run", "in"] = safe(status.record.cwd)
    for title in _GIVEN:
        facts = (fact for fact in subject.section(title) if fact.name != _PACKAGES)
        told |= {(title, fact.name): fact.value for fact in facts}
    return told


def _code(subject: ReportSubject) -> _Texts:
    recorder = subject.status.recorder or RecorderRecord()
    commit, branch = recorder.git_commit or "", recorder.git_branch or ""
    rows = {
        "commit": " · ".join(filter(None, [commit[:12], branch])),
        "message": recorder.git_subject or "",
        "changes": "uncommitted ones" if recorder.git_dirty else "",
    }
    return {("code", name): safe(subject.mask.text(text)) for name, text in rows.items() if text}


def _packages(subject: ReportSubject) -> _Texts | None:
    """Versions of all packages; None where they were not kept."""
    return _section(_PACKAGES, read_mapping(subject.status.paths.packages))


def _variables(subject: ReportSubject) -> _Texts | None:
    """What it was started with; None where that was not kept."""
    found = read_mapping(subject.status.paths.environment)
    if found is None:
        return None
    facts = hidden([Fact(*one) for one in found.items()], subject.mask)
    return _section("variables", {fact.name: fact.value for fact in facts})


def _section(title: str, found: Mapping[str, str] | None) -> _Texts | None:
    return None if found is None else {(title, safe(n)): safe(text) for n, text in found.items()}


def _known_of_all(told: Sequence[_Texts | None]) -> Sequence[_Texts]:
    """Nothing where it is not known of all runs: what was not kept is not missing."""
    known = [one for one in told if one is not None]
    return known if len(known) == len(told) else []


def _of_texts(told: Sequence[_Texts]) -> Iterator[Difference]:
    for section, name in dict.fromkeys(key for one in told for key in one):
        yield Difference(section, name, tuple(one.get((section, name), "") for one in told))


class _Amount(NamedTuple):
    """A number, and how it is told."""

    number: float
    text: str
    best: Best | None = None


def _reached(subject: ReportSubject, now: float) -> dict[tuple[str, str], _Amount]:
    """Time, pace, memory, and of each metric the best and the last value."""
    took = subject.status.took(now)
    amounts = {("resources", "time"): _Amount(took, format_duration(took))}
    runs = subject.session.store.runs
    courses = [one for run in runs.values() for one in run.series.values() if len(one)]
    if courses and (pace := course_of(courses)[1]) is not None:
        amounts["resources", "pace"] = _Amount(pace, f"{format_value(pace)} steps/s")
    for name, run in runs.items():
        of = f" of {name}" if len(runs) > 1 else ""
        for tag, series in run.series.items():
            if not len(series):
                continue
            result, best = result_of(series.snapshot(), best_of(tag)), best_of(tag)
            told = {f"last {tag}{of}": _at(result.last, result.last_step, best)}
            if result.best is not None:
                told = {f"best {tag}{of}": _at(result.best, result.told_step, best), **told}
            amounts |= {("values", safe(what)): amount for what, amount in told.items()}
    for fact in subject.section("resources"):
        amounts["resources", fact.name] = _Amount(_first_number(fact.value), fact.value)
    return amounts


def _at(value: float, step: int, best: Best | None) -> _Amount:
    return _Amount(value, f"{format_value(value)} @ {step}", best)


def _first_number(text: str) -> float:
    """That of ``at most 0.17 GB``; NaN where there is none."""
    found = _NUMBER.search(text)
    return math.nan if found is None else float(found[0])


def _are_alike(texts: Sequence[str]) -> bool:
    """Whether numbers are of one unit: 900 Wh and 1.2 kWh are not."""
    return len({_UNIT.findall(text)[-1] for text in texts if _UNIT.search(text)}) < 2


def _of_numbers(reached: Sequence[Mapping[tuple[str, str], _Amount]]) -> Iterator[Difference]:
    nothing = _Amount(math.nan, "")
    keys = sorted(dict.fromkeys(key for one in reached for key in one), key=lambda key: key[0])
    for section, name in keys:
        found = [one.get((section, name), nothing) for one in reached]
        texts, numbers = tuple(one.text for one in found), tuple(one.number for one in found)
        if len(set(texts)) > 1:
            best = next((one.best for one in found if one.best), None)
            yield Difference(section, name, texts, numbers if _are_alike(texts) else (), best)
