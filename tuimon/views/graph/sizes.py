"""Shapes, counts, times and bytes of a graph in a few characters."""

from __future__ import annotations

from tuimon.summaries.graphs import Shape
from tuimon.text import format_step
from tuimon.views.graph.branch import Branch


def shape_text(shape: Shape) -> str:
    """A shape such as 2×32, "?" for what is not known; empty for none."""
    if shape is None:
        return ""
    return "×".join("?" if dim is None else str(dim) for dim in shape) or "number"


def parameters_text(branch: Branch, *, exact: bool = False) -> str:
    """How many numbers the parameters of a branch hold, with "?" where some are not known."""
    known = f"{branch.parameters:,}" if exact else format_step(branch.parameters)
    if branch.unknown:
        return f"{known}+?" if branch.parameters else "?"
    return known if branch.parameters or exact else ""


def time_text(us: int) -> str:
    """Microseconds with a unit that suits them."""
    return f"{us} µs" if us < 1000 else f"{us / 1000:.4g} ms" if us < 10**6 else f"{us / 1e6:.4g} s"


def bytes_text(count: int) -> str:
    """Bytes with a unit that suits them."""
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            break
        size /= 1024
    return f"{size:.4g} {unit}"
