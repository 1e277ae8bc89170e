"""A report as Markdown for GitHub and its likes, with its charts as SVG files beside it.

What comes from outside stands in code, where nothing is markup, a link or a mention: in spans, or
with all its punctuation as character references (CommonMark 6.2: these are text).
"""

import re
from collections.abc import Sequence

from tuimon.present.run_report import ReportTable, RunReport

_NOT_IN_CODE = re.compile(r"[`|\\]")
"""GitHub's tables take a bar in a code span for the end of a cell."""
_PLAIN = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9 -]*)?|\s+")
"""What is no markup anywhere."""
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


def report_markdown(report: RunReport, charts: Sequence[str]) -> str:
    """The text; `charts` are the paths of the files, beside it, as links to them have them."""
    first, others = report.tables[:1], report.tables[1:]
    pictures = [
        f"![{_plain(drawing.title)}]({path})"
        for drawing, path in zip(report.charts, charts, strict=True)
    ]
    parts = [
        f"# {_cell(report.title)}",
        _cell(report.lead),
        *map(_code, report.commands),
        *map(_table, first),
        *(["## charts", " ".join(pictures), report.note] if pictures else []),
        *map(_table, others),
        report.written,
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _table(table: ReportTable) -> str:
    head = [_cell(name) for name in table.head or ("", "")]
    rows = [head, ["---"] * len(head), *([_cell(cell) for cell in row] for row in table.rows)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    note = f"\n\n{table.note}" if table.note else ""
    return f"## {table.title}\n\n" + "\n".join(lines) + note


def _cell(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return f"<code>{_plain(text)}</code>" if _NOT_IN_CODE.search(text) else f"`{text}`"


def _plain(text: str) -> str:
    return _PUNCTUATION.sub(lambda match: f"&#{ord(match[0])};", text)


def _code(text: str) -> str:
    fence = "`" * (3 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}sh\n{text}\n{fence}"
