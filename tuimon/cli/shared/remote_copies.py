"""Places on other machines that a command was given: each has a process that keeps its copy."""

import click

from tuimon.cli.shared.common import CommandError
from tuimon.runs.sources import LogSource
from tuimon.text import safe

_kept: list[object] = []
"""Links of this process; they end with it."""


def remote_copy(name: str, *, whole: bool) -> LogSource | None:
    """The copy of a place, `whole` or as it comes; None: `name` is none.

    What could not be copied is told on standard error. Raises CommandError.
    """
    from tuimon.places.place_link import PlaceLink, told_problems
    from tuimon.places.remote_place import PlaceError, place_of

    try:
        place = place_of(name)
        if place is None:
            return None
        link = PlaceLink(place)
        _kept.append(link)
        if not whole:
            link.await_first()
            return link.source
        for line in told_problems(place, link.await_whole()):
            click.echo(f"tuimon: {line}", err=True)
    except PlaceError as error:
        raise CommandError(safe(str(error))) from None
    return link.source
