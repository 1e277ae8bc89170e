"""What is not the same in some runs: how they were launched, what with, what they have reached."""

import math
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tuimon.masking.mask import Mask
from tuimon.metrics import best_of
from tuimon.present.run_board import result_of
from tuimon.present.run_details import RunDetails
from tuimon.present.run_facts import Fact, run_sections
from tuimon.runs.registry import RunStatus
from tuimon.runs.secrecy import masked_command
from tuimon.session.session import Session
from tuimon.text import format_duration, format_value, safe

_GIVEN = ("configuration", "environment", "code")
"""Sections of the page on a run that tell what it was given."""
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

    def change(self, index: int) -> float | None:
        """How much larger the number of a run is than that of the first, as its share."""
        if not self.numbers:
            return None
        first, value = self.numbers[0], self.numbers[index]
        if not first or not math.isfinite(value - first):
            return None
        return (value - first) / abs(first)

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


def differences(subjects: Sequence[ReportSubject]) -> list[Difference]:
    """What differs between runs, section by section; what all have alike is left out."""
    now = time.time()
    told = [_given(subject) for subject in subjects]
    reached = [_reached(subject, now) for subject in subjects]
    return [one for one in (*_of_texts(told), *_of_numbers(reached)) if one.tells]


def _given(subject: ReportSubject) -> dict[tuple[str, str], str]:
    status = subject.status
    command = safe(masked_command(status.record))
    told = {("run", "state"): str(status.state), ("run", "command"): command}
    told["run", "in"] = safe(status.record.cwd)
    for title in _GIVEN:
        told |= {(title, fact.name or "changes"): fact.value for fact in subject.section(title)}
    return told


def _of_texts(told: Sequence[Mapping[tuple[str, str], str]]) -> Iterator[Difference]:
    for section, name in dict.fromkeys(key for one in told for key in one):
        yield Difference(section, name, tuple(one.get((section, name), "") for one in told))


class _Amount(NamedTuple):
    """A number, and how it is told."""

    number: float
    text: str


def _reached(subject: ReportSubject, now: float) -> dict[tuple[str, str], _Amount]:
    """Time, memory, and of each metric the best value, else the last one."""
    took = subject.status.took(now)
    amounts = {("resources", "time"): _Amount(took, format_duration(took))}
    runs = subject.session.store.runs
    for name, run in runs.items():
        for tag, series in run.series.items():
            if len(series):
                result = result_of(series.snapshot(), best_of(tag))
                what = "last" if result.best is None else "best"
                of = f" of {name}" if len(runs) > 1 else ""
                text = f"{format_value(result.told)} @ {result.told_step}"
                amounts["values", safe(f"{what} {tag}{of}")] = _Amount(result.told, text)
    for fact in subject.section("resources"):
        amounts["resources", fact.name] = _Amount(_first_number(fact.value), fact.value)
    return amounts


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
            yield Difference(section, name, texts, numbers if _are_alike(texts) else ())
