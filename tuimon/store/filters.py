"""Filters that people type: which runs and tags to show. One language, whatever a term is of.

loss                    tags that contain "loss", in any case
train/*  *layer_?*      globs, over the whole tag; words side by side must all match
model/layers/           a section: whole words of the tag, and what is below them
loss or acc             either; "and" binds closer and may be left out
not val  -val           everything else
/^loss.*[0-9]$/         a regular expression, anywhere in the tag
run:lr1e-3              the same, of the run's name
(loss or acc) run:adam  groups
lr<1e-3  val/acc >= .9  a value of a run: a setting, or the best of a metric
"""

import operator
import re
from collections.abc import Callable, Mapping
from fnmatch import translate
from typing import NamedTuple, TypeAlias

MOST_LENGTH = 400
_MOST_DEPTH = 30


class Bound(NamedTuple):
    """What a value is compared with."""

    sign: str
    """One of `_COMPARED`."""
    number: float

    def holds(self, value: float) -> bool:
        """Whether a value keeps to it; NaN keeps to none."""
        return value == value and _COMPARED[self.sign](value, self.number)


_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_SIZES = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "%": 0.01}


class FilterTerm(NamedTuple):
    """What is not made of others."""

    word: str
    """As typed; empty for a regular expression. Of a comparison, the name on its left."""
    pattern: re.Pattern[str]
    """What it looks for."""
    of_run: bool
    """Whether that is the run's name alone."""
    bound: Bound | None = None
    """What values of that name are to keep to; None for a term that looks for text."""

    def keeps(self, values: Mapping[str, float]) -> bool:
        """Whether a value of its name is there, and all that are keep to the bound.

        That name is the one typed, in any case, or what names end with behind a slash, a dot or a
        colon, else a part of a single name; a glob is over whole names.
        """
        bound = self.bound
        found = [value for name, value in values.items() if self.names(name)]
        if not found and not _GLOB.search(self.word):
            found = [value for name, value in values.items() if self.word.lower() in name.lower()]
            found = found if len(found) == 1 else []
        return bound is not None and bool(found) and all(map(bound.holds, found))

    def names(self, name: str) -> bool:
        """Whether that is the name typed, or ends with it."""
        word, name = self.word.lower(), name.lower()
        if _GLOB.search(word):
            return self.pattern.search(name) is not None
        return name == word or (name.endswith(word) and name[-len(word) - 1] in "/.:")


Expression: TypeAlias = Callable[[Callable[[FilterTerm], bool]], bool]
"""Whether a filter holds, as each of its terms does or does not."""

Predicate: TypeAlias = Callable[[str, str], bool]
"""Whether a run (by name) and a tag are to be shown."""

EVERYTHING: Predicate = lambda run, tag: True  # noqa: E731 (a value like others)

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<bracket>[()|])
      | (?P<left>(?![-!])[^\s()|<>=!]+)\s*(?P<sign><=|>=|==|!=|<|>)\s*
        (?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?inf)(?P<size>[kKmMbB%]?)(?=[\s)|]|$)
      | (?P<minus>[-!])(?=\S)
      | (?P<run>run:)?(?:/(?P<regex>(?:\\.|[^/\\])+)/(?=[\s)|]|$) | (?P<word>[^\s()|]+))
    )""",
    re.VERBOSE,
)


_GLOB = re.compile(r"[*?]|\[.+\]")


class FilterError(ValueError):
    """The text is no filter; says why in a few words."""


class _Lexeme(NamedTuple):
    kind: str
    """``term``, ``(``, ``)``, ``or``, ``and`` or ``not``."""
    term: FilterTerm | None = None


def parse_filter(text: str) -> Predicate:
    """The filter that `text` describes; the empty one shows everything. Raises FilterError."""
    holds = parse_expression(text, comparing=False)
    if not text.strip():
        return EVERYTHING

    def shows(run: str, tag: str) -> bool:
        return holds(lambda term: term.pattern.search(run if term.of_run else tag) is not None)

    return shows


def filter_fault(text: str, *, comparing: bool = False) -> str:
    """Why a text is no filter; empty where it is one. Arguments as of `parse_expression`."""
    try:
        parse_expression(text, comparing=comparing)
    except FilterError as error:
        return str(error)
    return ""


def parse_expression(text: str, *, comparing: bool = True) -> Expression:
    """How the terms in `text` are joined; the empty one always holds.

    Raises:
        FilterError: it is no filter, or compares values where it may not be `comparing` any.
    """
    if len(text) > MOST_LENGTH:
        raise FilterError(f"more than {MOST_LENGTH} characters")
    tokens = _tokens(text)
    if not tokens:
        return lambda holds: True
    if not comparing and any(token.term and token.term.bound for token in tokens):
        raise FilterError("values are compared on the home screen, in hparams and by tuimon board")
    parser = _Parser(tokens)
    expression = parser.either(0)
    if parser.rest:
        raise FilterError("a bracket closes that none opened")
    return expression


def terms_of(text: str) -> list[FilterTerm]:
    """The terms in `text`, in order. Raises FilterError."""
    return [token.term for token in _tokens(text) if token.term is not None]


def _tokens(text: str) -> list[_Lexeme]:
    tokens = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at, end)
        if match is None:
            raise FilterError("not understood from here: " + text[at:].strip())
        at = match.end()
        word = match["word"]
        if match["sign"]:
            tokens.append(_Lexeme("term", _comparison(match)))
        elif match["bracket"]:
            tokens.append(_Lexeme("or" if match["bracket"] == "|" else match["bracket"]))
        elif match["minus"]:
            tokens.append(_Lexeme("not"))
        elif word and not match["run"] and word.lower() in ("and", "or", "not"):
            tokens.append(_Lexeme(word.lower()))
        else:
            pattern = _pattern(match["regex"], word or "")
            tokens.append(_Lexeme("term", FilterTerm(word or "", pattern, bool(match["run"]))))
    return tokens


def _comparison(match: re.Match[str]) -> FilterTerm:
    number = float(match["number"]) * _SIZES[match["size"].lower()]
    word = match["left"]
    return FilterTerm(word, _pattern(None, word), False, Bound(match["sign"], number))


def _pattern(regex: str | None, word: str) -> re.Pattern[str]:
    if regex is None:
        if word.startswith("/"):  # its end has not been typed yet
            raise FilterError("a regular expression ends with /")
        if _GLOB.search(word):
            return re.compile(r"\A" + translate(word), re.IGNORECASE)
        begins = r"(?:\A|/)" if word.endswith("/") else ""
        return re.compile(begins + re.escape(word), re.IGNORECASE)
    try:
        return re.compile(regex)
    except (re.error, RecursionError, OverflowError) as error:
        raise FilterError(f"no regular expression: {error}") from None


class _Parser:
    """Recursive descent: either = both ("or" both)*, both = one (["and"] one)*."""

    def __init__(self, tokens: list[_Lexeme]) -> None:
        self.rest = tokens[::-1]

    def _next_is(self, *kinds: str) -> bool:
        return bool(self.rest) and self.rest[-1].kind in kinds

    def either(self, depth: int) -> Expression:
        parts = [self._both(depth)]
        while self._next_is("or"):
            self.rest.pop()
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else lambda holds: any(part(holds) for part in parts)

    def _both(self, depth: int) -> Expression:
        parts = [self._one(depth)]
        while self._next_is("and", "not", "term", "("):
            if self._next_is("and"):
                self.rest.pop()
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else lambda holds: all(part(holds) for part in parts)

    def _one(self, depth: int) -> Expression:
        if not self.rest or depth > _MOST_DEPTH:
            raise FilterError(
                "too many brackets" if self.rest else "something is missing at the end"
            )
        token = self.rest.pop()
        if (term := token.term) is not None:
            return lambda holds: holds(term)
        if token.kind == "not":
            inner = self._one(depth + 1)
            return lambda holds: not inner(holds)
        if token.kind == "(":
            inner = self.either(depth + 1)
            if not self._next_is(")"):
                raise FilterError("a bracket is not closed")
            self.rest.pop()
            return inner
        raise FilterError(f'something is missing before "{token.kind}"')
