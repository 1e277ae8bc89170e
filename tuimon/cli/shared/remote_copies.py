"""Places on other machines that a command was given: each has a process that keeps its copy."""

import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial

import click

from tuimon.cli.shared.common import CommandError
from tuimon.runs.sources import LogSource
from tuimon.text import format_bytes, safe

_SCREEN = "tuimon.tui.app"
_kept: list[object] = []
"""Links of this process; they end with it."""


def remote_copy(name: str, *, whole: bool) -> LogSource | None:
    """The copy of a place, `whole` or as it comes; None: `name` is none.

    What could not be copied is told on standard error. Raises CommandError.
    """
    if ":" not in name:
        return None
    from tuimon.places.place_link import PlaceLink, told_problems
    from tuimon.places.remote_place import PlaceError, place_of

    try:
        place = place_of(name)
        if place is None:
            return None
        with nullcontext() if whole else _loading(_SCREEN):
            link = PlaceLink(place, patient=not whole)
            _kept.append(link)
            if link.unreached:
                click.echo(f"tuimon: {link.unreached}: showing the copy of last time", err=True)
            elif not whole:
                link.await_first()
            if not whole:
                return link.source
        for line in told_problems(place, link.await_whole(partial(_tell_of_wait, place.short))):
            click.echo(f"tuimon: {line}", err=True)
    except PlaceError as error:
        raise CommandError(safe(str(error))) from None
    return link.source


def _tell_of_wait(name: str, missing: int) -> None:
    click.echo(f"tuimon: copying {format_bytes(missing)} from {name}", err=True)


@contextmanager
def _loading(module: str) -> Iterator[None]:
    """Load what a screen takes while one waits for another machine."""
    loading = threading.Thread(target=importlib.import_module, args=(module,))
    if sys.stdin and sys.stdin.isatty():
        loading.start()
    try:
        yield
    finally:
        if loading.ident is not None:
            loading.join()
