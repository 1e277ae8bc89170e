"""Signs of the screen for terminals whose encoding has ASCII only."""

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
        "└": "+",
        "≈": "~",
        "–": "-",
        "×": "x",
        "▾": "v",
        "▸": ">",
        "▼": "v",
        "◆": "*",
        "█": "#",
        **dict.fromkeys("▏▎▍▌▋▊▉", "="),
    }
)


def to_ascii(text: str) -> str:
    """The text with the screen's own signs replaced; each still takes one cell."""
    return text if text.isascii() else text.translate(_ASCII)


def in_ascii(text: str) -> str:
    """The text in ASCII: the screen's own signs replaced, all else that is none a ``?``."""
    return to_ascii(text).encode("ascii", "replace").decode()


def has_unicode(encoding: str | None) -> bool:
    """Whether a terminal with this encoding can show braille and box drawings."""
    return (encoding or "ascii").lower().startswith("utf")
