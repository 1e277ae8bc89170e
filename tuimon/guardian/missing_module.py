"""What to do about a module that a training's Python does not find."""

import re
from pathlib import Path

from tuimon.guardian.cause import Ending
from tuimon.runs.interpreter import interpreter
from tuimon.runs.record import RunRecord

_MISSING = re.compile(r"ModuleNotFoundError: No module named '(?P<name>[\w.]+)'$")
"""Of what goes on (``; 'torch' is not a package``) something else hides the module."""


def with_advice(ending: Ending, record: RunRecord, pythons: Path) -> Ending:
    """How a training ended; where a module was missing, also whose it is, and what to do.

    `pythons` is what the hook has told (see `tuimon.runs.interpreter`).
    """
    match = _MISSING.search(ending.cause)
    python = interpreter(record.command, pythons) if match else None
    if match is None or python is None:
        return ending
    name = match["name"]
    said = f"No module named '{name}' in {python}; {_advice(name, python, record.cwd)}"
    return ending._replace(cause=ending.cause[: match.start()] + said)


def _advice(name: str, python: str, cwd: str) -> str:
    first = name.partition(".")[0]
    is_code = any(Path(cwd, first).glob("*.py"))  # and not what some package has written there
    if is_code or Path(cwd, f"{first}.py").is_file():
        return f"{first} lies in {cwd}: run it with PYTHONPATH=."
    prefix = Path(python).parent.parent
    if (prefix / "pyvenv.cfg").is_file() or (prefix / "conda-meta").is_dir():
        return "install it there, or activate the training's environment, then run it again"
    return "activate the training's environment, then run it again"
