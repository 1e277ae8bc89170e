"""How quick the views of other data are.

    python tests/bench/structures.py

Runs `demo/kinds.py` and prints a Markdown table. "open": read, decode and lay out what nothing is
known of yet; "step": the same for another step, as ← and → ask for. Both at 160 × 48, in the thread
that draws.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.store.store import Store
from tuimon.summaries.reader import SummaryReader
from tuimon.views.base import ViewOptions
from tuimon.views.kinds import draw, items, kind_of
from tuimon.views.subject import Item, ItemContext

DEMO = Path(__file__).parents[2] / "demo/kinds.py"
LOOK = ViewOptions(None, 158, 45, inside=True)
OPENINGS = 5
LAYERS = 50_000 // 5


def main() -> None:
    print("| view | open | step: median | step: worst |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([sys.executable, DEMO, directory], check=True, stdout=subprocess.DEVNULL)
        store = stored(Path(directory))
        longest: dict[str, Item] = {}
        for item in items(store):
            if item.heading not in longest or item.count > longest[item.heading].count:
                longest[item.heading] = item
        for heading, item in longest.items():
            report(heading, store, item)
    with tempfile.TemporaryDirectory() as directory:
        write_graph(Path(directory))
        large = stored(Path(directory))
        report("graph of 50,000 nodes", large, items(large)[0])


def stored(logdir: Path) -> Store:
    return load([LogSource(path=str(logdir), recursive=True)]).store


def report(name: str, store: Store, item: Item) -> None:
    kind = kind_of(item)
    openings = []
    for _ in range(OPENINGS):
        subject, view = ItemContext(item, store, SummaryReader()), kind()
        openings.append(timed(lambda v=view, s=subject: draw(v, s, LOOK)))
    steps = kind.steps(subject).tolist()
    scrubs = [
        timed(lambda s=step: draw(view, subject, LOOK._replace(step=s)))
        for step in steps[-2::-1][:30]
    ]
    cells = [milliseconds(statistics.median(openings))]
    cells += [milliseconds(f(scrubs)) if scrubs else "–" for f in (statistics.median, max)]
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


def timed(call: object) -> float:
    assert callable(call)
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def write_graph(directory: Path) -> None:
    """A graph as torch would write it of a model with 10,000 layers."""
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in (2, 32)])
    graph = GraphDef()
    before = graph.node.add(name="input/x", op="IO Node").name
    for number in range(LAYERS):
        block, layer = divmod(number, 20)
        module = f"Net/ModuleList[layers]/Block[{block}]/Linear[l{layer}]"
        scope = f"Net/Block[{block}]/Linear[l{layer}]"
        weight, bias = (
            graph.node.add(name=f"{module}/{name}/{name}.{number}", op="prim::GetAttr").name
            for name in ("weight", "bias")
        )
        graph.node.add(name=f"{scope}/c{number}", op="prim::Constant")
        linear = graph.node.add(
            name=f"{scope}/{number}", op="aten::linear", input=[before, weight, bias]
        )
        relu = graph.node.add(name=f"{scope}/r{number}", op="aten::relu", input=[linear.name])
        for node in (linear, relu):
            node.attr["_output_shapes"].list.shape.append(shape)
        before = relu.name
    writer = EventFileWriter(str(directory))
    writer.add_event(Event(wall_time=1.7e9, graph_def=graph.SerializeToString()))
    writer.close()


if __name__ == "__main__":
    main()
