"""The stack of a thread, as faulthandler writes it and py-spy dumps it; bounded, for any input."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import PurePath
from typing import Any, NamedTuple

_MOST_THREADS = 128
_MOST_CALLS = 128
"""faulthandler writes 100 of each."""
_THREAD = re.compile(
    r"(?P<current>Current thread|Thread) (?P<id>0x[0-9a-f]+)(?: \[(?P<name>[^\]\n]*)\])? \(most"
)
_CALL = re.compile(r'  File "(?P<file>[^"\n]*)", line (?P<line>\d+) in (?P<function>.*)')
_OF_LIBRARIES = re.compile(
    r"[/\\](?:site|dist)-packages[/\\]|[/\\]lib(?:64)?[/\\]python[\d.]+[/\\]"
    r"|[/\\]bin[/\\][^/\\.]+$|^<(?!string|stdin|ipython)"
)
_WRAPPERS = frozenset(
    {"wrapper", "wrapped", "inner", "decorate_context", "_fn", "_call_impl", "_wrapped_call_impl"}
    | {"__call__", "<lambda>"}
)
"""Functions between a call and what was called, which say nothing."""
_FORKS = "multiprocessing/popen_fork.py"
_IMPORT = "_find_and_load"
"""Of importlib."""


class Call(NamedTuple):
    """A function that is being executed, and at which line (0: not known)."""

    file: str
    line: int
    function: str

    @property
    def is_library(self) -> bool:
        """Whether it is of the standard library or an installed package; not the user's code."""
        return _OF_LIBRARIES.search(self.file) is not None

    @property
    def at(self) -> str:
        """``trainer.py:695``."""
        return f"{PurePath(self.file).name}:{self.line}"


class ThreadStack(NamedTuple):
    """What a thread executes, innermost first; strings come from outside."""

    name: str
    calls: tuple[Call, ...]

    @property
    def place(self) -> str:
        """In a few words: the line of the user's code, and what was called there."""
        if not self.calls:
            return "no Python code"
        users = (at for at, call in enumerate(self.calls) if not call.is_library)
        inner = next(users, 0)
        called = [call.function for call in reversed(self.calls[:inner])]
        plain = [name for name in called if name not in _WRAPPERS]
        call = self.calls[inner]
        what = (plain or called or [call.function])[0]
        return f"{'import' if what == _IMPORT else what} ({call.at})"

    def is_in(self, *parts: str) -> bool:
        """Whether it executes code of a file whose path has one of these in it."""
        return any(part in call.file for part in parts for call in self.calls)

    @property
    def is_users(self) -> bool:
        """Whether it executes any code that is not of a library."""
        return any(not call.is_library for call in self.calls)


def read_faulthandler(text: str) -> tuple[ThreadStack, ...]:
    """The threads of one dump of faulthandler's (CPython's ``Python/traceback.c``), the main one
    first: it writes the newest thread first, up to a hundred."""
    found: list[tuple[bool, ThreadStack]] = []
    for head, calls in _sections(text):
        name = head["name"] or f"thread {head['id']}"
        found.append((head["current"] != "Thread", ThreadStack(name, _since_fork(calls))))
    if not found:
        return ()
    # Of more threads the oldest is cut off; signals arrive at the main thread if it takes them.
    was_cut = text.rstrip().endswith("\n...")
    main = next((n for n, (current, _) in enumerate(found) if current), 0) if was_cut else -1
    _, first = found.pop(main)
    return (first._replace(name="main thread"), *(stack for _, stack in found))


def _sections(text: str) -> Iterator[tuple[re.Match[str], list[Call]]]:
    head: re.Match[str] | None = None
    calls: list[Call] = []
    threads = 0
    for line in text.splitlines():
        if found := _THREAD.match(line):
            if head is not None:
                yield head, calls
            head, calls, threads = found, [], threads + 1
            if threads > _MOST_THREADS:
                return
        elif (call := _CALL.match(line)) and len(calls) < _MOST_CALLS:
            calls.append(Call(call["file"], int(call["line"][:9]), call["function"]))
    if head is not None:
        yield head, calls


def _since_fork(calls: Sequence[Call]) -> tuple[Call, ...]:
    """Without what had forked this process of multiprocessing: that is executed in another one."""
    return tuple(takewhile(lambda call: not call.file.endswith(_FORKS), calls))


def read_py_spy(text: str) -> tuple[ThreadStack, ...]:
    """The threads of ``py-spy dump --json``, the main one first; ValueError for anything else."""
    threads = json.loads(text)
    if not isinstance(threads, list):
        raise ValueError("not what py-spy dumps")
    found = [_of_py_spy(one) for one in threads[:_MOST_THREADS] if isinstance(one, dict)]
    return tuple(sorted(found, key=lambda stack: stack.name != "main thread"))


def _of_py_spy(thread: dict[str, Any]) -> ThreadStack:
    calls = _since_fork(
        [
            Call(str(call.get("filename")), int(call.get("line") or 0), str(call.get("name")))
            for call in list(thread.get("frames") or ())[:_MOST_CALLS]
            if isinstance(call, dict)
        ]
    )
    is_main = thread.get("thread_name") == "MainThread"
    name = thread.get("thread_name") or f"thread {thread.get('thread_id')}"
    return ThreadStack("main thread" if is_main else str(name), calls)
