"""Why a training ended, in one sentence: from its wait status, the OOM counters, its last words."""

import re
from collections.abc import Callable
from signal import Signals

from tuimon.guardian.child import Outcome, signal_name
from tuimon.guardian.oom import OomKills
from tuimon.runs.escapes import SEQUENCE

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
    "SIGSEGV": "segmentation fault in native code",
    "SIGXCPU": "limit of CPU time reached (ulimit -t)",
    "SIGXFSZ": "limit of file size reached (ulimit -f)",
}
_SHELL_SIGNAL = 128
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]+")

# The last line of a traceback: a dotted class name, alone or with a message. Launchers put a
# prefix with the rank before the lines of their workers ("[rank0]: ", "[default0]:").
_EXCEPTION = re.compile(
    r"^(?:\[[\w ]{1,20}\]:? ?)?(?P<name>(?:[A-Za-z_]\w*\.)*[A-Z]\w*"
    r"(?:Error|Exception|Interrupt|Exit|Warning|Iteration|Failure|Timeout|Invalid))"
    r"(?P<message>:.*)?$"
)
_TRACEBACK = re.compile(r"^(?:\[[\w ]{1,20}\]:? ?)?Traceback \(most recent call last\):")
# What a launcher raises when a worker has failed tells less than the worker's own exception.
_OF_LAUNCHERS = re.compile(r"ChildFailedError|ProcessRaisedException|CalledProcessError")
# So does what a rank raises because another one is gone (gloo, NCCL, the store of torch).
_OF_OTHER_RANKS = re.compile(
    r"[Cc]onnection (?:was )?(?:closed|reset|refused)|[Bb]roken pipe|remote (?:worker|process) "
)

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


def explain(
    outcome: Outcome,
    stopped_by: Signals | None,
    kills: OomKills,
    tail: bytes,
    *,
    ordered: bool = True,
) -> str:
    """One sentence, not yet safe for a terminal.

    `stopped_by` is the last signal that a stop has sent, and `ordered` as in `Outcome.describe`;
    `kills` are those since the start, and `tail` is the end of the console.
    """
    said = outcome.describe(stopped_by, ordered=ordered)
    reason = None
    if stopped_by is None:
        reason = _of_memory(outcome, kills) or _of_signal(outcome)
    # An abort is the end of what the process itself has told before.
    tells = outcome.signal in (None, Signals.SIGABRT)
    if outcome.exit_code != 0 and (reason is None or tells):
        words = last_words(tail) if stopped_by is None else None
        reason = "; ".join(filter(None, [reason, words])) or None
    return f"{said}: {reason}" if reason else said


def last_words(tail: bytes) -> str | None:
    """What the end of a console tells of an error: a known message, else the last exception."""
    text = SEQUENCE.sub("", tail.decode(errors="replace"))
    lines = [_CONTROLS.sub(" ", line).strip() for line in re.split(r"[\r\n]+", text)]
    exceptions = _exceptions(lines)
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


def _exceptions(lines: list[str]) -> list[str]:
    """The last lines of the tracebacks, in order, without a launcher's prefix."""
    found = []
    within = False
    for line in lines:
        if _TRACEBACK.match(line):
            within = True
        elif within and (match := _EXCEPTION.match(line)):
            found.append(f"{match['name']}{match['message'] or ''}")
            within = False
    return found


def _of_memory(outcome: Outcome, kills: OomKills) -> str | None:
    killed = outcome.signal == Signals.SIGKILL or outcome.exit_code == _SHELL_SIGNAL + 9
    limit = f"; the limit is {_size(kills.limit)}" if kills.limit else ""
    peak = f"; its peak was {_size(outcome.peak)}" if outcome.peak else ""
    if kills.cgroup > 0:
        if killed:
            return f"the kernel was out of memory (OOM kill{limit}{peak})"
        if outcome.exit_code != 0:
            return f"the kernel was out of memory and killed a process of it (OOM kill{limit})"
    if not killed:
        return None
    if kills.host > 0:
        return f"probably out of memory: the kernel OOM-killed {kills.host} of this host{peak}"
    return "from outside (kill -9, a scheduler or an administrator)"


def _of_signal(outcome: Outcome) -> str | None:
    number = outcome.signal
    if number is None and (outcome.exit_code or 0) > _SHELL_SIGNAL:
        number = (outcome.exit_code or 0) - _SHELL_SIGNAL
        name = signal_name(number)
        if name not in _MEANINGS:
            return None
        return f"its command was killed by {name}, {_MEANINGS[name]}"
    return None if number is None else _MEANINGS.get(signal_name(number))


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count / 2**20:.0f} MiB"


def _shortened(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
