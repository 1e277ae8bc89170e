"""Where a training is, for people to read: who is at which calls, and a document for programs."""

from collections.abc import Iterator, Sequence
from typing import Any

from tuimon.stacks.call_stack import Call, ThreadStack
from tuimon.stacks.python_process import PythonProcess
from tuimon.stacks.survey import Survey, numbered
from tuimon.text import safe

_MOST_CALLS = 12
_MOST_THREADS = 4
"""Threads besides the main one that are told of with their calls."""
_MOST_PIDS = 4
_USERS, _LIBRARY = "▸", " "


def where_rows(survey: Survey) -> list[tuple[str, str]]:
    """(who, at which calls), the innermost first: a row for those that are at the same, ranks
    first; all of it safe for a terminal."""
    groups: dict[tuple[object, ...], list[PythonProcess]] = {}
    actors = survey.actors
    rest = [one for one in survey.processes if one not in actors]
    for one in [*actors, *rest]:
        key = _kind(one, survey), one.silence, one.threads and one.main.calls
        groups.setdefault(key, []).append(one)
    return [
        (safe(_who(group, survey)), "\n".join(map(safe, _lines(group[0]))))
        for group in groups.values()
    ]


def where_document(survey: Survey) -> dict[str, Any]:
    """The same as JSON has it."""
    return {
        "headline": survey.headline(),
        "look_at": survey.culprits(),
        "gone": survey.gone,
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
        return f"{numbered('rank', ranks)}\nPID {pids}"
    several = f"{len(group)} {kind}s" if len(group) > 1 else kind
    return f"{several}\nPID {pids}" if not ranks else f"{several}\nof {numbered('rank', ranks)}"


def _lines(process: PythonProcess) -> Iterator[str]:
    if process.silence:
        yield process.silence
        return
    yield from _calls(process.main)
    others = process.threads[1:]
    telling = [stack for stack in others if stack.is_users][:_MOST_THREADS]
    for stack in telling:
        yield f"in {stack.name}:"
        yield from _calls(stack)
    if more := len(others) - len(telling):
        yield f"{more} other thread{'s' if more > 1 else ''}"


def _calls(stack: ThreadStack) -> Iterator[str]:
    """The calls of a thread, without the libraries that called the user's code."""
    users = [at for at, call in enumerate(stack.calls) if not call.is_library]
    calls = stack.calls[: users[-1] + 1] if users else stack.calls
    shown = [_call(call) for call in calls if not call.file.startswith("<frozen")]
    if (more := len(shown) - _MOST_CALLS) > 0:
        half = _MOST_CALLS // 2
        shown[half:-half] = [f"  … {more} more"]
    yield from shown or ["no Python code"]


def _call(call: Call) -> str:
    mark = _LIBRARY if call.is_library else _USERS
    path = call.file.rpartition("-packages/")[2] if call.is_library else call.file
    return f"{mark} {call.function}  {path}:{call.line}"
