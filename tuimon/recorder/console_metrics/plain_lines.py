"""Lines by themselves: those that hold code, settings or messages are refused."""

import re

from tuimon.metrics.splits import SPLIT_WORD
from tuimon.recorder.console_metrics.line_form import NOTHING, LineForm, form_of
from tuimon.recorder.console_metrics.prefixes import prefix_of

_RECORD = re.compile(
    r"\s*[A-Za-z_]*(?:Metric|Stat|Result|Record|Log|Output|Summary)[A-Za-z_]*\((?=\w+=)"
)
"""What stands before the fields of a class that holds metrics, as Python shows it."""
_BRACKETED = f"{SPLIT_WORD}|epoch|ep|iter|iteration|it|step|batch|update|episode|global|total|num"
"""What may stand in angle brackets."""
_NOTE = re.compile(r"\s(?:<-+|←)\s[^<←]*$")
"""Behind all else, that this was the best."""
_REFUSED = re.compile(
    r"^\W*(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{7,40}\s"  # a commit
    r"|^\s*(?:>>>|\$|#(?!\s\w+:\s|\s?(?i:iter|epoch|step)\w*\s?[=:\d])|@|//|[-+]{3}\s)"
    r"|(?<![\[=])={2,}>-{3,}"  # a bar that tells no count
    r"|\w(?:Error|Exception|Warning)\b|\w\(\s*\w+\s?="
    r"|\s--?(?!inf\b|nan\b)[a-z]\w+[ =]|^\W*(?:WARN|WARNING|ERROR|CRITICAL|FATAL)\b|https?://"
    r"|[\[(]\s*['\"]|\w\[['\"]|[{}]|;(?!\s|$|[\w@/.]+\s?[:=])|\)\s*->"
    rf"|(?<!grad_fn=)<(?!(?i:{_BRACKETED})[\s_:=#>])[A-Za-z_]"
    r"|(?<![=\[])==(?![=\]>])|[<>]="
)


def line_form(text: str) -> LineForm:
    """The form of a line; `NOTHING` for one that is refused."""
    text = _NOTE.sub("", text) if "<-" in text or "←" in text else text
    prefix = prefix_of(text)
    if record := _RECORD.match(text, prefix.end):
        prefix = prefix._replace(end=record.end())
    if _REFUSED.search(text, prefix.end):
        return NOTHING
    return form_of(text, prefix)
