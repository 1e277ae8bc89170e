"""Finding the run that somebody means by what they have typed."""

from pathlib import Path

from tuimon.runs.newest import newest_first
from tuimon.runs.paths import host_directory
from tuimon.runs.record import RecordError
from tuimon.runs.registry import RunStatus, read_status, run_directories


class RunNotFound(LookupError):  # noqa: N818 - a LookupError by name and by nature
    """No run, or more than one, is meant; the message is one line."""


def find_run(ref: str | None, home: Path | None = None) -> RunStatus:
    """The run that `ref` names: an id, the unique beginning of one, or the newest of a name.

    None is the newest run, of this host if it has any.

    Raises:
        RunNotFound: none, or more than one.
    """
    directories = run_directories(home)
    if ref is None:
        return _newest(home)
    exact = [directory for directory in directories if directory.name == ref]
    beginning = [directory for directory in directories if directory.name.startswith(ref)]
    match exact or beginning:
        case [directory]:
            try:
                return read_status(directory)
            except RecordError as error:
                raise RunNotFound(str(error)) from error
    for status in newest_first(home):
        if ref in (status.name, status.record.name):
            return status
    if beginning:
        raise RunNotFound(f"{ref!r} begins {len(beginning)} run ids; give more of one")
    raise RunNotFound(f"no run is called {ref!r}; see: tuimon ls")


def _newest(home: Path | None) -> RunStatus:
    newest: RunStatus | None = None
    own = host_directory(home)
    for status in newest_first(home):
        if status.paths.directory.parent == own:
            return status
        newest = newest or status
    if newest is not None:
        return newest
    raise RunNotFound("there is no run yet; start one: tuimon run train.py")
