"""Lines whose words tell something: headings, sentences of tutorials, and what goes on below."""

import re

from tuimon.metrics.splits import SPLIT_WORD, SPLITS
from tuimon.recorder.console_metrics.bars import MetricLine
from tuimon.recorder.console_metrics.prefixes import LEVEL, prefix_of
from tuimon.recorder.console_metrics.steps import Position

_VALUE = r"-?(?:\d[\d.]*(?:e[-+]?\d+)?|nan|inf)"

_SENTENCES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # PyTorch's tutorials
        rf"\W*(?P<name>accuracy) of the (?:network|model|net) (?:on|for) (?:the )?(?:\d+ )?"
        rf"(?P<split>{SPLIT_WORD})\w* ?(?:images|set|data|samples)?\W{{1,4}}"
        rf"(?P<value>{_VALUE})\s?%",
        # Keras' guides
        r"\W*(?P<name>(?:[a-z]+ ){0,2}(?:loss|acc|accuracy|error))(?: \([\w ]{1,30}\))?"
        rf"(?: over epoch| at (?P<unit>step|batch) (?P<at>\d{{1,15}})): (?P<value>{_VALUE})"
        r"\s*(?:$|[,;|(])",
    )
)
"""What tutorials say of a training."""

DATA_HEADING = re.compile(
    rf"\W*(?:(?:running|start|starting|begin) )?({SPLIT_WORD})"
    r"(?: (?:set|errors?|results?|metrics|performance|phase))?\s?(?:\(.*\))?\W*",
    re.IGNORECASE,
)
"""``Test Error:``, `` > EVALUATION``, ``***** eval metrics *****``: what the lines below tell."""

OVERALL_HEADING = re.compile(
    r"\W*(?:cv|cross.?validation|overall|oof|averages?|mean|final|summary)"
    r"(?: (?:results?|scores?|metrics))?\W*",
    re.IGNORECASE,
)
"""Of what is about all parts of a run, ``===== CV =====``."""

MOST_BELOW = 12
RULED = re.compile(r"\s*[*=#-]{3,}")
"""What makes a line one for those below it even where they are not indented."""

BEST_HEADING = re.compile(r"\b[Bb]est [\w ]{1,40}:\s*$")
SOURCE_AT_END = re.compile(r"(?<=\S)(\s{2,})[\w./]{1,60}\.py:\d+\s*$")
"""What rich's handler of loggers writes at the right edge of the first line of a message."""

MORE_OF_BAR = re.compile(
    rf"\s{{20,}}(?!{LEVEL})[^\s|]|\s*(?:{_VALUE}(?:\s+|$))?"
    rf"(?:[A-Za-z][\w/@.\-]*: {_VALUE}(?:\s+|$))*(?:[A-Za-z][\w/@.\-]*:\s*)?$"
)
"""How metrics go on that are too wide for one line of a bar."""


def said_in(text: str) -> MetricLine | None:
    """What a sentence says."""
    begin = prefix_of(text).end
    match = next(filter(None, (one.match(text, begin) for one in _SENTENCES)), None)
    if match is None:
        return None
    found = match.groupdict()
    at = found.get("at")
    position = Position(done=int(at), unit=found["unit"]) if at else Position()
    split = SPLITS.get((found.get("split") or "").lower(), "")
    return MetricLine(position, ((split, found["name"], float(found["value"])),))
