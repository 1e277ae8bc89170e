"""The levels of what a training prints: by the words of loggers, warnings and tracebacks.

Known are the formats of logging, loguru, structlog, absl and glog, TensorFlow, PyTorch, Lightning,
Hugging Face, NeMo, hydra, compilers, Slurm and the like, JSON and ``level=``. What may be a metric
(``error: 0.5``) or prose ("no error was found") has no level.
"""

import re
from enum import IntEnum
from functools import lru_cache
from typing import Any

_LOOKED_AT = 200
"""Characters of a line in which its level stands, if it has one."""
_MOST_CONTINUED = 30
_LONGEST_TRACEBACK = 2000
"""Lines that may belong to the one before."""


class LogLevel(IntEnum):
    """How much a line matters."""

    DEBUG = 1
    INFO = 2
    WARNING = 3
    ERROR = 4


CONTINUED = 8
"""Added to the level of a line that belongs to one before it: a frame of a traceback, say."""

_LEVELS = {
    **dict.fromkeys(("trace", "debug", "verbose", "d"), LogLevel.DEBUG),
    **dict.fromkeys(("info", "notice", "success", "i"), LogLevel.INFO),
    **dict.fromkeys(("warning", "warn", "w"), LogLevel.WARNING),
    **dict.fromkeys(
        ("error", "err", "critical", "fatal", "severe", "exception", "panic", "e", "f", "c"),
        LogLevel.ERROR,
    ),
}


class _LatePattern:
    """A pattern that is compiled when it is first used: all of them would hold up a first frame."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self._pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self._pattern, self._flags)
        self.match, self.search = compiled.match, compiled.search
        return getattr(compiled, name)


_NAMES = "|".join(name for name in _LEVELS if len(name) > 1)
_HINT = _LatePattern("warn|err|debug|trac|verbose|fatal|crit|excep|interrupt|severe|panic")
_CRASH_HINT = _LatePattern("kill|abort|fault|terminate|assert|panick")
_NUMBER = (
    r"\s*[:=|]?\s*"
    r"(?:[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?%?(?=[\s,;|)/±]|$)"
    r"|(?:nan|inf|true|false|none|null|on|off|yes|no)\b(?! \w)|tensor\()"
)
_VALUES = r"[\[({][-+\s]*[\d.'\"]"
"""What a metric or a setting has behind its name: one, or several."""

_WHO = _LatePattern(
    r"(?:\[(?:default)?\d*\]:|\[rank ?\d+\]: ?|\[\d+,\d+\]<std\w+>: ?|\d+: "
    r"|\(\w+ pid=\d+[^)]{0,60}\) ?){1,3}"
)
"""Who has printed a line: torchrun, mpirun, srun, Ray."""
_LETTER = _LatePattern(
    r"\[?(?:([IWEFD])\d{3,8} \d\d:\d\d:\d\d"  # glog, absl, torch
    r"|([IWEF]) ?[\w/]+\.(?:cpp|cc|cu|h):\d"  # older torch
    r"|([IWEFCD]) [\d-]{2,10}[ :T]"  # optuna, jupyter
    r"|NeMo ([IWED]) )"
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: ([IWEF]) "  # TensorFlow
)
_WORD = _LatePattern(rf"(?<![\w.=/\"'`])(?:{_NAMES.upper()})(?![\w./=\"'`])(?!{_NUMBER})")
_BRACKETED = _LatePattern(rf"[\[<](?P<level>{_NAMES})\s*[\]>|]", re.I)
_COLON = _LatePattern(
    rf"(?:[^\w\s]{{1,3}} )?(?:[\w./+-]+(?:\[\d+\])?:(?:\d+:)* ?){{0,3}}"
    rf"(?:(?:fatal|internal|runtime|nvcc) )?(?P<level>{_NAMES})(?:\[\w+\])? ?: "
    rf"(?!{_NUMBER}|{_VALUES})",
    re.I,
)
_FIELD = _LatePattern(
    rf"(?:level|lvl|severity|levelname|log\.level)[\"']?\s?[=:]\s?[\"']?(?P<level>{_NAMES})\b", re.I
)
_PYTHON_WARNING = _LatePattern(r"(?:.{0,300}?:\d+: |[\w.]{0,60}?)\w*Warning: ")
_EXCEPTION = _LatePattern(
    r"(?:[\w.]{0,120}\.)?(?:(?:Key|Index|Value|Runtime|Assertion)Error:"
    rf"|[A-Z]\w*(?:Error|Exception|Interrupt|Exit)(?:\([\w.]+\))?(?::(?!{_NUMBER})|$))"
)
_CRASH = _LatePattern(
    r"Fatal Python error|terminate called|Segmentation fault|Aborted\b|Killed$|Bus error"
    r"|Floating point exception|thread '.*' panicked|.{0,120}: Assertion .* failed"
    r"|Exception (?:in thread|ignored in)|CUDA error: |Error executing job"
    r"|.{0,60}: line \d+: +\d+ (?:Killed|Aborted|Segmentation)|.{0,120}: Killed process \d"
)
_TRACEBACK = "Traceback (most recent call last)"
_BETWEEN = _LatePattern(r"During handling of the above|The above exception was")
_FRAME = _LatePattern(r"\s|frame #\d+:|[│╭╰|+]")
_CAPITALS = _LatePattern(r"\b(?!NCCL)[A-Z]{3,}\b")
_TWO_WORDS = _LatePattern(r"(?:^|\s)(?!NCCL)[A-Za-z]+ (?:[A-Za-z]+(?:\s|$)|$)")
_TIME = _LatePattern(r"\d:\d\d")


class LevelReader:
    """Reads the levels of lines, one after the other: some belong to those before them."""

    def __init__(self) -> None:
        self._level = LogLevel.INFO
        self._left = 0
        """So many lines more may belong to the last one that has a level."""
        self._traces = False
        """Whether a traceback goes on, up to its exception."""

    def read(self, line: str) -> int:
        """The level of the next line; `CONTINUED` is added where it belongs to one before."""
        who = _WHO.match(line)
        text = line[who.end() : who.end() + _LOOKED_AT] if who else line[:_LOOKED_AT]
        own = level_of(text)
        if own is not None:
            self._begin(own, traces=_TRACEBACK in text)
            return own
        if not self._left:
            return LogLevel.INFO
        self._left -= 1
        if self._traces:
            return self._in_traceback(text)
        if text and _FRAME.match(text):
            return self._level + CONTINUED
        self._left = 0
        return LogLevel.INFO

    def _begin(self, level: LogLevel, *, traces: bool) -> None:
        self._level, self._traces = level, traces
        self._left = _LONGEST_TRACEBACK if traces else _MOST_CONTINUED
        if level is LogLevel.INFO:
            self._left = 0

    def _in_traceback(self, text: str) -> int:
        if text and not _FRAME.match(text):
            self._begin(LogLevel.ERROR, traces=False)
            return LogLevel.ERROR  # the exception, whatever it is called
        return LogLevel.ERROR + CONTINUED


@lru_cache(maxsize=2048)
def level_of(text: str) -> LogLevel | None:
    """The level that a line tells itself; None where it tells none."""
    if (letter := _LETTER.match(text)) is not None:
        return _LEVELS[letter[letter.lastindex or 0].lower()]
    low = text.lower()
    if _HINT.search(low):
        if _TRACEBACK in text or _BETWEEN.match(text):
            return LogLevel.ERROR
        return _logged(text) or _raised(text)
    return LogLevel.ERROR if _CRASH_HINT.search(low) and _CRASH.match(text) else None


def _logged(text: str) -> LogLevel | None:
    """By the first word that is a level, where only times, names and places are before it."""
    found = _COLON.match(text) or _FIELD.search(text)
    if found is None:
        bracketed = _BRACKETED.search(text)
        found = bracketed if bracketed and _is_head(text[: bracketed.start()]) else None
    if found is not None:
        return _LEVELS[found["level"].lower()]
    word = _WORD.search(text)
    return _LEVELS[word[0].lower()] if word and _is_head(text[: word.start()]) else None


def _is_head(before: str) -> bool:
    """Whether that may stand before a level: no sentence, no header of a table."""
    if _CAPITALS.search(before):
        return False
    return bool(_TIME.search(before)) or not _TWO_WORDS.search(before)


def _raised(text: str) -> LogLevel | None:
    if _EXCEPTION.match(text) or _CRASH.match(text):
        return LogLevel.ERROR
    return LogLevel.WARNING if _PYTHON_WARNING.match(text) else None
