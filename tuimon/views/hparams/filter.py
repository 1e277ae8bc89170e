"""Which sessions a filter asks for."""

from __future__ import annotations

from collections.abc import Iterable

from tuimon.text import format_value
from tuimon.views.hparams.sessions import Session, Table, format_cell


def matches(table: Table, session: Session, words: Iterable[str]) -> bool:
    """Whether a session is what a filter asks for.

    Every word holds: ``lr>0.01``, ``acc<=0.9``, ``opt=adam`` compare a column; others are part
    of the run's name or of one of its texts.
    """
    return all(_matches(table, session, word) for word in words)


def _matches(table: Table, session: Session, word: str) -> bool:
    for sign in (">=", "<=", "!=", ">", "<", "="):
        name, found, wanted = word.partition(sign)
        if not found:
            continue
        at = _named(table, name)
        if at is None:
            return False
        value = session.values[at]
        if isinstance(value, float) and not isinstance(value, bool):
            try:
                number = float(wanted)
            except ValueError:
                return sign == "!="
            return {
                ">=": value >= number,
                "<=": value <= number,
                "!=": value != number,
                ">": value > number,
                "<": value < number,
                "=": value == number or format_value(value) == wanted,
            }[sign]
        same = format_cell(value).lower() == wanted.lower()
        return same if sign == "=" else not same if sign == "!=" else False
    texts = (session.run, *(format_cell(v) for v in session.values if isinstance(v, str)))
    return any(word.lower() in text.lower() for text in texts)


def _named(table: Table, name: str) -> int | None:
    """The column of a name, or of the only name that holds it."""
    names = [column.name.lower() for column in table.columns]
    if name.lower() in names:
        return names.index(name.lower())
    holding = [at for at, other in enumerate(names) if name.lower() in other]
    return holding[0] if len(holding) == 1 else None
