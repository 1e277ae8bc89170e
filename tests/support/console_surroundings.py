"""What terminals, loggers and launchers put around the lines of a console."""

import re
from collections.abc import Iterator
from dataclasses import replace

from support.console_formats import ConsoleFormat
from support.console_pieces import COLOURS, NOISE, PIPED


def coloured(text: str, colour: str) -> str:
    """A text with its numbers, or its words, in a colour."""
    if text.startswith("\r"):
        return text
    return re.sub(r"(?<![\w.,-])\d[\d.,]*\d(?![\w.,])", lambda match: colour.format(match[0]), text)


def variants(one: ConsoleFormat) -> Iterator[tuple[str, ConsoleFormat]]:
    """A format as it looks through other programs, where its points stay what they are."""
    yield "CRLF", replace(one, text=re.sub(r"(?<!\r)\n", "\r\n", one.text))
    lines = one.text.split("\n")
    if re.search(r"[\r\b\x1b]", one.text):
        return
    for name, line in NOISE.items():
        yield name, replace(one, text="".join(f"{text}\n{line}\n" for text in lines))
    for colour in COLOURS[:2]:
        yield "colours", replace(one, text="\n".join(coloured(text, colour) for text in lines))
    if {*one.parts} != {""}:
        return
    for prefix in PIPED:
        text = "\n".join(prefix.format(i=i % 10) + text for i, text in enumerate(lines[:-1]))
        yield prefix, replace(one, text=text + "\n")
