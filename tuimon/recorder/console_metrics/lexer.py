"""The lexemes of a line: words, numbers with their units, times, signs, brackets, bars.

One pattern cuts a line once, from left to right, in time linear in its length. Dates, clocks,
versions and ranges are whole lexemes, so that no part of them is ever taken for a number.
"""

import re
from typing import NamedTuple

CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?(?:\s?[AaPp][Mm]\b)?(?:Z\b|\s?[+-]\d\d:?\d\d\b)?"
DATE = (
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?![\d/])"
    r"|\d{1,2}(?:/\d{1,2}/|-\d{1,2}-|\.\d{1,2}\.)(?:\d{4}|\d\d)(?![\d/])"
)
STAMP = (
    rf"(?:{DATE})(?:(?:T|[ ,_-]{{1,3}}){CLOCK})?|\d{{1,2}}[-/.]\d{{1,2}}\s{CLOCK}"
    r"|\d{8}[ T_-]\d\d:?\d\d:?\d\d(?:[.,]\d+)?(?!\d)"
)
"""A date, with or without a time of day; one without a year only with it."""

_UNIT = (
    r"\s?(?:%|dB|nats|bits|(?:it|its|iters?|imgs?|images?|samples?|toks?|tokens|steps?|words|examples|frames"
    r"|batch(?:es)?)/s(?:ec)?|(?:ms|us|µs|s|sec)/(?:it|iter|step|batch|epoch)"
    r"|ms|us|µs|secs?|seconds?(?!\s\d+\.\d)|minutes|hours?|[kKMGT]i?B(?:/s)?)"
    r"|\s[smh](?=\s*(?:[,;|).\]]|$))|ns|s|[mc]?m|px|deg|°|mins?|h|hrs?|days?|[kKMGT]b(?:/s)?|[kKMGTB]|B/s|W|C|x|/s(?:/\w+)?"
)
"""Of one letter behind a blank only where nothing follows, other than in ``D 0.5 G 0.3``."""

_NUMBER = (
    r"(?:\d{1,3}(?:_\d{3})+|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+,\d+|\d+(?:\.\d+|\.(?=\s*(?:[,)\]|;]|$)|[eE]))?|\.\d+)"
    r"(?:[eE][-+]?\d+)?"
)
_LEXEME = re.compile(
    r"(?P<nan>(?:(?<![\w.)\]])[-+\u2212])?(?:nan|NaN|NAN|[Ii]nf(?:inity)?|INF)(?![\w/.@\-]\w|\w|\())"
    r"|(?:(?<![\w.])\d{1,4}[A-Za-z]{0,4}(?=_[A-Za-z]))?[^\W\d][\w²]*(?:(?:'s(?=\s)|[@/.+\-&^](?=\w)|%(?=\w)|(?<=\d):(?=[\d.]{1,6}\s?[:=]\s?\d))[\w²]*)*"
    r"(?:\.{2,3}|\.(?=[\s:=])|\((?:[A-Za-z%]{1,20}(?:\([a-z]\))?|[a-z]{0,10}\d{1,3})\)(?=\s?[:=\s])|%)?"
    r"|(?<=\s)-{3,}(?=\s\d)|-{1,2}>|={1,2}>|>>(?=\s)|[:=|,;\[({<\])}>](?<!\[)"
    rf"|(?P<time>(?:{STAMP})(?![\w:])|\d+\sdays?,\s\d+:\d\d:\d\d|(?<![.:]){CLOCK}(?![\w:]))"
    rf"|(?P<number>(?:(?<![\w.)\]])[-+\u2212])?(?<![\w.])(?>{_NUMBER}))"
    rf"(?P<unit>(?:{_UNIT})(?![\w/%]|\s?[:=]))?(?![\w%]|[.:,\-]\d|\.\w)"
    r"|(?P<junk>[-+.]?\d[\w.,:/\-]*(?<![,:.]))"
    r"|(?P<bar>[━╸╺─█▏▎▍▌▋▊▉▓▒░]{2,}|\[(?:=+>?\.*|>\.*|\.+)\](?!\w))"
    r"|\S"
)
ARROWS = frozenset(("→", "->", "-->", "=>", "==>", ">>"))
_KINDS = (
    dict.fromkeys(":=：", "sign") | dict.fromkeys("[({<", "open") | dict.fromkeys("])}>", "close")
)


class LineToken(NamedTuple):
    """A piece of a line; what is between two of them is blank."""

    kind: str
    """``time number junk word bar sign open close mark``."""
    text: str
    start: int
    end: int
    unit: str = ""
    """Of a number, which ends before it: ``%``, ``ms``, ``k``; empty if it has none."""


def lexemes(line: str, start: int = 0) -> list[LineToken]:
    """The lexemes of a line from `start` on."""
    found = []
    for match in _LEXEME.finditer(line, start):
        kind, text = match.lastgroup, match.group()
        if kind == "nan" or kind == "number":
            found.append(LineToken("number", text, match.start(), match.end()))
        elif kind == "unit":
            number, unit = match["number"], match["unit"]
            found.append(
                LineToken("number", number, match.start(), match.end("number"), unit.strip())
            )
        else:
            kind = (
                kind
                or ("sign" if text.startswith("---") else _KINDS.get(text))
                or ("mark" if text in ARROWS or (len(text) == 1 and not text.isalpha()) else "word")
            )
            found.append(LineToken(kind, text, match.start(), match.end()))
    return found
