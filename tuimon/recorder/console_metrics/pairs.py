"""Names with numbers behind them, in a line of text or in a dictionary that was printed."""

import json
import re
from typing import NamedTuple

from tuimon.metrics.splits import SPLIT_WORD
from tuimon.recorder.console_metrics.tags import LONGEST_TAG

NUMBER = (
    r"[-+]?(?:\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
    r"|[-+]?(?:nan|NaN|NAN|inf|Inf|INF)"
)
"""A number as Python prints it, or with commas between thousands."""

_UNITS = (
    r"(?:it|img|imgs|samples|tokens|steps?|words)/s(?:ec)?|s/it|(?:ms|us|s)/(?:it|step|batch)"
    r"|ms|us|s|secs?|seconds?|min|mins|h|hrs?|[kKMGT]i?B(?:/s)?|[kKMG]|B/s|W|C|x"
)
_ADJECTIVE = (
    rf"{SPLIT_WORD}|avg\.?|average|mean|total|best|final|running|top-?\d|learning|grad(?:ient)?"
)
_TOKEN = r"[A-Za-z_][\w@/.+\-]*(?:\([A-Za-z%\d]{1,8}\))?"
_ASIDE = r"(?: \((?:batch|epoch|step|avg|mean|ema)\))?"

_PAIR = re.compile(
    r"(?<![\w./\\@'\"<\-])(?:"
    rf"(?P<named>(?:[A-Za-z][\w\-]*[ ]{{1,4}}){{0,2}}{_TOKEN}{_ASIDE})"
    r"(?P<sign>\s{0,16}[:=]\s{0,16})"
    rf"|(?P<bare>(?:(?i:{_ADJECTIVE})[ ]{{1,4}}){{0,2}}{_TOKEN})\s{{1,16}})"
    rf"(?P<value>(?>{NUMBER}))"
    rf"(?:\s?/\s?(?P<of>\d{{1,15}}))?"
    rf"(?:(?P<percent>\s?%)|\s?(?P<unit>{_UNITS})(?![\w/]))?"
    r"(?![\w%]|\.\d|:\d|-\d|/)"
    rf"(?:\s{{0,4}}\(\s{{0,8}}(?P<average>{NUMBER})\s?%?\s?\))?"
)
_WRAPPED = re.compile(rf"\b(?:tensor|(?:np\.|numpy\.)?float\d\d)\(\s?({NUMBER})[^()]{{0,80}}\)")
_QUOTED = re.compile(
    rf"(['\"])(?P<key>[^'\"]{{1,100}})\1\s*:\s*(?P<value>['\"][^'\"]*['\"]|{NUMBER}|[^,{{}}\[\]]+)"
)


class Pair(NamedTuple):
    """A name and its number, as printed; `sign` is ``:``, ``=`` or nothing."""

    start: int
    end: int
    key: str
    sign: str
    text: str
    value: float
    measured: bool
    """False when a unit tells that it is time, memory or speed."""
    average: float
    """What is in parentheses behind the number: its average so far; else the number."""


def unwrapped(line: str) -> str:
    """Take numbers out of ``tensor(…)`` and ``np.float64(…)``."""
    return _WRAPPED.sub(r"\1", line) if "(" in line else line


def find_pairs(line: str) -> list[Pair]:
    """All pairs of a line, in order."""
    found = []
    for match in _PAIR.finditer(line):
        value, of = float(match["value"].replace(",", "")), match["of"]
        if of is not None and float(of):
            value /= float(of)
        average = None if of else match["average"]
        found.append(
            Pair(
                match.start(),
                match.end(),
                " ".join((match["named"] or match["bare"]).split()),
                (match["sign"] or "").strip(),
                match["value"] if of is None else f"{value}",
                value,
                match["unit"] is None,
                value if average is None else float(average.replace(",", "")),
            )
        )
    return found


def to_number(text: object) -> float | None:
    """A value of a dictionary as a number, if it is one or a string that holds one."""
    if isinstance(text, bool) or not isinstance(text, int | float | str):
        return None
    if isinstance(text, str) and not re.fullmatch(NUMBER, text):
        return None
    try:
        return float(text.replace(",", "") if isinstance(text, str) else text)
    except OverflowError:
        return None


def numbers_of(text: str) -> dict[str, float]:
    """The numbers of a flat dictionary, as JSON or as Python prints it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        if text.count("{") > 1:
            return {}
        found = {item["key"]: item["value"].strip("'\" ") for item in _QUOTED.finditer(text)}
    if not isinstance(found, dict):
        return {}
    flat = dict(found)
    for key, value in found.items():
        if isinstance(value, dict):
            flat |= {f"{key}/{name}": inner for name, inner in value.items()}
    items = ((key, to_number(value)) for key, value in flat.items())
    return {key: value for key, value in items if value is not None and _is_sane(key)}


def _is_sane(key: str) -> bool:
    return 0 < len(key) <= LONGEST_TAG and key.isprintable()
