"""Escape sequences in terminal output: where they begin and end."""

import re

LONGEST = 4096
"""Characters after which a string that nothing ends is taken for text."""

_PARAMETERS = r"[0-?]{0,64}[ -/]{0,8}"
_STRING = rf"[\]PX^_][^\x07\x1b\x9c\r\n]{{0,{LONGEST}}}"

# ECMA-48 §5.4 (CSI), §5.6 (command strings; xterm also ends them with BEL), ECMA-35 (the rest).
SEQUENCE = re.compile(
    rf"\x1b(?:\[(?P<parameters>{_PARAMETERS})(?P<final>[@-~])"
    rf"|{_STRING}(?:\x07|\x9c|\x1b\\)"
    r"|[ -/]{1,4}[0-~]|(?P<simple>[0-OQ-WYZ\\`-~]))"
)
"""A whole sequence; `final` and `parameters` of a control sequence, `simple` of a short one."""

_BEGUN = re.compile(rf"\x1b(?:\[{_PARAMETERS}|{_STRING}\x1b?|[ -/]{{1,4}})?\Z")


def split_begun(text: str) -> tuple[str, str]:
    """Split off a sequence at the end that more text may complete."""
    begun = _BEGUN.search(text)
    return (text[: begun.start()], begun[0]) if begun else (text, "")
