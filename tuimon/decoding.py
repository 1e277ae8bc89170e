"""What JSON and TOML documents hold, checked against the types that it is to have.

The one way for run records, settings, themes, alerts, and what the screen keeps. Standard library
only, and little of it: the guardian imports this module.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import EnumType
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

_LARGEST = 10**300


class Rule(NamedTuple):
    """What values must fulfil besides their type, in ``Annotated[type, Rule(…)]``."""

    holds: Callable[[Any], object]
    expected: str
    """What is told about other values: ``must be …``."""


def within(least: float, below: float) -> Rule:
    """Numbers from `least` on that are less than `below`."""
    text = f"must be at least {least:g} and less than {below:,.7g}"
    return Rule(lambda value: least <= value < below, text)


def checked(value: object, kind: Any) -> Any:
    """`value`, fresh from JSON or TOML, as one of type `kind`.

    Types are bool, int, float (also from an integer), str, enums of texts, Literal, tuples (from
    lists), Mapping by texts, Any, data classes and named tuples (from tables; other names in them
    are passed over), each of these ``| None``, and each annotated with a `Rule`.

    Raises:
        ValueError: it is none; the message says what it must be.
    """
    if type(value) is kind or kind is Any:
        return value
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _ruled(value, *parts)
    if origin in (Union, UnionType):
        return None if value is None else checked(value, parts[0])
    if origin is Literal and value in parts:
        return value
    if origin is tuple and isinstance(value, list):
        kinds = parts[:1] * len(value) if parts[-1] is Ellipsis else parts
        if len(kinds) == len(value):
            return tuple(map(checked, value, kinds))
    if isinstance(value, dict) and origin is Mapping:
        return {name: checked(one, parts[1]) for name, one in value.items()}
    if isinstance(value, dict) and origin is None and field_types(kind):
        return _with_fields(value, kind)
    if kind is float and type(value) is int and abs(value) < _LARGEST:
        return float(value)
    if isinstance(value, str) and isinstance(kind, EnumType):
        return kind(value)
    raise ValueError(_expected(value, kind))


@cache
def field_types(kind: Any) -> Mapping[str, Any]:
    """The types of the fields of a data class or named tuple, with their rules, by name."""
    return get_type_hints(kind, include_extras=True)


def near(name: str, known: Iterable[str]) -> str:
    """``; did you mean X?`` for the name that comes nearest, if one does; else nothing."""
    from difflib import get_close_matches

    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""


def written(value: object) -> str:
    """A wrong value, for whoever wrote it: as TOML and Python have it, cut where it is long."""
    try:
        return str(value).lower() if isinstance(value, bool) else repr(value)[:60]
    except ValueError:  # Python writes no integer of thousands of digits
        return "…"


def _ruled(value: object, kind: Any, rule: Rule) -> Any:
    try:
        found = checked(value, kind)
    except ValueError:
        raise ValueError(rule.expected) from None
    if not rule.holds(found):
        raise ValueError(rule.expected)
    return found


def _with_fields(values: Mapping[str, Any], kind: Any) -> Any:
    known: dict[str, Any] = {}
    for name, part in field_types(kind).items():
        if name in values:
            try:
                known[name] = checked(values[name], part)
            except ValueError as error:
                raise ValueError(f"{name} = {written(values[name])}: {error}") from None
    try:
        return kind(**known)
    except TypeError as error:  # one without a default is missing
        raise ValueError(f"{error}") from None


def _expected(value: object, kind: Any) -> str:
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        hint = near(value, choices) if isinstance(value, str) else ""
        return f"must be one of {', '.join(choices)}{hint}"
    texts = {bool: "must be true or false", str: 'must be text in quotes, such as "auto"'}
    return texts.get(kind, f"must be {getattr(kind, '__name__', kind)}")
