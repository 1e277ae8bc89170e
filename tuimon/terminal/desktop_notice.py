"""A notification of the desktop that the terminal is on: through SSH, tmux and GNU screen.

Terminals take it as OSC 9 (iTerm2, kitty, WezTerm, Ghostty, …; iTerm2's "Escape Codes") or OSC 777
(rxvt-unicode, foot; rxvt's extension ``notify``), and pass over what they do not know. tmux hands
it on in DCS strings where ``allow-passthrough`` is on.
"""

import re
from collections.abc import Mapping

from tuimon.text import fit

_WITHOUT = re.compile(r"(linux|vt\d|dumb|ansi|cons|sun|eterm)")
"""How the names of terminals begin that may print it."""
_OF_777 = ("rxvt", "foot")
_MOST_CELLS = 200


def desktop_notice(title: str, text: str, environ: Mapping[str, str]) -> str:
    """What to send for it; empty where the terminal, by its environment, is to get none."""
    term = environ.get("TERM", "")
    if _WITHOUT.match(term) or not term:
        return ""
    title, text = (fit(one, _MOST_CELLS).rstrip() for one in (title, text))
    if term.startswith(_OF_777):
        sequence = f"\x1b]777;notify;{title.replace(';', ',')};{text}\x07"
    else:
        # In front of numbers, which mean something else to ConEmu and Windows' terminal.
        sequence = f"\x1b]9;tuimon: {title}: {text}\x07"
    if "TMUX" in environ:
        return f"\x1bPtmux;{sequence.replace(chr(27), 2 * chr(27))}\x1b\\"
    return f"\x1bP{sequence}\x1b\\" if "STY" in environ else sequence
