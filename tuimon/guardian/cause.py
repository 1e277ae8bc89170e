"""How a training ended, and why, in one sentence: from its wait status, from a stop that was under
way, the OOM counters, and its last words.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from signal import Signals
from typing import NamedTuple

from tuimon.guardian.child import Outcome, signal_name
from tuimon.guardian.oom import OomKills
from tuimon.runs.escapes import SEQUENCE
from tuimon.runs.record import RunState

TAIL = 65536
"""Bytes of the console's end that last words are looked for in."""

_LONGEST = 300
_MEANINGS = {
    "SIGHUP": "hang-up of a terminal",
    "SIGQUIT": "quit",
    "SIGILL": "illegal instruction: a binary for another processor?",
    "SIGABRT": "aborted by itself: a failed assertion of C++ or CUDA code",
    "SIGBUS": "bus error: is /dev/shm too small for the DataLoader's workers?",
    "SIGFPE": "arithmetic error in native code",
    "SIGKILL": "from outside (kill -9, a scheduler or an administrator)",
    "SIGSEGV": "segmentation fault in native code",
    "SIGXCPU": "limit of CPU time reached (ulimit -t)",
    "SIGXFSZ": "limit of file size reached (ulimit -f)",
}
_OF_PEOPLE = frozenset({"SIGHUP", "SIGQUIT", "SIGKILL"})
"""Of these, what is sent in order to end something; the others are errors."""
_SHELL_SIGNAL = 128
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]+")

# The last line of a traceback: a dotted class name, alone or with a message. Launchers put a
# prefix with the rank before the lines of their workers ("[rank0]: ", "[default0]:").
_EXCEPTION = re.compile(
    r"^(?:\[[\w ]{1,20}\]:? ?)?(?P<name>(?:[A-Za-z_]\w*\.)*[A-Z]\w*"
    r"(?:Error|Exception|Interrupt|Exit|Warning|Iteration|Failure|Timeout|Invalid))"
    r"(?P<message>:.*)?$"
)
# What a traceback begins with; that of a script with a syntax error has no heading.
_TRACEBACK = re.compile(
    r"^(?:\[[\w ]{1,20}\]:? ?)?(?:Traceback \(most recent call last\):|File \".+\", line \d+$)"
)
# What a launcher raises when a worker has failed tells less than the worker's own exception.
_OF_LAUNCHERS = re.compile(r"ChildFailedError|ProcessRaisedException|CalledProcessError")
# So does what a rank raises because another one is gone (gloo, NCCL, the store of torch).
_OF_OTHER_RANKS = re.compile(
    r"[Cc]onnection (?:was )?(?:closed|reset|refused)|[Bb]roken pipe|remote (?:worker|process) "
)

# What Python and launchers raise because they are stopped is no news to whoever has stopped them.
_OF_STOPS = re.compile(r"^KeyboardInterrupt|SignalException|killed by signal|exited unexpectedly")

_CRASH_LINES = 20
"""Lines that may follow the traceback a training has ended with, while it does not come to an end
(threads, collectives); what is followed by more was survived."""

_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def _as_is(prefix: str) -> Callable[[re.Match[str]], str]:
    return lambda match: f"{prefix}: {match[0].strip()}"


_RULES: tuple[_Rule, ...] = (
    (
        re.compile(r"(?:torch\.)?(?:cuda\.)?OutOfMemoryError: .*|.*CUDA out of memory.*"),
        _as_is("out of GPU memory"),
    ),
    (re.compile(r".*CUBLAS_STATUS_ALLOC_FAILED.*"), _as_is("out of GPU memory")),
    (re.compile(r".*DataLoader worker .* killed by signal.*"), _as_is("a DataLoader worker died")),
    (re.compile(r".*(?:NCCL error|ncclUnhandled|ncclSystem|ncclInternal).*"), _as_is("NCCL")),
    (
        re.compile(r".*Watchdog caught collective operation timeout.*"),
        _as_is("a rank did not answer"),
    ),
    (re.compile(r".*(?:\[Errno 28\]|No space left on device).*"), _as_is("the disk is full")),
    (re.compile(r".*CUDA error: .*|.*device-side assert triggered.*"), _as_is("CUDA")),
)


class StoppedBy(StrEnum):
    """Who has stopped a training, as the sentence goes on after ``stopped``."""

    REQUEST = "by request"
    CTRL_C = "by Ctrl-C"
    """Passed on by ``tuimon run --foreground``."""
    TYPED = "by Ctrl-C in its console"
    """Which may have been meant for a debugger, or for less than an end."""
    SYSTEM = "as its guardian got SIGTERM: a logout or shutdown?"

    @property
    def is_key(self) -> bool:
        """Whether Ctrl-C is all there was: a signal, and no stop that goes on."""
        return self in (StoppedBy.CTRL_C, StoppedBy.TYPED)


class Stop(NamedTuple):
    """A stop that was under way when the training ended."""

    by: StoppedBy
    signal: Signals
    """The last signal that it has sent."""
    begun_at: float
    """In monotonic seconds."""
    printed: int
    """Bytes of the console that had been recorded when it began."""


class Ending(NamedTuple):
    """What is told of the end of a training; `cause` is one sentence, not yet safe to print."""

    state: RunState
    cause: str


def explain(
    outcome: Outcome, stop: Stop | None, kills: OomKills, tail: bytes, printed: int
) -> Ending:
    """What became of a training.

    `kills` are those since its start, `tail` is the end of a console of `printed` bytes.
    """
    since = 0 if stop is None else max(0, len(tail) - (printed - stop.printed))
    words = last_words(tail[since:]) if outcome.exit_code else None
    if stop is None or not _is_meant(stop, outcome, words):
        return Ending(outcome.state, _because(outcome.describe(), _reason(outcome, kills, tail)))
    said = f"stopped {stop.by} ({stop.signal.name})"
    if outcome.signal != stop.signal:
        said = f"{said}, {outcome.describe()}"
    if crash := _crash(outcome, stop, kills):
        return Ending(outcome.state, _because(said, crash))
    # One that dies of an interrupt had nothing worse to do; one that exits may have hung.
    if outcome.exit_code != 0 and outcome.signal != Signals.SIGINT and (cry := _cry(tail[:since])):
        return Ending(RunState.FAILED, f"{said}; it had failed before: {cry}")
    if words is not None and _OF_STOPS.search(words):
        words = None
    state = RunState.KILLED if stop.by is StoppedBy.SYSTEM else RunState.STOPPED
    return Ending(state, _because(said, words))


def _is_meant(stop: Stop, outcome: Outcome, words: str | None) -> bool:
    """Whether the training has ended of the stop, as far as its end and last words tell."""
    if stop.by is StoppedBy.CTRL_C:
        return words is None or bool(_OF_STOPS.search(words))
    if stop.by is StoppedBy.TYPED:
        interrupted = _deadly_signal(outcome) == "SIGINT"
        return interrupted or bool(words and _OF_STOPS.search(words))
    return True


def _because(what: str, why: str | None) -> str:
    return f"{what}: {why}" if why else what


def _reason(outcome: Outcome, kills: OomKills, tail: bytes) -> str | None:
    """Why a training that nobody has stopped came to its end."""
    reason = _of_memory(outcome, kills) or _of_signal(outcome)
    # An abort is the end of what the process itself has told before.
    tells = outcome.signal in (None, Signals.SIGABRT)
    if outcome.exit_code != 0 and (reason is None or tells):
        return "; ".join(filter(None, [reason, last_words(tail)])) or None
    return reason


def _crash(outcome: Outcome, stop: Stop, kills: OomKills) -> str | None:
    """What else than the stop has ended a training that was being stopped."""
    if stop.signal is not Signals.SIGKILL and (reason := _of_memory(outcome, kills)):
        return reason
    return None if _deadly_signal(outcome) in _OF_PEOPLE else _of_signal(outcome)


def _cry(output: bytes) -> str | None:
    """The words of a traceback that is the last, or almost the last, in `output`."""
    lines = [line for line in _lines(output) if line]
    exceptions = _exceptions(lines)
    if not exceptions or len(lines) - exceptions[-1][0] > _CRASH_LINES:
        return None
    words = last_words(output)
    return None if words is None or _OF_STOPS.search(words) else words


def last_words(tail: bytes) -> str | None:
    """What the end of a console tells of an error: a known message, else the last exception."""
    lines = _lines(tail)
    exceptions = [text for _, text in _exceptions(lines)]
    for candidates in (exceptions, lines[-50:]):
        for pattern, say in _RULES:
            for line in reversed(candidates):
                if match := pattern.search(line):
                    return _shortened(say(match))
    # The cause stands before what launcher and other ranks make of it.
    workers = [line for line in exceptions if not _OF_LAUNCHERS.search(line)]
    own = [line for line in workers if not _OF_OTHER_RANKS.search(line)]
    found = own or workers or exceptions
    return _shortened(found[-1]) if found else None


def _lines(output: bytes) -> list[str]:
    """The lines of a console, without colours and control characters."""
    text = SEQUENCE.sub("", output.decode(errors="replace"))
    return [_CONTROLS.sub(" ", line).strip() for line in re.split(r"[\r\n]+", text)]


def _exceptions(lines: list[str]) -> list[tuple[int, str]]:
    """(number of the line, text without a launcher's prefix) of the ends of all tracebacks."""
    found = []
    within = False
    for number, line in enumerate(lines):
        if _TRACEBACK.match(line):
            within = True
        elif within and (match := _EXCEPTION.match(line)):
            found.append((number, f"{match['name']}{match['message'] or ''}"))
            within = False
    return found


def _of_memory(outcome: Outcome, kills: OomKills) -> str | None:
    killed = _deadly_signal(outcome) == "SIGKILL"
    limit = f"; the limit is {_size(kills.limit)}" if kills.limit else ""
    peak = f"; its peak was {_size(outcome.peak)}" if outcome.peak else ""
    if kills.cgroup > 0:
        if killed:
            return f"the kernel was out of memory (OOM kill{limit}{peak})"
        if outcome.exit_code != 0:
            return f"the kernel was out of memory and killed a process of it (OOM kill{limit})"
    if killed and kills.host > 0:
        return f"probably out of memory: the kernel OOM-killed {kills.host} of this host{peak}"
    return None


def _of_signal(outcome: Outcome) -> str | None:
    name = _deadly_signal(outcome)
    if name not in _MEANINGS:
        return None
    if outcome.signal is None:
        return f"its command was killed by {name}, {_MEANINGS[name]}"
    return _MEANINGS[name]


def _deadly_signal(outcome: Outcome) -> str:
    """The name of what has killed the process, or, as shells tell it, its command; else empty."""
    if outcome.signal is not None:
        return signal_name(outcome.signal)
    number = (outcome.exit_code or 0) - _SHELL_SIGNAL
    return signal_name(number) if number > 0 else ""


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count / 2**20:.0f} MiB"


def _shortened(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
