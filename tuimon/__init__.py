"""tuimon: launch, survive, watch and mirror PyTorch trainings from a terminal over SSH.

From Python, `tuimon.load(logdir)` reads TensorBoard event files; see `tuimon.api`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuimon.api import load

__version__ = "0.1.0"
__all__ = ["__version__", "load"]


def __getattr__(name: str) -> object:
    # What the guardian and `tuimon --help` import must not bring numpy with it.
    if name == "load":
        from tuimon.api import load

        return load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
