"""Changes single values in a TOML file of a user's; all else stays as it was written.

A statement is found by reading lines until they are TOML by themselves. The result is read again
before it is handed out: what is written in a way that this does not know is left alone.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tuimon.config.template import toml

_MOST_LINES = 1000
"""Of a statement."""
_WIDTH = 80
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
"""Others than TOML's do not count: `str.splitlines` has more."""
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING_OR_COMMENT = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|' r"'''.*?'''|" r'"(?:[^"\\\n]|\\.)*"|' r"'[^'\n]*'|(#[^\n]*)",
    re.DOTALL,
)


class TomlEditError(ValueError):
    """The text is written in a way that is only to be changed by hand."""


class _Statement(NamedTuple):
    table: str
    """The table that it begins or is in; empty above all tables."""
    key: str | None
    """None for the head of a table."""
    first: int
    end: int
    """Its lines, up to which one."""


def with_value(text: str, table: str, key: str, value: str | Sequence[str] | None) -> str:
    """The text of a TOML file with another value of a key, without the key for None.

    `table` is the name of the table that it is in, empty above all tables. Comments stay.

    Raises:
        TomlEditError: that cannot be done without changing anything else.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = _LINE.findall(text)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += newline
    try:
        wanted = _wanted(tomllib.loads(text), table, key, value)
        statements = list(_statements(lines))
        _change(lines, statements, table, key, value, newline)
        changed = "".join(lines)
        if tomllib.loads(changed) == wanted:
            return changed
    except (ValueError, RecursionError):  # tomllib's own, too
        pass
    raise TomlEditError(f"{f'[{table}] ' if table else ''}{key} is to be changed by hand")


def _wanted(
    document: dict[str, Any], table: str, key: str, value: str | Sequence[str] | None
) -> Mapping[str, Any]:
    if value is None and table not in ("", *document):
        return document
    inner = document.setdefault(table, {}) if table else document
    if not isinstance(inner, dict):
        raise ValueError
    inner.pop(key, None)
    if value is not None:
        inner[key] = value if isinstance(value, str) else list(value)
    return document


def _change(
    lines: list[str],
    statements: Sequence[_Statement],
    table: str,
    key: str,
    value: str | Sequence[str] | None,
    newline: str,
) -> None:
    inside = [one for one in statements if one.table == table]
    known = next((one for one in inside if one.key == key), None)
    written = [] if value is None else [f"{_key(key)} = {_value(value, newline)}{newline}"]
    if known is not None:
        comments = _comments(lines[known.first : known.end])
        if written and len(comments) == 1 and known.end == known.first + 1:
            written[0] = f"{written[0].removesuffix(newline)}  {comments[0]}{newline}"
        elif written:
            written[:0] = [comment + newline for comment in comments]
        lines[known.first : known.end] = written
    elif not written:
        return
    elif inside:
        lines[inside[-1].end : inside[-1].end] = written
    elif table:
        gap = [newline] if lines else []
        lines += [*gap, f"[{_key(table)}]{newline}", *written]
    else:
        at = _behind_title(lines)
        lines[at:at] = [*written, *([newline] if at < len(lines) else [])]


def _behind_title(lines: Sequence[str]) -> int:
    """Where the first lines end that are comments, with the blank one below; 0 without that."""
    at = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    if at == len(lines):
        return at
    return at + 1 if at and not lines[at].strip() else 0


def _statements(lines: Sequence[str]) -> Iterator[_Statement]:
    table, first = "", 0
    while first < len(lines):
        line = lines[first].strip()
        if not line or line.startswith("#"):
            first += 1
            continue
        if line.startswith("["):
            name, end = _only_key(tomllib.loads(line)), first + 1
            table = name if not line.startswith("[[") else f"{name}[]"
            yield _Statement(table, None, first, end)
        else:
            end, key = _end_of(lines, first)
            yield _Statement(table, key, first, end)
        first = end


def _end_of(lines: Sequence[str], first: int) -> tuple[int, str]:
    """Where the statement ends that begins in a line, and its key; raises ValueError."""
    for end in range(first + 1, min(len(lines), first + _MOST_LINES) + 1):
        try:
            return end, _only_key(tomllib.loads("".join(lines[first:end])))
        except tomllib.TOMLDecodeError:
            continue
    raise ValueError


def _only_key(document: Mapping[str, Any]) -> str:
    """The name in full: of ``a.b = 1`` both parts."""
    [(key, value)] = document.items()
    if isinstance(value, dict) and len(value) == 1:
        return f"{key}.{_only_key(value)}"
    return key


def _comments(lines: Sequence[str]) -> list[str]:
    found = _STRING_OR_COMMENT.finditer("".join(lines))
    return [comment.rstrip() for one in found if (comment := one[1])]


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else toml(name)


def _value(value: str | Sequence[str], newline: str) -> str:
    if isinstance(value, str):
        return toml(value)
    items = [toml(item) for item in value]
    line = f"[{', '.join(items)}]"
    if len(line) <= _WIDTH:
        return line
    return f"[{newline}" + "".join(f"    {item},{newline}" for item in items) + "]"
