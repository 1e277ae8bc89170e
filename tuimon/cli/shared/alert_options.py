"""The options of `tuimon run` for what is told, and what is done about it."""

import functools
import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from tuimon.notice_urls import are_urls, service_of, urls_of
from tuimon.own_rules import parse_rule

F = TypeVar("F", bound=Callable[..., Any])

ALERT_NAMES = ("notify", "rules", "on_nan")


def _rules(_context: click.Context, _parameter: click.Parameter, texts: Sequence[str]) -> list[str]:
    try:
        return [str(parse_rule(text)) for text in texts]
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _target(_context: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    """Where it is URLs, each is one of a service that is known. Its secrets are not repeated."""
    if text is None or not are_urls(text):
        return text
    try:
        import apprise  # half a second, which other launches do without
    except ImportError:
        told = "URLs need apprise: pip install 'tuimon[notify]'"
        raise click.BadParameter(told) from None
    logging.getLogger("apprise").disabled = True
    for url in urls_of(text):
        if not apprise.Apprise().add(url):
            raise click.BadParameter(f"{service_of(url)}…: no such service, or not all of its URL")
    return text


_OPTIONS = (
    click.option(
        "--notify",
        metavar="COMMAND|URLS",
        callback=_target,
        help="Shell command run for each alert and at the end, with $TUIMON_TITLE and "
        "$TUIMON_TEXT; or where to send them: ntfy://…, slack://…, mailto://… (needs apprise).",
    ),
    click.option(
        "--rule",
        "rules",
        multiple=True,
        metavar="RULE",
        callback=_rules,
        help="An alert of your own, and what it does: 'val/loss > 3 for 5m: notify', '… : stop', "
        "'… : signal USR1'; repeatable.",
    ),
    click.option(
        "--on-nan",
        metavar="ACTION",
        help="What a loss, error or gradient that is NaN or infinite does besides an alert: "
        "stop, or signal USR1.",
    ),
)


def alert_options(command: F) -> F:
    """Give a command the options; `rules` has that of ``--on-nan``, too."""

    @functools.wraps(command)
    def called(*, rules: list[str], on_nan: str | None, **others: Any) -> Any:
        if on_nan is not None:
            try:
                rules = [*rules, str(parse_rule(f"* is nan: {on_nan}"))]
            except ValueError:
                raise click.BadParameter(
                    f"{on_nan!r}: there are notify, stop and signal NAME, such as 'signal USR1'",
                    param_hint="--on-nan",
                ) from None
        return command(rules=tuple(rules), **others)

    for option in reversed(_OPTIONS):
        called = option(called)
    return called  # type: ignore[return-value]
