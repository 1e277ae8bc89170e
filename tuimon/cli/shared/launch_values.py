"""Values of `tuimon run` that are more than a word, checked before anything starts."""

from typing import Any

import click

from tuimon.runs.per_step import parse_per_step


def parse_graces(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> dict[str, Any]:
    """`60` or `60,45`, seconds after SIGINT and after SIGTERM, as fields of `StopSettings`."""
    texts = text.split(",") if text else []
    try:
        found = dict(zip(("term_after", "kill_after"), map(float, texts), strict=False))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not SECONDS or SECONDS,SECONDS") from None
    if len(texts) > 2 or not all(0 <= grace < 1e6 for grace in found.values()):
        raise click.BadParameter(f"{text!r} is not SECONDS or SECONDS,SECONDS")
    return found


def checked_per_step(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> str | None:
    """`65536 tokens`."""
    try:
        return None if text is None else " ".join(map(str, parse_per_step(text)))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
