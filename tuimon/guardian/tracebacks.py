"""The Python tracebacks of a console, of several processes at once, as Python or rich prints them.

Launchers put a label before each line of a rank: "[rank0]: ", "(pid=7) ", a time. What stands
before the heading of a traceback stands before its other lines, too; so no label need be known.
"""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

_HEADING = "Traceback (most recent call last)"
_AFTER_HEADING = re.compile(r"[: ─╮+-]*(?:\(RANK \d{1,6}\))?$")
_FRAME = re.compile(
    r'[^\w"]{0,99}+File "(?P<file>[^"]{1,1000}+)", line (?P<line>\d{1,9}+)(?:$|, in )'
)
_RICH_FRAME = re.compile(r"[│|] (?P<file>[^\s:][^:]{0,1000}+):(?P<line>\d{1,9}+) in ")
# Without a heading, as of a syntax error.
_FIRST_FRAME = re.compile(r'  File "[^"]{1,1000}+", line \d{1,9}+(?:$|, in )')
# A dotted name, alone or with a message; ray puts another name in brackets behind it.
_END = re.compile(r"(?P<name>[A-Za-z_][\w.]{0,200}+)(?:\(\w{1,100}+\))?(?P<message>$|:(?: .*)?$)")
# After the lines of a frame the name may be any, but "step: 3" may be of another process.
_ANY_END = re.compile(
    r"(?=[A-Z]|\w{1,100}+\.)[A-Za-z_][\w.]{0,200}+(?:\(\w{1,100}+\))?(?:$|:(?! ?\d))"
)
_NAMES = ("Error", "Exception", "Interrupt", "Exit", "Warning", "Iteration", "Failure", "Timeout")
_LONGEST_LABEL = 120
_TIME = re.compile(r"\d\d:\d\d:\d\d(?:[.,]\d{1,9}+)?")
_LABEL_ENDS = (":", ": ", "|", "| ", ">", "> ", ")", ") ", "] ")
_BOX = "╭│╰+|"
_MOST_OPEN = 32
"""Tracebacks that may be open at a time."""
_MOST_MORE = 6
"""Lines of a message after its first."""


class TracebackEnd(NamedTuple):
    """What a traceback ends with."""

    number: int
    """Of its line."""
    label: str
    """What stands before each line of the same process."""
    before: str
    """The line before the heading: whose traceback it is."""
    text: str
    """``ValueError: bad batch``."""
    more: str
    """The lines of the message after its first."""
    place: str
    """``train.py:88``, the innermost frame, if it is known."""
    outermost: str
    """The file of the outermost frame, if it is known."""


class _Open:
    """A traceback whose end is still to come."""

    def __init__(self, label: str, before: str) -> None:
        self.label = label
        self.before = before
        self.place = ""
        self.outermost = ""
        self.indented = False
        """Whether the line before was one of a frame, so that any name may end it."""

    def ends_with(self, text: str) -> bool:
        """Whether the next line, without its label, is the end."""
        if text[:1].isspace() or text[:1] in _BOX:
            if frame := _FRAME.match(text) or _RICH_FRAME.match(text):
                self.place = f"{file_name(frame['file'])}:{frame['line']}"
                self.outermost = self.outermost or frame["file"]
            self.indented = self.indented or bool(text)
            return False
        any_name, self.indented = self.indented, False
        return is_exception(text) or (any_name and _ANY_END.match(text) is not None)


def traceback_ends(lines: Sequence[str]) -> tuple[list[TracebackEnd], set[int]]:
    """The ends of all tracebacks, in order, and the numbers of the lines that tracebacks take."""
    opened: dict[str, _Open] = {}
    ends: list[TracebackEnd] = []
    taken: set[int] = set()
    before = ""
    for number, line in enumerate(lines):
        at = _heading_at(line)
        label = _label(line[:at]) if at >= 0 else _label_of(line, opened)
        if at >= 0 or (label is None and _FIRST_FRAME.match(line)):
            label = label or ""
            opened.pop(label, None)
            opened[label] = _Open(label, before[len(label) :])
            if len(opened) > _MOST_OPEN:
                del opened[next(iter(opened))]
        if at >= 0:
            taken.add(number)
        elif label is not None:
            text = line[len(label) :]
            ended = opened[label].ends_with(text)
            if ended or opened[label].indented:
                taken.add(number)
            if ended:
                end = opened.pop(label)
                more = _more(lines, number, label)
                ends.append(
                    TracebackEnd(number, label, end.before, text, more, end.place, end.outermost)
                )
        before = line or before
    return ends, taken


def _heading_at(line: str) -> int:
    """Where the heading of a traceback is in a line that ends with it, or -1."""
    before, heading, after = line.rpartition(_HEADING)
    return len(before) if heading and _AFTER_HEADING.match(after) else -1


def is_exception(line: str) -> bool:
    """Whether a line is as the last one of a traceback."""
    end = _END.match(line)
    return end is not None and end["name"].endswith(_NAMES)


def file_name(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


def _label(before: str) -> str:
    """The label of the lines of a traceback, from what stands before its heading: a progress bar
    that has not ended its line is none.
    """
    indent = before[: len(before) - len(before.lstrip())]
    if "Exception Group" in before:
        return f"{indent}| "
    drawn = before.rstrip("─- ")
    if drawn[-1:] in ("╭", "+"):
        return drawn[:-1]
    is_label = len(before) <= _LONGEST_LABEL and before.endswith(_LABEL_ENDS)
    return _timeless(before) if is_label else ""


def _label_of(line: str, opened: Collection[str]) -> str | None:
    """The longest label of those that the line begins with."""
    head = _timeless(line[:_LONGEST_LABEL]) if opened else ""
    return max((label for label in opened if head.startswith(label)), key=len, default=None)


def _timeless(text: str) -> str:
    """With zeros for times, as the lines of a traceback may have different ones."""
    return _TIME.sub(lambda time: re.sub(r"\d", "0", time[0]), text)


def _more(lines: Sequence[str], number: int, label: str) -> str:
    """What follows the end of a traceback up to a blank line."""
    more = []
    for line in lines[number + 1 : number + 1 + _MOST_MORE]:
        text = line[len(label) :].strip()
        if _label_of(line, [label]) is None or not text or _HEADING in line:
            break
        more.append(text)
    return "\n".join(more)
