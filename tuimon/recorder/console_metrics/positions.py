"""Where in a training a line was printed: epochs, steps, batches.

What stands before that in a line (time stamps, levels, names of loggers) is dropped here, too.
"""

import re

from tuimon.recorder.console_metrics.steps import Position
from tuimon.recorder.console_metrics.tags import SPLIT

_INT = r"\d{1,15}(?![\d.])"
_EPOCH = re.compile(
    rf"(?:\b(?:start|end) of (?:training )?)?\bep(?:och)?\b\s*[:=#]?\s*[\[(]?\s*"
    rf"(?P<epoch>\d{{1,9}}(?:\.\d{{1,9}})?)(?![\w.]*\w)"
    rf"\s*(?:(?:/|of|out of)\s*\d{{1,9}}\b)?\s*[\])]?"
    rf"(?:[\s:,|\-]*[\[(]\s*(?P<count>\d{{1,15}})\s*/\s*(?P<total>{_INT})"
    rf"\s*(?:\(\s*[\d.]+\s*%\))?\s*[\])]"
    rf"|\s*[:|]\s*(?P<count2>\d{{1,15}})\s*/\s*(?P<total2>{_INT})(?!\w)(?:\s*batches)?)?",
    re.IGNORECASE,
)
_STEP = re.compile(
    r"(?<![\w.@/\-])(?P<name>(?:global|total|train|training)[_ ]?steps?|num_updates|steps?"
    r"|iter(?:ation)?s?|it|episodes?|(?:mini-?)?batch(?:es)?|update)\b"
    rf"\s*[:=#]?\s*[\[(]?\s*(?P<count>\d{{1,15}})(?!\.?\w)\s*(?:(?:/|of)\s*(?P<total>{_INT}))?"
    r"\s*(?:\(\s*[\d.]+\s*%\))?\s*[\])]?",
    re.IGNORECASE,
)
_COUNT_FIRST = re.compile(
    rf"^\W{{0,3}}(?:(?P<split>{SPLIT})\b[\s:]*)?"
    rf"[\[(]?\s*(?P<count>\d{{1,15}})\s*/\s*(?P<total>{_INT})\s*(?:\(\s*[\d.]+\s*%\))?[\])]?(?=\s|$)"
)
_COUNT_LAST = re.compile(rf"\[\s*(?P<count>\d{{1,15}})\s*/\s*(?P<total>{_INT})\s*\]\s*$")
_EPOCH_AND_COUNT = re.compile(rf"^\[\s*(?P<epoch>\d{{1,9}}),\s*(?P<count>{_INT})\]")
_RICH = re.compile(rf"[━╸╺]\s+(?P<count>\d{{1,15}})/(?P<total>{_INT})")
_PREFIX = re.compile(
    r"\s*(?:"
    r"\[[^\[\]]{0,60}\d\d:\d\d[^\[\]]{0,60}\]:?"
    r"|\[(?i:info|debug|rank ?\d+|default\d|__main__)\]:?|\(\w+ pid=\d+[^)]*\)"
    r"|\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?\]?"
    r"|\d\d:\d\d:\d\d(?:[.,]\d+)?"
    r"|[IWE]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w.]+:\d+\]"
    r"|(?:INFO|DEBUG)\b(?::[\w.]+:)?"
    r"|[\w.]{1,40} (?=[|-] )|[a-z_]\w{0,40}\.[\w.]{1,60}:\d*"
    r")(?:\s*[-|:](?=\s)|\s|$)"
)
_SPELLED = (
    (re.compile(r"\bEnd of training\b", re.IGNORECASE), ""),  # PyTorch's word language model
    (re.compile(rf"^\W{{0,3}}Epoch\(({SPLIT})\)"), r"\1: Epoch"),  # mmengine
    (re.compile(rf"^({SPLIT}): (\d{{1,9}})\s+(?=\[)"), r"\1: Epoch \2 "),  # timm
    (re.compile(r"^(?=\[\d{1,9}/\d{1,9}\]\s?\[\s?\d{1,9}/\d)"), "Epoch "),  # DCGAN
    (re.compile(r"^\[(\d{1,9})\]\s"), r"iteration \1 | "),  # XGBoost, LightGBM
)
"""What some programs leave out: what the numbers in front are."""


def find_epoch(text: str) -> float | None:
    """The epoch that a text names."""
    match = _EPOCH.search(text)
    return float(match["epoch"]) if match else None


def find_step(text: str) -> int | None:
    """The step that a text names."""
    match = _STEP.search(text)
    return int(match["count"]) if match else None


def find_position(body: str) -> tuple[Position, str]:
    """What a line tells of its position, and the line with that left blank."""
    epoch = count = total = None
    is_global = False
    if match := _EPOCH_AND_COUNT.match(body):
        epoch, count = float(match["epoch"]), int(match["count"])
        body = _blanked(body, match)
    if epoch is None and (match := _EPOCH.search(body)):
        epoch = float(match["epoch"])
        if text := match["count"] or match["count2"]:
            count, total = int(text), int(match["total"] or match["total2"])
        body = _blanked(body, match)
    for match in list(_STEP.finditer(body)):
        name = match["name"].lower().replace(" ", "_")
        overall = name.startswith(("global", "total")) or name == "num_updates"
        if count is None or (overall and not is_global):
            count, is_global = int(match["count"]), overall
            total = int(match["total"]) if match["total"] else None
        body = _blanked(body, match)
    counts = _RICH.search(body) or _COUNT_FIRST.match(body) or _COUNT_LAST.search(body)
    if count is None and (match := counts):
        count, total = int(match["count"]), int(match["total"])
        split = match.groupdict().get("split")
        body = (f"{split}: " if split else "") + _blanked(body, match)
    return Position(epoch, count, total, is_global), body


def _blanked(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} | {text[match.end() :]}"


def without_prefix(line: str) -> str:
    """Drop time stamps, levels and names of loggers from the beginning of a line."""
    for _ in range(8):
        match = _PREFIX.match(line)
        if match is None or not match.end():
            break
        line = line[match.end() :].lstrip()
    return line


def spelled_out(line: str) -> str:
    """A line with what the numbers at its beginning are."""
    for pattern, spelled in _SPELLED:
        line = pattern.sub(spelled, line)
    return line
