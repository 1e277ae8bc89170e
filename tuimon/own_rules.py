"""Rules of the user's own, as text: ``val/loss > 3 for 5m: stop``. Standard library only.

::

    rule      = condition [ "for" DURATION ] [ ":" action ]
    condition = tag ( ">" | ">=" | "<" | "<=" ) NUMBER | tag "is" "nan"
    tag       = TEXT | '"' TEXT '"'
    action    = "notify" | "stop" | "signal" NAME

A tag may hold ``*`` for anything. What has signs of the rule itself in it is put in quotes.
"""

import math
import operator
import re
import signal
from collections.abc import Callable
from fnmatch import translate
from functools import cached_property
from typing import Literal

_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RULE = re.compile(
    rf"""\s*(?:"(?P<quoted>[^"]+)"|(?P<tag>[^\s<>"](?:[^<>"]*[^\s<>"])?))\s*
    (?:(?P<sign>[<>]=?)\s*(?P<limit>{_NUMBER})|(?<=["\s])is\s+(?P<nan>nan))
    (?:\s+for\s+(?P<count>\d+(?:\.\d+)?)\s*(?P<unit>[dhms]))?
    \s*(?::\s*(?P<action>notify|stop|signal\s+(?:SIG)?(?P<signal>[A-Z0-9]+)))?\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_PLAIN = re.compile(r'[^\s<>:"](?:[^<>:"]*[^\s<>:"])?')
_LONGEST = 500
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_EXAMPLE = "such as 'val/loss > 3 for 5m: notify', '… : stop', '… : signal USR1' or 'loss is nan'"

Sign = Literal[">", ">=", "<", "<=", "is nan"]


class OwnRule:
    """What is to be done once a metric has been on one side of a limit for so long."""

    def __init__(
        self,
        tag: str,
        sign: Sign,
        limit: float = math.nan,
        *,
        seconds: float = 0.0,
        action: Literal["notify", "stop"] | signal.Signals = "notify",
    ) -> None:
        """Of ``is nan``, which infinite values fulfil as well, there is no limit."""
        self.tag = tag
        self.sign = sign
        self.limit = limit
        self.seconds = seconds
        self.action = action

    @property
    def condition(self) -> str:
        """What it looks for, without the tag: ``> 3 for 5m``."""
        limit = "" if self.sign == "is nan" else f" {self.limit!r}".removesuffix(".0")
        return f"{self.sign}{limit}{self._lasting}"

    def __str__(self) -> str:
        is_plain = _PLAIN.fullmatch(self.tag) and not self.tag.lower().endswith(" is nan")
        tag = self.tag if is_plain else f'"{self.tag}"'
        if isinstance(self.action, signal.Signals):
            return f"{tag} {self.condition}: signal {self.action.name.removeprefix('SIG')}"
        return f"{tag} {self.condition}: {self.action}"

    @property
    def _lasting(self) -> str:
        unit = next((one for one, size in _UNITS.items() if self.seconds % size == 0), "s")
        count = f"{self.seconds / _UNITS[unit]!r}".removesuffix(".0")
        return f" for {count}{unit}" if self.seconds else ""

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Of brackets, as in ``loss[0]``, nothing is a pattern."""
        return re.compile(translate(self.tag.replace("[", "[[]").replace("?", "[?]")))

    def is_about(self, name: str) -> bool:
        """Whether it looks at the metric of that name."""
        return self._pattern.match(name) is not None

    def holds(self, value: float) -> bool:
        """Whether a value is what it looks for."""
        if self.sign == "is nan":
            return not math.isfinite(value)
        return _SIGNS[self.sign](value, self.limit)


def parse_rule(text: str) -> OwnRule:
    """The rule that is written there.

    Raises:
        ValueError: it is none; the message says what is wrong, with an example.
    """
    match = _RULE.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise ValueError(f"{_what_is_wrong(text)}; {_EXAMPLE}")
    action: Literal["notify", "stop"] | signal.Signals = "notify"
    if name := match["signal"]:
        action = _signal(name.upper())
    elif (match["action"] or "").lower() == "stop":
        action = "stop"
    seconds = float(match["count"]) * _UNITS[match["unit"].lower()] if match["count"] else 0.0
    tag = match["quoted"] or match["tag"]
    if match["nan"]:
        return OwnRule(tag, "is nan", seconds=seconds, action=action)
    sign: Sign = match["sign"]  # type: ignore[assignment]
    return OwnRule(tag, sign, float(match["limit"]), seconds=seconds, action=action)


def _signal(name: str) -> signal.Signals:
    try:
        return signal.Signals[f"SIG{name}"]
    except KeyError:
        raise ValueError(f"there is no signal {name}; {_EXAMPLE}") from None


def parse_rules(text: str) -> list[OwnRule]:
    """The rules of a setting, separated by semicolons. Raises: ValueError."""
    return [parse_rule(one) for one in text.split(";") if one.strip()]


def are_rules(text: str) -> bool:
    """Whether `parse_rules` reads it."""
    try:
        parse_rules(text)
    except ValueError:
        return False
    return True


def _what_is_wrong(text: str) -> str:
    if len(text) > _LONGEST:
        return f"longer than {_LONGEST} characters"
    condition, colon, action = text.rpartition(":")
    if colon and _RULE.fullmatch(condition):
        return f"{action.strip()!r} is nothing that can be done"
    if not re.search(r"[<>]|\bis\s+nan\b", text, re.IGNORECASE):
        return "it compares nothing"
    if re.search(r"\bfor\b", text) and _RULE.fullmatch(re.sub(r"\bfor\b[^:]*", "", text)):
        return "the time behind 'for' is none"
    return "it cannot be read"
