"""What directories are called in W&B, for paths below a working directory ``/w``."""

from collections.abc import Mapping, Sequence

from tuimon.mirror.namespaces import Namespaces

OWN = "/state/run"


def names_of(
    *first: str,
    late: Sequence[str] = (),
    known: Mapping[str, str] | None = None,
    logdir: str | None = None,
) -> list[str]:
    """The names of directories of which the `first` ones are found together, the others in turn."""
    names = Namespaces(
        {_absolute(path): name for path, name in (known or {}).items()},
        logdir=None if logdir is None else _absolute(logdir),
        cwd="/w",
        own=OWN,
    )
    names.enter({_absolute(path) for path in first})
    for path in late:
        names.enter({_absolute(path)})
    return [names.of(_absolute(path)) for path in (*first, *late)]


def _absolute(path: str) -> str:
    return path if path.startswith("/") else f"/w/{path}"
