"""tuimon: launch, survive, watch and mirror PyTorch trainings from a terminal over SSH.

From Python, `tuimon.load(logdir)` reads TensorBoard event files (see `tuimon.api`), and
`tuimon.list_runs()` tells of what was launched.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuimon.api import load
    from tuimon.present.run_frames import runs_frame as list_runs

__version__ = "0.1.0"
__all__ = ["__version__", "list_runs", "load"]


def __getattr__(name: str) -> object:
    # What the guardian and `tuimon --help` import must not bring numpy with it.
    if name == "load":
        from tuimon.api import load

        return load
    if name == "list_runs":
        from tuimon.present.run_frames import runs_frame

        return runs_frame
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
