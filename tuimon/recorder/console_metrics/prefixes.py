"""What stands in front of what a line says, or is left out there."""

import re

from tuimon.recorder.console_metrics.tags import SPLIT

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
