"""What a run tells of its graph besides: what steps cost, and the sizes of parameters.

A graph is made of many objects: while they are built, the collector is paused.
"""

from __future__ import annotations

from tuimon.store.run_log import RunLog
from tuimon.summaries.graphs import RunMetadata
from tuimon.summaries.histograms import Histogram
from tuimon.views.graph.tree import Tree
from tuimon.views.subject import ItemContext

COST_PLUGINS = frozenset(
    {"graph_run_metadata", "graph_run_metadata_graph", "graph_tagged_run_metadata"}
)


def read_costs(subject: ItemContext, run: RunLog) -> list[tuple[str, RunMetadata]]:
    """What steps of the run cost, by tag: each the newest one."""
    tags = [tag for tag, series in run.refs.items() if series.plugin in COST_PLUGINS]
    newest = ((tag, subject.reader.newest(run, tag)) for tag in tags)
    return [(tag, decoded) for tag, decoded in newest if isinstance(decoded, RunMetadata)]


def learn_sizes(tree: Tree, subject: ItemContext, run: RunLog) -> None:
    """Take sizes of parameters that do not follow from shapes from histograms of them."""
    if not tree.root.unknown:
        return
    tags = {
        tag.rpartition("/")[2]: tag
        for tag, series in run.refs.items()
        if series.plugin == "histograms" and not tag.endswith("grad")
    }

    def size(path: str) -> int | None:
        decoded = subject.reader.newest(run, tags[path]) if path in tags else None
        return int(decoded.counts.sum()) if isinstance(decoded, Histogram) else None

    tree.learn(size)
