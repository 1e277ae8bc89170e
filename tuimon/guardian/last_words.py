"""What the end of a console tells of how a training has ended."""

import re

from tuimon.console.escapes import SEQUENCE

_LONGEST = 300
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

# Of Python, of argparse, and of shells: a script, module, option or command that there is not.
_COMPLAINT = re.compile(
    r"^(?:\S*python[\d.]*: (?=can't open file|No module named)"
    r"|(?=\S+: error: )|(?=\S+: line \d+: ))(?P<said>.+)$"
)
_LAST_LINES = 3

_CRASH_LINES = 20
"""Lines that may follow the traceback a training has ended with, while it does not come to an end
(threads, collectives); what is followed by more was survived."""

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"OutOfMemoryError: |CUDA out of memory"), "out of GPU memory"),
    (re.compile(r"CUBLAS_STATUS_ALLOC_FAILED"), "out of GPU memory"),
    (re.compile(r"DataLoader worker .{0,99} killed by signal"), "a DataLoader worker died"),
    (re.compile(r"NCCL error|ncclUnhandled|ncclSystem|ncclInternal"), "NCCL"),
    (re.compile(r"Watchdog caught collective operation timeout"), "a rank did not answer"),
    (re.compile(r"\[Errno 28\]|No space left on device"), "the disk is full"),
    (re.compile(r"CUDA error: |device-side assert triggered"), "CUDA"),
)
"""What a line holds, and what that means. Nothing in these may run on over the rest of a line, once
for each place where it could begin: a line of 64 KB took minutes."""


def last_words(tail: bytes) -> str | None:
    """What the end of a console tells of an error: a known message, else the last exception."""
    lines = _lines(tail)
    exceptions = [text for _, text in _exceptions(lines)]
    for candidates in (exceptions, lines[-50:]):
        for pattern, meaning in _RULES:
            for line in reversed(candidates):
                if match := pattern.search(line):
                    # Of a long line, what it was found by.
                    said = line if match.end() < _LONGEST else line[match.start() :]
                    return _shortened(f"{meaning}: {said}")
    # The cause stands before what launcher and other ranks make of it.
    workers = [line for line in exceptions if not _OF_LAUNCHERS.search(line)]
    own = [line for line in workers if not _OF_OTHER_RANKS.search(line)]
    found = own or workers or exceptions or _complaints(lines)
    return _shortened(found[-1]) if found else None


def says_stopped(words: str) -> bool:
    """Whether last words tell that somebody has stopped it, and no more."""
    return _OF_STOPS.search(words) is not None


def crash_at_end(output: bytes) -> str | None:
    """The words of a traceback that is the last, or almost the last, in `output`."""
    lines = [line for line in _lines(output) if line]
    exceptions = _exceptions(lines)
    if not exceptions or len(lines) - exceptions[-1][0] > _CRASH_LINES:
        return None
    words = last_words(output)
    return None if words is None or says_stopped(words) else words


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


def _complaints(lines: list[str]) -> list[str]:
    """What a program has said in its last lines of how it was called."""
    last = [line for line in lines if line][-_LAST_LINES:]
    return [match["said"] for line in last if (match := _COMPLAINT.match(line))]


def _shortened(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
