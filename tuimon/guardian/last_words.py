"""What the end of a console tells of how a training has ended."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from tuimon.console.escapes import SEQUENCE
from tuimon.guardian.exception_table import OF_EXCEPTIONS
from tuimon.guardian.failure_kinds import FailureKind, first_match
from tuimon.guardian.failure_tables import OF_CONSOLES, OF_KILLERS
from tuimon.guardian.tracebacks import TracebackEnd, file_name, is_exception, traceback_ends

_LONGEST = 300
_LONGEST_ADVISED = 180
"""Of what is found, where something follows it."""
_LONGEST_LINE = 2500
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]+")

# What a launcher raises when a worker has failed tells less than the worker's own exception.
_OF_LAUNCHERS = re.compile(
    r"ChildFailedError|ProcessRaisedException|ProcessExitedException|CalledProcessError"
    r"|ExceptionGroup|unexpected pos \d|ActorDiedError|RayActorError|WorkerCrashedError"
    r"|Engine core initialization failed|DatasetGenerationError|^SystemError: ?$"
    r"|terminated with exit code \d|background workers are no longer alive|tune\.error\.TuneError"
    r"|Graph execution error:$|DataLoader worker .{1,40} is killed by signal: (?:Abort|Segm)"
)
_OF_A_LAUNCHER = 3
# So does what a rank raises because another one is gone (gloo, NCCL, the store of torch).
_OF_OTHER_RANKS = re.compile(
    r"[Cc]onnection (?:was )?(?:closed|reset|refused)|[Bb]roken pipe|remote (?:worker|process) "
    r"|ncclRemoteError|Horovod has been shut down|exited unexpectedly"
)
# What Python and launchers raise because they are stopped is no news to whoever has stopped them.
_OF_STOPS = re.compile(r"^KeyboardInterrupt|SignalException|killed by signal|exited unexpectedly")
# Whose tracebacks end nothing: Python prints them and goes on, or is at its end already.
_OF_NOBODY = re.compile(
    r"Exception ignored (?:in|on)\b|^--- Logging error ---|^Error in (?:atexit|sys\.)"
)
_OF_EXIT = re.compile(r"\bmultiprocessing/util\.py$")
# Labels of what is logged as survived.
_OF_WARNINGS = re.compile(r"\bWARN(?:ING)?\b|\bW\d{4} ")
_OF_CAUSES = re.compile(r"^The above exception was the direct cause of")
_OF_THREADS = re.compile(r"^Exception in thread |Task exception was never retrieved")

# Of Python and of shells: a script, module or command that there is not.
_COMPLAINT = re.compile(
    r"^(?:\S{0,200}python[\d.]{0,9}: (?=can't open file|No module named)"
    r"|(?=\S{1,200}: error: )|(?=\S{1,200}: line \d{1,9}: ))(?P<said>.+)$"
)
_LAST_LINES = 3
_ERROR = re.compile(r"\b(?:ERROR|CRITICAL|FATAL)\b|^(?:(?i:fatal )?(?i:error)|(?i:fatal|failed)): ")
_ERROR_LINES = 10
# Of argparse, click, typer, tyro and fire: a line, or a box, and somewhere the way to the help.
_USAGE = re.compile(r"^\s{0,9}[Uu]sage: |\s--help\b")
_USAGE_LINES = 30
_USAGE_ERROR = re.compile(
    r"^(?:(?:Error|ERROR): |(?=error: |(?:[\w-]{1,60} ){0,3}\S{1,200}: error: ))(?P<said>.+)$"
)
_USAGE_BOX = re.compile(r"^╭─ .{1,60} ─+╮$")

# Lines that come after the end, of launchers and of whoever tells how it went.
_AFTERWARDS = re.compile(
    r"^(?:$|\s|wandb: |frame #|[WEIF]\d{4} |\[W|srun: |slurmstepd: |[-=*]{5}|ERROR conda"
    r"|\[.{1,40}\] \[[A-Z]{4,5}\] \[launch\.py:|Press |<no Python frame>"
    r"|(?:Current t|T)hread 0x"
    r"|(?:Aborted|Segmentation fault|Killed)\b|PC: @|Stack ?trace|[a-z:/]*//|\*\*\* "
    r"|Set the environment variable HYDRA|CUDA kernel errors might|For debugging consider"
    r"|Compile with `TORCH|Extension modules)"
)
_CRASH_LINES = 20
"""Lines that may follow the traceback a training has ended with, while it does not come to an end
(threads, collectives, other ranks); what is followed by more was survived."""
_PROGRESS_LINES = 2
"""Lines of progress that may follow it, where there are no others to print them."""
_CONSOLE_LINES = 60
"""Lines in which a failure that is no exception is looked for."""

# What a training prints as it goes on.
_PROGRESS = re.compile(
    r"\d%|it/s|s/it|\b\d{1,9}/\d{1,9}\b"
    r"|(?i:\b(?:loss|acc|accuracy|step|steps|epoch|iter|iteration|lr)\b)\W{0,4}\d"
)
_OF_BARS = re.compile(r"it/s|s/it|%")
_TIMES = re.compile(r"^[\d\s:.,/\[\]T-]{1,40}+")
_NUMBER = re.compile(r"\d{1,40}+(?:\.\d{1,40}+)?")
_WARNS = re.compile(r"\s{1,40}(?:\w{1,40}\.)?warn\(")
_OF_MANY = re.compile(
    r"^(?:srun|slurmstepd|mpirun|mpiexec|prterun): |launch\.py:|multiprocessing[./]api\b"
    r"|Primary job|\bMPI_|[Rr]ank\W{0,2}\d|multiprocessing\.spawn|\bpid=\d"
)
# Of a worker, which its driver can do without: what goes on is another process.
_OF_RAY = re.compile(r"\bpid=\d")
# As tools tell what a call of the system has answered: "cp: last.pt: Disk quota exceeded".
_SYSTEM_ERROR = re.compile(r"^[\w./-]{1,99}: .{1,300}: [A-Z][a-z -]{5,40}$")
# A bar does not end its line: what comes next stands behind it.
_BAR = re.compile(r"^.{0,300}?[\d?](?:it/s|s/it)(?:(?:, [^\]]{0,200})?\] ?)?")
_CURRENT = re.compile(r"^Current thread 0x\w{1,20} .{0,40}\(most recent call first\):$")
_STACK = re.compile(r'^  File "(?P<file>[^"]{1,1000}+)", line (?P<line>\d{1,9}) in (?P<name>\S+)')


class _Console(NamedTuple):
    """The end of a console, taken apart."""

    lines: Sequence[str]
    ends: Sequence[TracebackEnd]
    """Of the tracebacks that nothing but the end has followed."""
    rest: str
    """The last lines that belong to no traceback."""

    @classmethod
    def of(cls, output: bytes) -> "_Console":
        lines = _lines(output)
        ends, taken = traceback_ends(lines)
        rest = [number for number in range(len(lines)) if number not in taken]
        rest = [number for number in rest if not lines[number].startswith("frame #")]
        goes_on = [number for number in rest if not _AFTERWARDS.match(lines[number])]
        survived = goes_on[-_CRASH_LINES] if len(goes_on) >= _CRASH_LINES else -1
        steps = _steps(lines, goes_on, ends)[-_PROGRESS_LINES:]
        went_on = steps[0] if len(steps) == _PROGRESS_LINES else -1
        alone = not any(map(_OF_MANY.search, lines))
        warned = {
            end.number
            for warning in ends
            if _is_warning(lines, warning)
            for end in (warning, *_causes(warning, ends))
        }
        told = [_BAR.sub("", lines[number]) for number in rest]
        return cls(
            lines,
            [
                end
                for end in ends
                if end.number > survived
                and (end.number > went_on or not (alone or _OF_RAY.search(end.label)))
                and end.number not in warned
                and not _is_survived(end)
            ],
            "\n".join([line for line in told if line][-_CONSOLE_LINES:]),
        )


def last_words(tail: bytes) -> str | None:
    """What the end of a console tells of an error, and what to do about it."""
    console = _Console.of(tail)
    root = _root(console.ends)
    weight = _OF_A_LAUNCHER if root is None else _weight(root)
    in_root = None if root is None else _told(root, console.ends)
    return (
        _told_by(OF_KILLERS, console.rest)
        or (in_root if weight == 0 else None)
        or _usage(console.rest)
        or _told_by(OF_CONSOLES, console.rest)
        or (in_root if weight < _OF_A_LAUNCHER else None)
        or _complaint(console.rest)
        or in_root
    )


def killers_words(tail: bytes) -> str | None:
    """What a scheduler, or the kernel, tells in a console of why it has killed the training."""
    return _told_by(OF_KILLERS, _Console.of(tail).rest)


def says_stopped(words: str) -> bool:
    """Whether last words tell that somebody has stopped it, and no more."""
    return _OF_STOPS.search(words) is not None


def crash_at_end(output: bytes) -> str | None:
    """The words of a traceback that is the last, or almost the last, in `output`."""
    words = last_words(output) if _Console.of(output).ends else None
    return None if words is None or says_stopped(words) else words


def last_error(tail: bytes) -> str | None:
    """What a program has called an error in its last lines, where nothing went on after it."""
    lines = list(takewhile(lambda line: not _PROGRESS.search(line), _last_lines(tail)))
    error = next(filter(_ERROR.search, lines[:_ERROR_LINES]), None)
    return error and f'its last error: "{_shortened(error)}"'


def last_line(tail: bytes) -> str | None:
    """What a program has printed last, as ``sys.exit("text")`` does, if that is no progress.

    An exception whose traceback is not there is told as any other.
    """
    line = next(_last_lines(tail), "")
    if is_exception(line) or _SYSTEM_ERROR.match(line):
        return _told(TracebackEnd(0, "", "", line, "", "", ""))
    if _PROGRESS.search(line) or not any(map(str.isalpha, line)):
        return None
    return f'its last line: "{_shortened(line)}"'


def _last_lines(tail: bytes) -> Iterator[str]:
    """What belongs to no traceback and is not said afterwards, from the end."""
    lines = _Console.of(tail).rest.split("\n")
    return (line for line in reversed(lines) if not _AFTERWARDS.match(line))


def place_of_crash(tail: bytes) -> str | None:
    """``net.py:77 (forward)``: where faulthandler says the thread was that has crashed."""
    lines = _lines(tail)
    current = [number for number, line in enumerate(lines) if _CURRENT.match(line)]
    frame = _STACK.match("".join(lines[current[-1] + 1 :][:1])) if current else None
    return frame and f"{file_name(frame['file'])}:{frame['line']} ({frame['name']})"


def _lines(output: bytes) -> list[str]:
    """The lines of a console, without colours and control characters."""
    text = SEQUENCE.sub("", output.decode(errors="replace"))
    lines = re.split(r"[\r\n]+", text)
    return [_CONTROLS.sub(" ", line[:_LONGEST_LINE]).rstrip() for line in lines]


def _steps(lines: Sequence[str], numbers: Sequence[int], ends: Sequence[TracebackEnd]) -> list[int]:
    """The numbers of the lines that tell of progress: by their words, or as a line with numbers
    that is printed again with others. Bars do not count, which are drawn at the end once more, nor
    lists in messages."""
    messages = {number for end in ends for number in range(end.number, _after(end))}
    found = [number for number in numbers if not _OF_BARS.search(lines[number])]
    shapes = {
        number: _NUMBER.sub("0", _TIMES.sub("", lines[number]))
        for number in found
        if number not in messages
    }
    often = Counter(shapes.values())
    return [
        number
        for number in found
        if _PROGRESS.search(lines[number])
        or (often[shape := shapes.get(number, "")] > 1 and shape.count("0") > 1)
    ]


def _after(end: TracebackEnd) -> int:
    """The number of the line after a message."""
    return end.number + 1 + (len(end.more.split("\n")) if end.more else 0)


def _is_warning(lines: Sequence[str], end: TracebackEnd) -> bool:
    """Whether a traceback is part of a warning, after which Python prints who has warned."""
    after = lines[end.number + 1 : end.number + 1 + _LAST_LINES]
    return _WARNS.match(next(filter(None, after), "")) is not None


def _is_survived(end: TracebackEnd) -> bool:
    """Whether a traceback is printed by a process that goes on, or has come to its end before."""
    return bool(
        _OF_NOBODY.search(end.before)
        or _OF_EXIT.search(end.outermost)
        or _OF_WARNINGS.search(end.label)
    )


def _weight(end: TracebackEnd) -> int:
    """The less, the nearer to the cause."""
    if _OF_LAUNCHERS.search(end.text):
        return _OF_A_LAUNCHER
    if _OF_OTHER_RANKS.search(end.text):
        return 2
    return 1 if _OF_THREADS.search(end.before) else 0


def _root(ends: Sequence[TracebackEnd]) -> TracebackEnd | None:
    """The exception that came first.

    Of a process its last one counts, which has replaced those before it; of several processes the
    one that was the first to fail.
    """
    last: dict[str, TracebackEnd] = {}
    for end in ends:
        process = end.label + (end.before if end.before.startswith("Process ") else "")
        if process not in last or _weight(end) <= _weight(last[process]):
            last[process] = end
    by_cause = sorted(
        last.values(),
        key=lambda end: (_weight(end), says_stopped(end.text), end.number),
    )
    return by_cause[0] if by_cause else None


def _told(end: TracebackEnd, earlier: Sequence[TracebackEnd] = ()) -> str:
    """What an exception tells: by its kind or, if it has none, by that of what has caused it."""
    first, _ = _message(end)
    causes = list(_causes(end, earlier))
    for cause in (end, *causes):
        if known := _known(*_message(cause)):
            return known
    if causes and causes[0].text not in first:
        return f"{_shortened(first, _LONGEST_ADVISED)}, from {_shortened(causes[0].text)}"
    # Without a message its place is all there is to tell.
    bare = end.place and ":" not in first and not says_stopped(first)
    return _shortened(f"{first} at {end.place}" if bare else first)


def _known(first: str, message: str) -> str | None:
    found = first_match(OF_EXCEPTIONS, message, len(first)) or first_match(OF_EXCEPTIONS, message)
    if found is None:
        return None
    kind, match = found
    begin = message.rfind("\n", 0, match.start()) + 1
    line, at = message[begin:].partition("\n")[0], match.start() - begin
    if at > _LONGEST_ADVISED - 60:  # what is found is to be among what is quoted
        line = f"{first.partition(': ')[0]}: …{line[at:]}"
    return _sentence(kind, match, line)


def _message(end: TracebackEnd) -> tuple[str, str]:
    """Its first line, and all of it."""
    first, more = end.text, end.more.split("\n")
    while more and first.endswith((":", "...", "root error(s) found.")):
        first = f"{first} {more.pop(0)}".rstrip()
    return first, "\n".join([first, *more])


def _causes(end: TracebackEnd, earlier: Sequence[TracebackEnd]) -> Iterator[TracebackEnd]:
    """What an exception was raised from, the nearest first."""
    for cause in reversed(earlier):
        if not _OF_CAUSES.match(end.before):
            return
        if cause.number < end.number and cause.label == end.label:
            yield cause
            end = cause


def _told_by(table: str, text: str) -> str | None:
    """The first kind of a table that the lines of a text tell of."""
    if (found := first_match(table, text)) is None:
        return None
    return _sentence(*found, _lines_of(found[1], text))


def _lines_of(match: re.Match[str], text: str) -> str:
    """What was found, up to the end of its line."""
    return match[0] + text[match.end() :].partition("\n")[0]


def _sentence(kind: FailureKind, match: re.Match[str], found: str) -> str:
    """What it means, what was found, what to do."""
    groups = match.groupdict()
    meaning, found = kind.meaning.format_map(groups), groups.get("said") or found
    said = _shortened(found, _LONGEST_ADVISED if kind.advice else _LONGEST)
    told = f"{meaning}: {said}" if meaning else said
    return f"{told.rstrip('.')}; {kind.advice}" if kind.advice else told


def _usage(text: str) -> str | None:
    """What is wrong with the arguments, of a program that tells its usage, too."""
    lines = text.split("\n")[-_USAGE_LINES:]
    if not any(map(_USAGE.search, lines)):
        return None
    errors = (_usage_error(lines[number:]) for number in range(len(lines)))
    said = next(filter(None, errors), "")
    return _shortened(f"wrong arguments: {said.rstrip('.')}; see --help") if said else None


def _usage_error(lines: Sequence[str]) -> str:
    """What argparse, click, typer, tyro or fire finds wrong, if its words begin here, or empty."""
    if match := _USAGE_ERROR.match(lines[0]):
        return match["said"]
    if not _USAGE_BOX.match(lines[0]):
        return ""
    texts = (line.strip("│ ") for line in lines[1:] if line.startswith("│"))
    return " ".join(takewhile(lambda text: text and text[0] != "─", texts))


def _complaint(text: str) -> str | None:
    """What Python or a shell has said in the last lines of how something was called."""
    lines = [line for line in text.split("\n") if not _AFTERWARDS.match(line)]
    matches = filter(None, map(_COMPLAINT.match, lines[-_LAST_LINES:][::-1]))
    return next((_shortened(match["said"]) for match in matches), None)


def _shortened(line: str, most: int = _LONGEST) -> str:
    line = " ".join(line.split())
    if len(line) <= most:
        return line
    whole = line.rfind(". ", most // 3, most)  # whole sentences, where there are
    return line[: whole + 1] if whole > 0 and most < _LONGEST else f"{line[: most - 1]}…"
