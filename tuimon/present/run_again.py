"""What is asked before a run is started once more."""

import os
import shlex
from collections.abc import Mapping

from tuimon.runs.environment import changes
from tuimon.runs.registry import RunStatus
from tuimon.runs.secrecy import masked_command
from tuimon.text import safe, shorten

_MOST_DIFFERENT = 3
"""Variables that are named."""
_MOST_CELLS = 60


def again_question(run: RunStatus, then: Mapping[str, str] | None) -> str:
    """What is going to be done, in safe text."""
    record = run.record
    lines = [f"Run {safe(run.name)} again?", "", safe(f"tuimon run {masked_command(record)}")]
    lines.append(f"in {safe(record.cwd)}")
    if run.is_elsewhere:
        lines.append(safe(f"on this host; it ran on {record.host}"))
    if then is None:
        lines.append("with the variables of now: those of then were not kept")
    elif different := changes(then, os.environ):
        named = [
            shorten(safe(f"{name}={shlex.quote(value)}"), _MOST_CELLS)
            for name, value in different.items()
        ]
        more = len(named) - _MOST_DIFFERENT
        lines.append("with the variables of then: " + "\n".join(named[:_MOST_DIFFERENT]))
        lines += [f"and {more} more"] if more > 0 else []
    if record.given_input:
        lines.append("without what was piped into it")
    return "\n".join(lines)
