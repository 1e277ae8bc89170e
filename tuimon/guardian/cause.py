"""How a training ended, and why, in one sentence: from its wait status, from a stop that was under
way, the OOM counters, and its last words.
"""

from signal import Signals
from typing import NamedTuple

from tuimon.guardian.child import Outcome
from tuimon.guardian.last_words import (
    crash_at_end,
    killers_words,
    last_error,
    last_line,
    last_words,
    place_of_crash,
    says_stopped,
)
from tuimon.guardian.oom import OomKills
from tuimon.guardian.stop_log import Stop, StopCause
from tuimon.runs.process import signal_name
from tuimon.runs.record import RunState

_MEANINGS = {
    "SIGHUP": "hang-up of a terminal",
    "SIGQUIT": "quit",
    "SIGILL": "illegal instruction: a binary for another processor?",
    "SIGABRT": "aborted by its own native code",
    "SIGBUS": "bus error: is /dev/shm too small for the DataLoader's workers?",
    "SIGFPE": "arithmetic error in native code",
    "SIGKILL": "from outside (kill -9, a scheduler or an administrator)",
    "SIGSEGV": "segmentation fault in native code",
    "SIGXCPU": "limit of CPU time reached (ulimit -t)",
    "SIGXFSZ": "limit of file size reached (ulimit -f)",
}
_OF_PEOPLE = frozenset({"SIGHUP", "SIGQUIT", "SIGKILL"})
"""Of these, what is sent in order to end something; the others are errors."""
_CRASHES = frozenset({"SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSEGV"})
_SHELL_SIGNAL = 128


class Ending(NamedTuple):
    """What is told of the end of a training; `cause` is one sentence, not yet safe to print."""

    state: RunState
    cause: str


def explain(
    outcome: Outcome,
    stop: Stop | None,
    kills: OomKills,
    before: bytes,
    since: bytes,
    job: str | None = None,
) -> Ending:
    """What became of a training.

    `kills` are those since its start; `before` and `since` are the end of its console, up to the
    beginning of the stop and after it (see `tuimon.guardian.console_end`); `job` is what the
    scheduler calls all of it, if there is one.
    """
    tail = before + since
    words = last_words(tail if stop is None else since) if outcome.exit_code else None
    if stop is not None and stop.by is StopCause.JOB:
        return _after_signal(
            outcome, stop, killers_words(tail), _crash(outcome, stop, kills) or words, job
        )
    if stop is not None and stop.by is StopCause.SYSTEM and outcome.exit_code == 0:
        ago = _seconds(stop.lasted)
        return Ending(
            outcome.state, f"exit code 0, {ago} after its guardian got {stop.signal.name}"
        )
    if stop is None or not _is_meant(stop, outcome, words):
        return Ending(outcome.state, _because(outcome.describe(), _reason(outcome, kills, tail)))
    said = f"stopped {stop.by} ({stop.signal.name})"
    if outcome.signal != stop.signal:
        said = f"{said}, {outcome.describe()}"
    if crash := _crash(outcome, stop, kills):
        return Ending(outcome.state, _because(said, crash))
    # What dies of SIGINT was at work; what exits, or has to be killed, may have been at its end.
    at_work = outcome.exit_code == 0 or outcome.signal == Signals.SIGINT
    if not at_work and (crash := crash_at_end(before)):
        return Ending(RunState.FAILED, f"{said}; it had failed before: {crash}")
    if words is not None and says_stopped(words):
        words = None
    state = RunState.KILLED if stop.by is StopCause.SYSTEM else RunState.STOPPED
    return Ending(state, _because(said, words))


def _after_signal(
    outcome: Outcome, stop: Stop, killer: str | None, why: str | None, job: str | None
) -> Ending:
    """The end of a training that was sent a signal with all of its job: because of it or not."""
    name, all_of_it = stop.signal.name, f"all of {job}" if job else "the whole job"
    if _deadly_signal(outcome) == name:
        guess = "cancelled, preempted or out of time?" if job else "a scheduler, logout, shutdown?"
        end = outcome.describe() if outcome.signal else f"{outcome.describe()}: {name}"
        return Ending(RunState.KILLED, f"{end}, sent to {all_of_it}: {killer or guess}")
    said = f"{outcome.describe()}, {_seconds(stop.lasted)} after {name} to {all_of_it}"
    if why is not None and says_stopped(why):
        return Ending(RunState.KILLED, said)
    return Ending(outcome.state, _because(said, killer or why))


def _seconds(count: float) -> str:
    return f"{count:.0f} s" if count < 120 else f"{count / 60:.0f} min"


def _is_meant(stop: Stop, outcome: Outcome, words: str | None) -> bool:
    """Whether the training has ended of the stop, as far as its end and last words tell."""
    if stop.by is StopCause.CTRL_C:
        return words is None or says_stopped(words)
    if stop.by is StopCause.TYPED:
        return _deadly_signal(outcome) == "SIGINT" or bool(words and says_stopped(words))
    return True


def _because(what: str, why: str | None) -> str:
    return f"{what}: {why}" if why else what


def _reason(outcome: Outcome, kills: OomKills, tail: bytes) -> str | None:
    """Why a training that nobody has stopped came to its end."""
    if outcome.exit_code == 0:
        return None
    if _deadly_signal(outcome) in _CRASHES:
        return _of_crash(outcome, tail)
    reason = _of_memory(outcome, kills) or killers_words(tail) or _of_signal(outcome)
    if outcome.signal is not None:
        return reason
    words = last_words(tail)
    if words is None:
        words = last_error(tail)
    if words is None and outcome.exit_code == 1:  # as of sys.exit("text")
        words = last_line(tail)
    return "; ".join(dict.fromkeys(filter(None, [reason, words]))) or None


def _of_crash(outcome: Outcome, tail: bytes) -> str | None:
    """What native code has ended of: an abort is the end of what it has told before."""
    reason, words = _of_signal(outcome), last_words(tail)
    if _deadly_signal(outcome) == "SIGABRT" and words is not None:
        return words
    if place := place_of_crash(tail):
        return f"{reason}, called at {place}"
    if _deadly_signal(outcome) == "SIGABRT":
        words = last_error(tail) or last_line(tail)
        return "; ".join(filter(None, [reason, words]))
    return "; ".join(filter(None, [reason, words if outcome.signal is None else None]))


def _crash(outcome: Outcome, stop: Stop, kills: OomKills) -> str | None:
    """What else than the stop has ended a training that was being stopped."""
    if stop.signal is not Signals.SIGKILL and (reason := _of_memory(outcome, kills)):
        return reason
    return None if _deadly_signal(outcome) in _OF_PEOPLE else _of_signal(outcome)


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
