"""The ranks of a training as a table: how each is, when it was last heard of, what it takes."""

from collections.abc import Mapping
from typing import NamedTuple

from tuimon.stacks.python_process import PythonProcess
from tuimon.stacks.survey import Survey, is_waiting
from tuimon.text import fit, format_age, format_bytes, safe, width

_GAP = "  "
_UNKNOWN = "-"
_SILENCE = 5.0
"""Seconds by which one that is behind was heard of before the others: all log at times."""
_LOOK, _SLOWEST = "◂ look here", "◂ slowest"


class RankFacts(NamedTuple):
    """What is known of a rank besides where it is; None is not known."""

    heard_at: float | None = None
    """When it last wrote or printed anything; Unix seconds."""
    step: int | None = None
    memory: int | None = None
    """Bytes of its process."""
    gpus: Mapping[int, int] = {}
    """Bytes it takes on each GPU."""


def rank_rows(survey: Survey, facts: Mapping[int, RankFacts], now: float) -> list[tuple[str, str]]:
    """(rank, its columns), the first row being their titles; empty without ranks. Columns of which
    nothing is known are left out; of ranks on other hosts those are in that have facts."""
    ranks = [(one.rank.number, one) for one in survey.actors if one.rank is not None]
    elsewhere = survey.elsewhere & facts.keys()
    numbers = sorted([number for number, _ in ranks] + survey.gone + list(elsewhere))
    if not ranks:
        return []
    states = {number: _state(one, survey) for number, one in ranks}
    states |= dict.fromkeys(elsewhere, "on another host")
    known = [facts.get(number, RankFacts()) for number in numbers]
    columns = [
        ["state", *(states.get(number, "gone") for number in numbers)],
        ["step", *(_UNKNOWN if one.step is None else f"{one.step:,}" for one in known)],
        ["heard", *(_age(one.heard_at, now) for one in known)],
        ["memory", *(format_bytes(one.memory) if one.memory else _UNKNOWN for one in known)],
        ["GPU", *(_gpus(one) for one in known)],
    ]
    shown = [column for column in columns if any(cell != _UNKNOWN for cell in column[1:])]
    marks = ["", *(_mark(number, survey, facts) for number in numbers)]
    rooms = [max(map(width, column)) for column in shown]
    lines = [
        _GAP.join(fit(safe(cell), room) for cell, room in zip(cells, rooms, strict=True))
        for cells in zip(*shown, strict=True)
    ]
    names = ["rank", *map(str, numbers)]
    return [
        (name, f"{line}{_GAP}{mark}".rstrip())
        for name, line, mark in zip(names, lines, marks, strict=True)
    ]


def _state(process: PythonProcess, survey: Survey) -> str:
    if process.silence:
        return process.silence
    return "waits" if is_waiting(process) and process.pid in survey.unmoved else "runs"


def _mark(number: int, survey: Survey, facts: Mapping[int, RankFacts]) -> str:
    if number in survey.culprits():
        return _LOOK
    return _SLOWEST if number == _slowest(facts) else ""


def _slowest(facts: Mapping[int, RankFacts]) -> int | None:
    """The one that is behind all others, and was not heard of since they were."""
    known = [
        (one.step, one.heard_at, number)
        for number, one in facts.items()
        if one.step is not None and one.heard_at is not None
    ]
    if len(known) < max(2, len(facts)):
        return None
    (step, heard_at, number), *others = sorted(known)
    is_behind = all(step < one[0] and heard_at + _SILENCE < one[1] for one in others)
    return number if is_behind else None


def _age(when: float | None, now: float) -> str:
    return _UNKNOWN if when is None else format_age(max(0.0, now - when))


def _gpus(facts: RankFacts) -> str:
    told = [f"{index}: {format_bytes(taken)}" for index, taken in sorted(facts.gpus.items())]
    return ", ".join(told) or _UNKNOWN
