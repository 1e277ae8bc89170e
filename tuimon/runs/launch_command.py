"""The command that launches a training again, for people to type."""

import shlex

from tuimon.runs.record import RunRecord
from tuimon.runs.secrecy import mask_of

_ONCE = frozenset({"--detach", "--plain"})
"""Options that are about the terminal of that time."""


def launch_command(record: RunRecord) -> str:
    """What launches it again from its directory, secrets hidden."""
    options = [option for option in record.options or () if option not in _ONCE]
    argv = record.argv[1:] if "-m" in options else record.argv
    command = shlex.join(["tuimon", "run", *mask_of(record).command([*options, *argv])])
    return f"cd {shlex.quote(record.cwd)} && {command}"
