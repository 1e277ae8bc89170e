"""Formulas that people type: what a chart shows that no tag has by itself.

val/loss                 a tag; the longest one that is known wins: with it, `val / loss` divides
"my tag"  'my tag'       a tag in quotes: \\ goes before a quote, \\u001b is a character
loss * 2 - (a + b) / c   numbers, + - * / and brackets
ema(loss, .9)            a function, see `FUNCTIONS`
loss, ema(loss, .9)      several, for one chart
"""

import math
import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from tuimon.text import safe

MOST_LENGTH = 400
_MOST_DEPTH, _MOST_VALUES = 30, 60
MARK = "="
"""What the name of a derived series begins with."""

FUNCTIONS: Mapping[str, int] = {
    "ema": 2,
    "delta": 1,
    "sum": 1,
    "log": 1,
    "log2": 1,
    "log10": 1,
    "exp": 1,
    "sqrt": 1,
    "abs": 1,
    "min": 2,
    "max": 2,
}
"""How many values each takes."""


class FormulaError(ValueError):
    """The text is no formula; says where and why in one line."""


class TagTerm(NamedTuple):
    """The values of a tag."""

    tag: str


class NumberTerm(NamedTuple):
    """A number."""

    value: float


class Operation(NamedTuple):
    """What a function, or an operator (``+ - * /``), makes of values."""

    name: str
    values: "tuple[Formula, ...]"


Formula: TypeAlias = TagTerm | NumberTerm | Operation


class FormulaName(str):
    """What a derived series is called: `MARK`, and a text that means the same whatever tags there
    are."""

    formula: Formula
    """What it is made of."""

    @classmethod
    def of(cls, formula: Formula) -> "FormulaName":
        """The name of the series of a formula."""
        name = cls(f"{MARK}{formula_text(formula)}")
        name.formula = formula
        return name


class NamedFormula(NamedTuple):
    """A formula, and how it was typed."""

    text: str
    formula: Formula

    @property
    def series(self) -> str:
        """What its series is called: the tag, or a `FormulaName`."""
        formula = self.formula
        return formula.tag if isinstance(formula, TagTerm) else FormulaName.of(formula)


def parse_formulas(text: str, tags: Collection[str] = ()) -> list[NamedFormula]:
    """The formulas in a text, between commas, where these tags are known.

    Raises:
        FormulaError: they are none.
    """
    if len(text) > MOST_LENGTH:
        raise FormulaError(f"more than {MOST_LENGTH} characters")
    parser = _FormulaParser(text, tags)
    found = [parser.named()]
    while parser.takes(","):
        found.append(parser.named())
    if not parser.at_end:
        raise parser.fault("not understood from here")
    return found


def parse_formula(text: str, tags: Collection[str] = ()) -> NamedFormula:
    """The only formula in a text. Raises FormulaError."""
    found = parse_formulas(text, tags)
    if len(found) > 1:
        raise FormulaError("one formula, not several")
    return found[0]


def tags_of_series(name: str) -> list[str]:
    """The tags that a series is made of, by its name."""
    return tags_in(name.formula) if isinstance(name, FormulaName) else [name]


def formula_text(formula: Formula, *, plain: bool = False) -> str:
    """A formula as it is read again, whatever tags there are; `plain` leaves out quotes where the
    tag is a name."""
    if isinstance(formula, TagTerm):
        return formula.tag if plain and _PLAIN.fullmatch(formula.tag) else quoted(formula.tag)
    if isinstance(formula, NumberTerm):
        return repr(formula.value).removesuffix(".0")
    first, *others = (formula_text(value, plain=plain) for value in formula.values)
    if formula.name in FUNCTIONS:
        return f"{formula.name}({', '.join((first, *others))})"
    return f"({first} {formula.name} {others[0]})"


def tags_in(formula: Formula) -> list[str]:
    """The tags that a formula is made of."""
    if isinstance(formula, TagTerm):
        return [formula.tag]
    values = formula.values if isinstance(formula, Operation) else ()
    return list(dict.fromkeys(tag for value in values for tag in tags_in(value)))


def quoted(tag: str) -> str:
    """A tag as a formula has it wherever it stands."""
    return f'"{"".join(map(_escaped, tag))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if safe(character) == character:
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _unescaped(match: re.Match[str]) -> str:
    text = match[1]
    code = int(text[1:], 16) if len(text) > 1 else ord(text)
    return chr(code) if code <= sys.maxunicode else text


def completions(text: str, tags: Sequence[str]) -> list[str]:
    """Texts in which the name at the end is that of a tag, those that begin with it first."""
    begins = _LAST_NAME.search(text)
    typed = begins[0] if begins else ""
    before, sought = text[: len(text) - len(typed)], typed.lower().lstrip("\"'")
    found = [tag for tag in tags if sought in tag.lower()]
    found.sort(key=lambda tag: not tag.lower().startswith(sought))
    return [before + (tag if _PLAIN.fullmatch(tag) else quoted(tag)) for tag in found]


_NAME = r"[^\W\d][\w./:@%#-]*"
_PLAIN = re.compile(_NAME)
_LAST_NAME = re.compile(r"""(?:["'][^"']*|[^\s()+*,"'=]+)\Z""")
_TOKEN = re.compile(
    rf"""(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
      | (?P<function>{"|".join(FUNCTIONS)})(?=\s*\()
      | (?P<name>{_NAME})
    """,
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_WHITE = re.compile(r"\s*")


class _FormulaParser:
    """Recursive descent: sum = product (+ product)*, product = one (* one)*."""

    def __init__(self, text: str, tags: Collection[str]) -> None:
        self._text, self._tags, self._at, self._values = text, tags, 0, 0
        self._skip()

    @property
    def at_end(self) -> bool:
        return self._at == len(self._text)

    def fault(self, why: str) -> FormulaError:
        return FormulaError(f"character {self._at + 1}: {why}")

    def takes(self, signs: str) -> str:
        """The sign that stands here, if it is one of these; it is passed."""
        sign = self._text[self._at : self._at + 1]
        if not sign or sign not in signs:
            return ""
        self._pass(1)
        return sign

    def named(self) -> NamedFormula:
        begin = self._at
        formula = self.sum(0)
        if not tags_in(formula):
            self._at = begin
            raise self.fault("no tag in it")
        return NamedFormula(self._text[begin : self._at].strip(), formula)

    def sum(self, depth: int) -> Formula:
        return self._chain("+-", self._product, depth)

    def _product(self, depth: int) -> Formula:
        return self._chain("*/", self._one, depth)

    def _chain(self, signs: str, part: Callable[[int], Formula], depth: int) -> Formula:
        found = part(depth)
        while sign := self.takes(signs):
            found = Operation(sign, (found, part(depth)))
        return found

    def _one(self, depth: int) -> Formula:
        self._values += 1
        if depth > _MOST_DEPTH or self._values > _MOST_VALUES:
            raise self.fault("too many brackets" if depth > _MOST_DEPTH else "too many values")
        if self.takes("-"):
            return Operation("*", (NumberTerm(-1.0), self._one(depth + 1)))
        if self.takes("("):
            found = self.sum(depth + 1)
            self._close()
            return found
        if tag := self._known_tag():
            self._pass(len(tag))
            return TagTerm(tag)
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            raise self.fault("a tag, a number or a bracket is missing")
        if match["function"]:
            return self._function(match["function"], depth)
        self._pass(len(match[0]))
        if match["number"]:
            if math.isinf(number := float(match["number"])):
                raise self.fault("a number is too large")
            return NumberTerm(number)
        quote = match["quoted"]
        return TagTerm(_ESCAPE.sub(_unescaped, quote[1:-1]) if quote else match["name"])

    def _function(self, name: str, depth: int) -> Operation:
        begin = self._at
        self._pass(len(name))
        self.takes("(")
        values = [self.sum(depth + 1)]
        while self.takes(","):
            values.append(self.sum(depth + 1))
        self._close()
        wanted = FUNCTIONS[name]
        if len(values) != wanted:
            self._at = begin
            raise self.fault(f"{name} takes {wanted} value{'s' * (wanted > 1)}")
        if name == "ema" and not (isinstance(values[1], NumberTerm) and 0 <= values[1].value < 1):
            self._at = begin
            raise self.fault("the weight of ema is a number from 0 to less than 1")
        return Operation(name, tuple(values))

    def _close(self) -> None:
        if not self.takes(")"):
            raise self.fault("a bracket is not closed")

    def _known_tag(self) -> str:
        """The longest of the tags that stands here; numbers are none."""
        rest = self._text[self._at :]
        for end in range(len(rest) if self._tags else 0, 0, -1):
            behind = rest[end : end + 1]
            if rest[:end] in self._tags and not (behind.isalnum() or behind == "_"):
                number = _TOKEN.fullmatch(rest, 0, end)
                return "" if number and number["number"] else rest[:end]
        return ""

    def _pass(self, characters: int) -> None:
        self._at += characters
        self._skip()

    def _skip(self) -> None:
        match = _WHITE.match(self._text, self._at)
        assert match
        self._at = match.end()
