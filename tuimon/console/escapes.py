"""Terminal output as characters: where escape sequences begin and end.

Every look at a sequence is bounded, so all of it takes linear time. Standard library only.
"""

import codecs
import re

LONGEST = 4096
"""Characters after which a string that nothing ends is taken for text."""

_PARAMETERS = r"[0-?]{0,64}+[ -/]{0,8}+"
_STRING = rf"[\]PX^_][^\x07\x1b\x9c\r\n]{{0,{LONGEST}}}+"

# ECMA-48 §5.4 (CSI), §5.6 (command strings; xterm also ends them with BEL), ECMA-35 (the rest).
SEQUENCE = re.compile(
    rf"\x1b(?:\[(?P<parameters>{_PARAMETERS})(?P<final>[@-~])"
    rf"|{_STRING}(?:\x07|\x9c|\x1b\\)"
    r"|[ -/]{1,4}[0-~]|(?P<simple>[0-OQ-WYZ\\`-~]))"
)
"""A whole sequence; `final` and `parameters` of a control sequence, `simple` of a short one."""

TOKEN = re.compile(rf"(?P<text>[^\x00-\x1f\x7f]+)|(?P<control>[\b\t\n\v\f\r])|{SEQUENCE.pattern}")
"""Text, a control character that moves the cursor, or a sequence. What lies between acts on
nothing: other control characters, and the escape of a broken sequence."""

_BEGUN = re.compile(rf"\x1b(?:\[{_PARAMETERS}|{_STRING}\x1b?|[ -/]{{1,4}})?\Z")


class OutputDecoder:
    """Decodes a stream of output; the chunks it comes in make no difference.

    A character or sequence that the end of a chunk cuts waits for the rest.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._begun = ""

    def feed(self, data: bytes) -> str:
        """The text that `data` completes."""
        text = self._begun + self._decoder.decode(data)
        begun = _BEGUN.search(text, max(0, len(text) - LONGEST - 3))
        self._begun = begun[0] if begun else ""
        return text[: begun.start()] if begun else text

    @property
    def waits(self) -> bool:
        """Whether something waits for its rest."""
        return bool(self._begun or self._decoder.getstate()[0])

    def finish(self) -> str:
        """The stream has ended: what still waits."""
        text, self._begun = self._begun + self._decoder.decode(b"", final=True), ""
        return text
