"""What a run tells of its graph besides: what steps cost, and the sizes of parameters.

A graph is made of many objects: while they are built, the collector is paused.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from tuimon.store.run_log import RunLog
from tuimon.summaries.graphs import RunMetadata
from tuimon.summaries.histograms import Histogram
from tuimon.views.graph.tree import Tree
from tuimon.views.subject import ItemContext, ViewError

COST_PLUGINS = frozenset(
    {"graph_run_metadata", "graph_run_metadata_graph", "graph_tagged_run_metadata"}
)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Have no search meanwhile; also a decorator.

    Each one goes through all that was built so far, none of which is garbage: for a graph of
    50,000 nodes that is 40% of the time.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def read_costs(subject: ItemContext, run: RunLog) -> list[tuple[str, RunMetadata]]:
    """What steps of the run cost, by tag: each the newest one."""
    found = []
    for tag, series in run.refs.items():
        refs = series.snapshot()
        if series.plugin in COST_PLUGINS and len(refs.steps):
            try:
                decoded = subject.read_from(run, series, refs, len(refs.steps) - 1)
            except ViewError:
                continue
            if isinstance(decoded, RunMetadata):
                found.append((tag, decoded))
    return found


def learn_sizes(tree: Tree, subject: ItemContext, run: RunLog) -> None:
    """Take sizes of parameters that do not follow from shapes from histograms of them."""
    if not tree.root.unknown:
        return
    tags = {
        tag.rpartition("/")[2]: series
        for tag, series in run.refs.items()
        if series.plugin == "histograms" and not tag.endswith("grad")
    }

    def size(path: str) -> int | None:
        series = tags.get(path)
        refs = series.snapshot() if series is not None else None
        if series is None or refs is None or not len(refs.steps):
            return None
        try:
            decoded = subject.read_from(run, series, refs, len(refs.steps) - 1)
        except ViewError:
            return None
        return int(decoded.counts.sum()) if isinstance(decoded, Histogram) else None

    tree.learn(size)
