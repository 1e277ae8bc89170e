"""What stands before a line's own words: times, levels, names of loggers, ranks.

Each piece is matched where the one before has ended; nothing is cut out of the line.
"""

import re
from typing import NamedTuple

from tuimon.metrics.splits import SPLIT_WORD
from tuimon.recorder.console_metrics.lexer import CLOCK, DATE, STAMP

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY_NAME = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_DATE_IN_WORDS = rf"(?:{_MONTH}\s{{1,2}}\d{{1,2}}|\d{{1,2}}[ -]{_MONTH}(?:[ -]\d{{2,4}})?)"
LEVEL = "(?:INFO|DEBUG|SUCCESS|NOTICE|TRACE|VERBOSE|INF|DBG)"
_SOURCE = r"(?:[\w./<>\-]+\.(?:py|cc|cpp|ipynb)(?::\s{0,4}|\s)|(?:[A-Za-z_]\w*\.)+\w+:)\d+"
_WORD = r"[A-Za-z_][\w.\-]{0,60}"
_COUNTER = (
    "(?i:(?:epoch|iter|step|batch|fold|trial|run|round|gen|episode|upd)\\w*|ep|e|itr?|ite|s|b)"
)

_RANKS = (
    r"\[(?:(?i:rank)|default)[ :=]?\s?(?P<rank>\d{1,5})\]:?",
    r"\[(?:[\w.@\-]*\d+,)?(?P<task>\d{1,5})\]<std(?:out|err)>:",  # mpirun --tag-output
    r"\[(?:GPU|gpu|cuda)[: ]?(?P<gpu>\d{1,3})\]:?",
    r"(?i:rank)[ :=]{0,2}(?P<named>\d{1,5})(?=\s?[:|,\]])\s?[:|,]",
    rf"\[(?!{_COUNTER}:)[\w.\-]+:(?P<host>\d{{1,5}})/\d{{1,5}}\]",  # ESPnet
    r"\((?i:rank)[ :=](?P<inner>\d{1,5})\)",
    r"\[proc (?P<proc>\d{1,5})\]",
    rf"\[(?P<process>\d{{1,4}})\]"
    rf"(?=\s\[?(?:\[?[\w./\-]+\.\w+:\d|\[[^\[\]]{{0,60}}\d\d:\d\d"
    rf"|{STAMP}|{CLOCK}|{_MONTH}|{_DAY_NAME}|\d{{1,2}}[ -]{_MONTH}|{LEVEL})(?![\w/]))",
    r"\((?:\w+ )?pid=(?P<pid>\d{1,9})[^)]{0,60}\)",  # ray
    rf"(?!{_COUNTER}-)"
    # docker compose
    r"(?P<container>[A-Za-z][\w.]{0,40}-\d{1,4})\s{1,20}\|",
    r"\[pod/(?P<pod>[\w.\-]{1,80})/[\w.\-]{1,80}\]",  # kubectl
    r"(?P<worker>(?:[A-Za-z]\w{0,20}-){0,4}"  # pdsh
    r"(?:worker|node|host|server|gpu|rank|proc|instance)s?[-_]?\d{1,4}):\s",
    r"(?P<node>[A-Za-z][\w.\-]{0,40}\d):\s"  # pdsh
    rf"(?=\[|{STAMP}|\d\d:\d\d|{_MONTH}\s|\d\d?[ -]{_MONTH}|(?:INFO|DEBUG)\b)",
)
_PIECES = (
    *_RANKS,
    r"\[[^\[\]]{0,60}\d\d:\d\d[^\[\]]{0,60}\]:?",
    rf"\[(?:{DATE}|\d{{9,10}}(?:\.\d+)?)\]",
    rf"\[?(?:{STAMP})\]?(?![\w:/])",
    rf"{_DAY_NAME},?\s{_DATE_IN_WORDS},?\s{CLOCK}(?:\s20\d\d\b)?",
    rf"{_DATE_IN_WORDS},?\s{CLOCK}",
    rf"{CLOCK}(?![\w:])",
    r"\d{10}(?:\.\d+)?(?=\s)",
    r"[IWE]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w.\-]+:\d+\]",  # glog
    rf"\[[^\[\]]{{1,60}}\](?=(?:\s?\[[^\[\]]{{1,60}}\]){{0,4}}\s?\[\s{{0,8}}{LEVEL}\s{{0,8}}\])",
    rf"\[\s{{0,8}}(?i:{LEVEL}|[ID])\s{{0,8}}\]:?|\[(?:__main__|[A-Za-z_]\w*(?:\.\w+)+)\]:?",
    rf"\[[\w.\-]{{1,30}}\](?=\s{{1,3}}{LEVEL}\b)",
    rf"[\[(<]{_SOURCE}(?::\w+)?[\])>]:?|\([A-Za-z_]\w*:\d+\)(?=\s{LEVEL})",
    rf"{LEVEL}\b(?:(?::[\w.]+)?:)?",
    rf"(?:{_SOURCE}|{_WORD}:[\w<>]+:\d+(?=\s-\s|[\]:]))[\]:]?",
    rf"{_WORD}(?=\s{{1,20}}(?:[|-]\s{{1,3}})?\[?{LEVEL}\b)",
    rf"\[[A-Za-z_]\w{{0,30}}\](?=\s?\[?\d{{4}}-)|\d{{4}}(?=\s[|-]\s{LEVEL}\b)",
    r"\[\d{1,8}\](?=\s?\[?\d{4}-)",
    r">>(?=\s)",
    r"[\w.\-]{1,60} (?!(?i:epoch|step|iter|iteration|batch|update|episode)\[)"  # syslog
    r"[\w./\-]{1,60}\[\d{1,9}\]:",
)
_END = r"(?:\s{0,20}[-|:,](?=\s)|(?=[\s\[({])|$|(?<=[:\]]))"
_PREFIX = re.compile(rf"\s*(?:\|\s)?(?:{'|'.join(_PIECES)}){_END}")
_PRINTER = re.compile(rf"(?:{'|'.join(_RANKS)}){_END}? ?")
_LOGGER = re.compile(
    rf"\s*\((?P<rank>\d{{1,5}})/\d{{1,5}}\)(?=\s[A-Z])|\s*(?!(?i:{SPLIT_WORD}|epoch|step|iter|loss|acc)\b){_WORD}\s{{0,20}}[|-](?=\s)(?!\s+\d+\.\d)"
)
"""A name that may be one of a logger, or a rank of all, behind another piece."""

_MOST_PIECES = 12
_FIRST = frozenset("[(rR")
_NODE = re.compile(r"[A-Za-z][\w.\-]{0,60}(?:\d:|\d\s{1,20}\|)")
_NAMED = {"pid": "pid ", **dict.fromkeys(("container", "pod", "worker", "node"), "")}
"""What is told of a process other than its rank."""


class Prefix(NamedTuple):
    """Where a line's own words begin, and the rank that printed it as far as that is told."""

    end: int = 0
    rank: tuple[int, int] | None = None
    """Where its number stands."""


def prefix_of(line: str) -> Prefix:
    """What stands before a line's own words."""
    end, rank = 0, None
    for _ in range(_MOST_PIECES):
        match = _PREFIX.match(line, end) or (_LOGGER.match(line, end) if end else None)
        if match is None or match.end() == end:
            break
        end = match.end()
        if match.lastgroup is not None and match.lastgroup not in _NAMED:
            rank = match.span(match.lastgroup)
    return Prefix(end, rank)


def printer_of(line: str) -> tuple[str, int]:
    """The process that has printed a line, and where its own text begins; 0 where none is told.

    A rank is told by its number, another process by ``pid`` and its own, or by its name.
    """
    name, end = "", 0
    while (line[end : end + 1] in _FIRST or _NODE.match(line, end)) and (
        match := _PRINTER.match(line, end)
    ):
        kind = match.lastgroup or ""
        number = match[kind]
        name = str(int(number)) if kind not in _NAMED else f"{_NAMED[kind]}{number}"
        end = match.end()
    return name, end
