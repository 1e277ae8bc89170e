"""Hiding secrets in command lines, configurations and texts."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial

from tuimon.masking.secret_names import names_hash, verdict, words_of
from tuimon.masking.secret_shapes import HIDDEN, is_wandb_key, mask_shapes

_OPTION = re.compile(r"-{1,2}[A-Za-z_][^=\s]*")
_ASSIGNMENT = re.compile(r"([-+~]{0,2}[A-Za-z_][\w./@:-]*)=(.*)", re.DOTALL)
_ATTACHED = re.compile(r"(-[A-Za-z])([^=\s].*)", re.DOTALL)
_LONG_OPTION = re.compile(r"[a-z_-]+(=.*)?", re.DOTALL)

_SEVERAL = re.compile(r"(key|token|secret|password|credential)s$", re.IGNORECASE)

_NUMBERS = re.compile(r"[-+]?[\d._]+([eE][-+]?\d+)?%?(,[-+]?[\d._]+([eE][-+]?\d+)?)*")
_NO_VALUE = re.compile(
    r"|true|false|none|null|yes|no|\*+|\$\{[^}]*\}|\$[A-Z_][A-Z0-9_]+|\(hidden.*|<[^>]*>|\[[A-Z]+\]",
    re.IGNORECASE,
)
"""What stands for a secret that is elsewhere, for none, and for tokens of a vocabulary."""
_SHORT_WORD = re.compile(r"[a-z]{1,8}")
_PATH = re.compile(r"[~.]{0,2}/[^:@]*")
_GLOB = re.compile(r"[*?\[]")

_HINTS = (
    r"pass|pwd|pswd|pword|secret|token|key|auth|cred|bearer|pat\b|cookie|jwt|hook|dsn|psk|\bk\b"
)
_QUOTED = r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
_HEADER = re.compile(r"([A-Za-z][\w-]*)(:\s*)(.+)", re.DOTALL)
_LEAST_IN_TEXT = 8
_LEAST_KNOWN = 6


@cache
def _pairs(hints: str) -> tuple[re.Pattern[str], ...]:
    """What finds `hints`, and names that have one, with their values: ``name=value``,
    ``--name value``, ``|name|value|``."""
    name = rf"[\w.@-]{{0,64}}?(?:{hints})[\w.@-]{{0,64}}"
    pair = rf"""(?<![\w.-])(?P<name>-{{0,2}}{name})
        (?P<join>["']?\]?\s{{0,3}}(?::\s?[A-Za-z][\w.\[\]|\ ]{{1,30}}=|=>|:=|==?|:)\s{{0,3}}
            (?:[bfru]{{1,2}}(?=["']))?)
        (?P<value>{_QUOTED}|(?:(?:Bearer|Basic|Token|Digest)\s+)?[^\s"',;&)\]}}<>]+)"""
    flag = rf"""(?<!\S)(?P<name>--?{name})(?P<join>\s+)(?P<value>{_QUOTED}|[^\s-]\S*)"""
    cell = rf"""(?<=[|\s])(?P<name>{name})(?P<join>\s*\|\s*)(?P<value>[^|\s][^|\n]*?)(?=\s*\|)"""
    flags = re.VERBOSE | re.IGNORECASE
    return tuple(re.compile(pattern, flags) for pattern in (hints, pair, flag, cell))


class Mask:
    """Hides what is secret by its name or its looks.

    `names` are those that the user has added. The secrets of a command line and of a configuration
    are hidden in texts, too, wherever they come up there.
    """

    def __init__(
        self,
        names: Iterable[str] = (),
        argv: Sequence[str] = (),
        config: Mapping[str, object] | None = None,
    ) -> None:
        self._own = [tuple(words_of(name)) for name in names]
        hints = [_HINTS, *(r"[\W_]*".join(map(re.escape, words)) for words in self._own if words)]
        self._hint, self._pair_pattern, *self._others = _pairs("|".join(hints))
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._hidden: dict[str, None] = {}
        self.command(argv)
        self.config(config or {})

    @property
    def hidden(self) -> tuple[str, ...]:
        """Where something was hidden so far, each once: ``--auth``, ``config.api_key``."""
        return tuple(self._hidden)

    def command(self, argv: Sequence[str]) -> list[str]:
        """A command line, its secrets hidden."""
        shown: list[str] = []
        option = ""
        for argument in argv:
            is_option = bool(_OPTION.match(argument))
            if option and not is_option:
                shown.append(self.value(option, argument))
            else:
                shown.append(self._argument(argument))
            if is_option:
                option = "" if "=" in argument else argument
            elif argument == "login" or not _SEVERAL.search(option):
                option = argument if argument == "login" else ""
        return shown

    def config(self, entries: Mapping[str, object], within: str = "config") -> dict[str, object]:
        """A configuration, its secrets hidden, however deep they are."""
        return {
            key: self._entry(str(key), value, f"{within}.{key}") for key, value in entries.items()
        }

    def value(self, name: str, value: str, label: str | None = None) -> str:
        """The text of an option, a setting or a variable of that name, hidden if it is secret."""
        label = label or name.lstrip("+~")
        if self._is_secret(name, value):
            return self._hide(value, label)
        if name and is_wandb_key(value) and not names_hash(name):
            return self._hide(value, label)
        header = _HEADER.fullmatch(value)
        if header and self._is_secret(header[1], header[3]):
            return f"{header[1]}{header[2]}{self._hide(header[3], label)}"
        if value[:1] in ("{", "[") and (found := self._json(value, label)) is not None:
            return found
        return self._noted(value, self._text(value, random=not names_hash(name)), label)

    def text(self, text: str, *, code: bool = False) -> str:
        """A text of any length, its secrets hidden: but for prose, that has short words.

        In `code` names have values in quotes alone.
        """
        if self._pattern is not None:
            text = self._pattern.sub(HIDDEN, text)
        return self._text(text, prose=True, code=code)

    def _text(
        self, text: str, *, prose: bool = False, code: bool = False, random: bool = True
    ) -> str:
        if self._hint.search(text):
            hidden = partial(self._pair, prose=prose, code=code)
            text = self._pair_pattern.sub(hidden, text)
            if not code:
                for pattern in self._others:
                    text = pattern.sub(hidden, text)
        return mask_shapes(text, random=random)

    def _argument(self, argument: str) -> str:
        attached = _ATTACHED.fullmatch(argument)
        if attached and not argument.startswith("--") and not _LONG_OPTION.fullmatch(attached[2]):
            shown = self.value(attached[1], attached[2])
            if shown != attached[2]:
                return f"{attached[1]}{shown}"
        assignment = _ASSIGNMENT.fullmatch(argument)
        if assignment:
            return f"{assignment[1]}={self.value(assignment[1], assignment[2])}"
        return self.value("", argument, "an argument")

    def _entry(self, name: str, value: object, label: str) -> object:
        if isinstance(value, Mapping):
            if value and verdict(name, self._own) == "secret":
                return self._hide("", label)
            return self.config(value, label)
        if isinstance(value, list | tuple):
            return [self._entry(name, item, label) for item in value]
        if isinstance(value, str):
            return self.value(name, value, label)
        if isinstance(value, bool) or value is None or not self._is_secret(name, str(value)):
            return value
        return self._hide(str(value), label)

    def _is_secret(self, name: str, value: str, *, prose: bool = False) -> bool:
        said = verdict(name, self._own)
        if said == "harmless" or _NO_VALUE.fullmatch(value):
            return False
        last = words_of(name)[-1]
        if (last == "pwd" and _PATH.fullmatch(value)) or (last == "pat" and _GLOB.search(value)):
            return False
        if said == "secret":
            return True
        if prose and len(value) < _LEAST_IN_TEXT:
            return False
        doubtful = said == "doubtful" or prose
        return not (_NUMBERS.fullmatch(value) or (doubtful and _SHORT_WORD.fullmatch(value)))

    def _pair(self, match: re.Match[str], *, prose: bool, code: bool) -> str:
        name, join, value = match["name"], match["join"], match["value"]
        quote = value[0] if value[0] in "\"'" else ""
        inner = value[1:-1] if quote else value
        if (code and not quote) or not self._is_secret(name, inner, prose=prose):
            return match[0]
        if not prose:
            self._keep(inner)
        return f"{name}{join}{quote}{HIDDEN}{quote}"

    def _json(self, value: str, label: str) -> str | None:
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            return None
        shown = self._entry("", found, label)
        return value if shown == found else json.dumps(shown)

    def _noted(self, before: str, after: str, label: str) -> str:
        if after != before:
            self._hidden[label] = None
        return after

    def _hide(self, value: str, label: str) -> str:
        self._hidden[label] = None
        self._keep(value)
        return HIDDEN

    def _keep(self, value: str) -> None:
        """Hide a value in texts from now on, if it is none that comes up by itself."""
        if len(value) < _LEAST_KNOWN or value in self._known or _SHORT_WORD.fullmatch(value):
            return
        self._known.add(value)
        longest_first = sorted(self._known, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))
