"""Signs of the screen for terminals whose encoding has ASCII only, or not all that is shown."""

from tuimon.text import width

_ASCII = str.maketrans(
    {
        "●": "*",
        "✓": "+",
        "✗": "x",
        "━": "=",
        "─": "-",
        "›": ">",
        "…": ".",
        "·": "-",
        "←": "<",
        "→": ">",
        "↑": "^",
        "↓": "v",
        "▲": "^",
        "•": "*",
        "│": "|",
        "┤": "|",
        "┼": "+",
        "┬": "+",
        "┊": "|",
        "►": ">",
        "○": "o",
        "◌": "o",
        "■": "#",
        "−": "-",
        "≤": "<",
        "µ": "u",
        "Δ": "d",
        "ρ": "r",
        "η": "n",
        **dict.fromkeys("╍┅┉", "="),  # cues of curves
        "└": "+",
        "≈": "~",
        "–": "-",
        "×": "x",
        "±": "~",
        "↺": "r",
        "⏸": "=",
        "⚠": "!",
        **dict.fromkeys("▁▂▃▄▅▆▇█▉▊▋▌▍▎▏▐░▒▓▀", "#"),  # Textual's scroll bars and frames
        "▾": "v",
        "▸": ">",
        "▼": "v",
        "◆": "*",
        "★": "*",
        "\u2215": "/",
        "█": "#",
        **dict.fromkeys("▏▎▍▌▋▊▉", "="),
    }
)
_SIGNS = frozenset(map(chr, _ASCII))


def to_ascii(text: str) -> str:
    """The text with the screen's own signs replaced; each still takes one cell."""
    return text if text.isascii() else text.translate(_ASCII)


def in_ascii(text: str) -> str:
    """The text in ASCII: the screen's own signs replaced, all else that is none a ``?``."""
    return to_ascii(text).encode("ascii", "replace").decode()


def has_unicode(encoding: str | None) -> bool:
    """Whether a terminal with this encoding can show braille and box drawings."""
    return (encoding or "ascii").lower().startswith("utf")


def encodable(text: str, encoding: str) -> bytes:
    """The text in an encoding; what that lacks is replaced and takes as many cells as before."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_encodable(char, encoding) for char in text).encode(encoding)


def _encodable(char: str, encoding: str) -> str:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return to_ascii(char) if char in _SIGNS else "?" * width(char)
    return char
