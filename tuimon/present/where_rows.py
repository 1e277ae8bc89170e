"""Where a training is, for people to read: who is at which calls; and a document for programs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tuimon.present.rank_rows import RankFacts, rank_rows
from tuimon.stacks.call_stack import Call, ThreadStack
from tuimon.stacks.python_process import PythonProcess
from tuimon.stacks.survey import Survey, numbered
from tuimon.text import safe

_MOST_CALLS = 12
_MOST_THREADS = 4
"""Threads besides the main one that are told of with their calls."""
_MOST_PIDS = 4
_PLURALS = {
    "DataLoader worker": "DataLoader workers",
    "process": "processes",
    "helper": "helpers",
}


class PlaceSection(NamedTuple):
    """Processes that are at the same calls, and these, the innermost first: (function, line)."""

    who: str
    calls: list[tuple[str, str]]


def where_sections(
    survey: Survey, facts: Mapping[int, RankFacts], now: float
) -> list[PlaceSection]:
    """A table of the ranks, if there are any, and where all processes are; safe for a terminal."""
    ranks = rank_rows(survey, facts, now)
    return [PlaceSection("ranks", ranks)] * bool(ranks) + place_sections(survey)


def place_sections(survey: Survey) -> list[PlaceSection]:
    """All processes, those that train first; all of it is safe for a terminal."""
    groups: dict[tuple[object, ...], list[PythonProcess]] = {}
    actors = survey.actors
    rest = [one for one in survey.processes if one not in actors]
    for one in [*actors, *rest]:
        key = _kind(one, survey), one.silence, one.main.calls
        groups.setdefault(key, []).append(one)
    return [
        PlaceSection(
            safe(_who(group, survey)), [(safe(call), safe(line)) for call, line in _rows(group[0])]
        )
        for group in groups.values()
    ]


def where_document(survey: Survey, facts: Mapping[int, RankFacts]) -> dict[str, Any]:
    """The same as JSON has it."""
    return {
        "schema": 1,
        "headline": survey.headline(),
        "look_at": survey.culprits(),
        "gone": survey.gone,
        "ranks": {number: one._asdict() for number, one in sorted(facts.items())},
        "processes": [
            {
                "pid": one.pid,
                "parent": one.parent,
                "rank": one.rank and one.rank.number,
                "kind": _kind(one, survey),
                "place": one.silence or one.main.place,
                "moved": one.pid not in survey.unmoved,
                "threads": [
                    {
                        "name": stack.name,
                        "calls": [
                            {**call._asdict(), "library": call.is_library} for call in stack.calls
                        ],
                    }
                    for stack in one.threads
                ],
            }
            for one in survey.processes
        ],
    }


def _kind(process: PythonProcess, survey: Survey) -> str:
    if process.is_loader:
        return "DataLoader worker"
    if process in survey.actors:
        return "rank" if process.rank else "process"
    return "helper"


def _who(group: Sequence[PythonProcess], survey: Survey) -> str:
    kind = _kind(group[0], survey)
    pids = ", ".join(str(one.pid) for one in group[:_MOST_PIDS])
    pids += ", …" if len(group) > _MOST_PIDS else ""
    ranks = sorted({one.rank.number for one in group if one.rank is not None})
    if kind == "rank":
        return f"{numbered('rank', ranks)} (PID {pids})"
    several = f"{len(group)} {_PLURALS[kind]}" if len(group) > 1 else kind
    return f"{several}{' of ' + numbered('rank', ranks) if ranks else ''} (PID {pids})"


def _rows(process: PythonProcess) -> Iterator[tuple[str, str]]:
    if process.silence:
        yield "  is", process.silence
        return
    yield from _calls(process.main)
    others = process.threads[1:]
    telling = [stack for stack in others if stack.is_users][:_MOST_THREADS]
    for stack in telling:
        yield "  in", stack.name
        yield from _calls(stack)
    if more := len(others) - len(telling):
        yield "  and", f"{more} other thread{'s' if more > 1 else ''}"


def _calls(stack: ThreadStack) -> Iterator[tuple[str, str]]:
    """The calls of a thread, without the libraries that called the user's code."""
    users = [at for at, call in enumerate(stack.calls) if not call.is_library]
    calls = stack.calls[: users[-1] + 1] if users else stack.calls
    shown = [_row(call) for call in calls if not call.file.startswith("<frozen")]
    if (more := len(shown) - _MOST_CALLS) > 0:
        half = _MOST_CALLS // 2
        shown[half:-half] = [("  …", f"{more} more")]
    yield from shown or [("  no Python code", "")]


def _row(call: Call) -> tuple[str, str]:
    mark = " " if call.is_library else "▸"
    path = call.file.rpartition("-packages/")[2] if call.is_library else call.file
    return f"{mark} {call.function}", f"{path}:{call.line}"
