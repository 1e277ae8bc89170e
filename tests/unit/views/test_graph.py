"""Graphs as torch's writers, TensorFlow and Keras leave them."""

import gc
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.config_pb2 import RunMetadata
from tensorboard.compat.proto.event_pb2 import Event, TaggedRunMetadata
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.graph.keras_util import keras_model_to_graph_def
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util.tensor_util import make_tensor_proto

from support.graph_models import MODELS
from support.summary_files import WRITERS, tf2_style
from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.runs.sources import LogSource
from tuimon.store.collector import collector_paused
from tuimon.store.loading import load
from tuimon.summaries.reader import SummaryReader
from tuimon.views.base import View, ViewOptions
from tuimon.views.graph.branch import Branch
from tuimon.views.graph.graph_view import GraphView
from tuimon.views.graph.tree import Tree
from tuimon.views.kinds import draw, items, kind_of
from tuimon.views.subject import ItemContext

LOOK = ViewOptions(None, 80, 30, inside=True)


def opened(logdir: Path, index: int = 0) -> tuple[GraphView, ItemContext]:
    store = load([LogSource(path=str(logdir), recursive=True)]).store
    found = [item for item in items(store) if item.kind == "graph"]
    view = kind_of(found[index])()
    assert isinstance(view, GraphView)
    return view, ItemContext(found[index], store, SummaryReader())


def text(rows: object) -> str:
    assert isinstance(rows, list)
    return "\n".join("".join(span.text for span in row).rstrip() for row in rows)


def shown(view: View, subject: ItemContext, look: ViewOptions = LOOK) -> str:
    return text(draw(view, subject, look).rows)


def tree_of(view: GraphView, subject: ItemContext) -> Tree:
    view.draw(subject, LOOK)
    return view._tree


def named(tree: Tree, path: str) -> Branch:
    (found,) = (one for one in tree.root.walk() if one.depth > 1 and one.path == path)
    return found


Traced = Callable[[str, str], tuple[torch.nn.Module, Path]]


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Traced:
    """A model by name and its log by a writer; to trace one takes as long as all else."""

    @cache
    def log_of(name: str, writer: str) -> tuple[torch.nn.Module, Path]:
        make, sample = MODELS[name]
        model = make()
        model(sample)  # lazy modules take their shapes
        path = tmp_path_factory.mktemp(name)
        with WRITERS[writer](str(path)) as log:
            log.add_graph(model, sample)
        return model, path

    return log_of


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("name", MODELS)
def test_modules_and_parameters_are_those_of_the_model(traced, name: str, writer: str):
    module, logdir = traced(name, writer)
    tree = tree_of(*opened(logdir))
    parameters = {one.path: one for one in tree.root.walk() if one.role == "parameter"}
    sizes = {name: parameter.numel() for name, parameter in module.named_parameters()}
    assert {*parameters} == {*sizes}
    known = {path: one.parameters for path, one in parameters.items() if not one.unknown}
    assert known == {name: sizes[name] for name in known}
    # Those of which no shape tells: rows of an embedding, a kernel that moves in strides.
    assert {*sizes} - {*known} <= {"embedding.weight", "4.weight"}
    assert tree.root.parameters == sum(known.values())
    types = {one.path: one.type for one in tree.root.walk() if one.role == "module"}
    for name, inner in module.named_modules():
        if name and next(inner.parameters(), None) is not None:
            assert types[name] == type(inner).__name__


def test_operations_of_modules_of_one_name_stay_with_their_own(traced):
    _, logdir = traced("transformer", "torch")
    tree = tree_of(*opened(logdir))
    counts = {
        one.path: one.operations for one in tree.root.walk() if one.type in ("Block", "Attention")
    }
    for half in ("lower", "upper"):
        for place in (0, 1):
            assert counts[f"{half}.{place}"] == counts["lower.0"]
            assert counts[f"{half}.{place}.attention"] == 8
    order = [one.path for one in tree.root.walk() if one.type in ("Block", "Linear")]
    assert order.index("lower.1") < order.index("upper.0") < order.index("head")


@pytest.mark.parametrize("name", MODELS)
def test_every_node_of_tensorboards_graph_has_its_place(traced, name: str):
    _, logdir = traced(name, "torch")
    accumulator = EventAccumulator(str(logdir)).Reload()
    tree = tree_of(*opened(logdir))
    names = [node.name for node in accumulator.Graph().node]
    assert [node.name for node in tree.graph.nodes] == names
    in_tree = {*tree.root.walk()}
    assert all(branch in in_tree for branch in tree._of)


def test_a_histogram_tells_the_size_of_a_parameter(tmp_path: Path):
    make, sample = MODELS["transformer"]
    model = make()
    with WRITERS["torch"](str(tmp_path)) as log:
        log.add_graph(model, sample)
        for name, parameter in model.named_parameters():
            log.add_histogram(f"Weights/{name}", parameter, 0)
    view, subject = opened(tmp_path)
    tree = tree_of(view, subject)
    total = sum(parameter.numel() for parameter in model.parameters())
    assert (tree.root.parameters, tree.root.unknown) == (total, 0)
    assert f"{total:,} parameters" in shown(view, subject)
    share = named(tree, "embedding").parameters / total
    assert f"{share:.0%}" in shown(view, subject)


@pytest.fixture
def transformer(traced) -> tuple[GraphView, ItemContext]:
    return opened(traced("transformer", "torch")[1])


def test_keys_fold_unfold_and_go(transformer):
    view, subject = transformer
    seen = shown(view, subject)
    assert "▾ Transformer" in seen
    assert "▸ attention  Attention" in seen
    assert "step1: no costs recorded" in seen
    view.press("graph-down")
    view.press("graph-left")
    assert "▸ Transformer" in shown(view, subject)
    assert "lower" not in shown(view, subject)
    view.press("graph-right")
    view.press("graph-more")
    view.press("graph-more")
    assert "▾ attention" in shown(view, subject, LOOK._replace(height=60))
    view.press("graph-less")
    assert "▾ attention" not in shown(view, subject, LOOK._replace(height=60))
    view.press("graph-right")  # it is open: goes into it
    assert "embedding  Embedding" in shown(view, subject).split("─")[-1]
    view.press("graph-left")  # it has nothing to fold: goes out of it
    assert "Transformer" in shown(view, subject).split("─")[-1]


def test_levels_show_operations_and_constants(transformer):
    view, subject = transformer
    look = LOOK._replace(height=400)
    assert "matmul" not in shown(view, subject, look)
    view.press("graph-level")
    for _ in range(5):
        shown(view, subject, look)
        view.press("graph-more")
    seen = shown(view, subject, look)
    assert "matmul" in seen
    assert "• weight" in seen
    assert "prim::Constant" not in seen
    view.press("graph-level")
    assert "prim::Constant" in shown(view, subject, look)


def test_search_by_path_and_type(transformer):
    view, subject = transformer
    shown(view, subject)
    view.press("graph-find", "upper.1.attention.q")
    seen = shown(view, subject)
    assert "/upper.1.attention.q: 1 found" in seen
    assert "upper.1.attention.q  Linear" in seen
    assert "lower" not in seen.replace("lower.", "")
    view.press("graph-find", "layernorm")
    assert "4 found" in shown(view, subject)
    view.press("graph-find", "")
    seen = shown(view, subject, LOOK._replace(height=60))
    assert "embedding" in seen
    assert "/" not in seen.splitlines()[1]


def test_a_trace_goes_to_inputs_and_outputs(transformer):
    view, subject = transformer
    tree = tree_of(view, subject)
    trace = tree.wiring.trace(named(tree, "lower.1.attention"))
    assert {one.path for one in trace.before} >= {"x", "embedding", "lower.0", "lower.0.feed.2"}
    assert {one.path for one in trace.after} >= {"output.1", "head", "upper", "lower.1.norm"}
    both = {one.path for one in trace.before if one in trace.after}
    assert not both
    taken, given = tree.wiring.neighbours(named(tree, "lower.0"))
    assert {one.type for one in taken if one.role == "operation"} == {"aten::embedding"}
    assert {one.parent.path for one in given if one.parent} >= {"lower.1.attention.q", "lower.1"}
    view.press("graph-find", "lower.1.attention.q")
    shown(view, subject)
    view.press("graph-trace")
    assert "◆" in shown(view, subject)
    view.press("graph-find", "")
    seen = shown(view, subject, LOOK._replace(height=80))
    assert "▲→ x" in seen
    assert "▼← output.1" in seen
    view.press("graph-trace")
    assert "◆" not in shown(view, subject)


def test_clicks_select_and_unfold(transformer):
    view, subject = transformer
    lines = shown(view, subject).splitlines()
    row = next(at for at, line in enumerate(lines) if "attention  Attention" in line)
    view.point(20, row)
    assert "lower.0.attention  Attention" in shown(view, subject)
    view.point(20, row)
    assert "q  Linear" in shown(view, subject)
    view.wheel(1)
    view.page(1)
    view.page(-5)
    assert "→ x" in shown(view, subject)


def test_costs_of_a_traced_step(tmp_path: Path):
    graph = GraphDef()
    graph.node.add(name="dense/kernel", op="VarHandleOp")
    for size in (3, 4):
        graph.node[0].attr["shape"].shape.dim.add(size=size)
    graph.node.add(name="x", op="Placeholder")
    graph.node.add(name="dense/MatMul", op="MatMul", input=["x", "dense/kernel:0"])
    graph.node.add(name="loss", op="Sum", input=["dense/MatMul", "^x"])
    metadata = RunMetadata()
    device = metadata.step_stats.dev_stats.add(device="/gpu:0")
    for name, time, size in (("dense/MatMul", 1500, 4096), ("loss", 20, 0)):
        spent = device.node_stats.add(node_name=name, all_end_rel_micros=time)
        spent.memory.add(total_bytes=size)
    writer = EventFileWriter(str(tmp_path))
    writer.add_event(Event(wall_time=1.7e9, graph_def=graph.SerializeToString()))
    tagged = TaggedRunMetadata(tag="step 7", run_metadata=metadata.SerializeToString())
    writer.add_event(Event(wall_time=1.7e9, step=7, tagged_run_metadata=tagged))
    writer.close()
    view, subject = opened(tmp_path)
    seen = shown(view, subject)
    dense = next(line for line in seen.splitlines() if " dense" in line)
    assert dense.split()[2:] == ["12", "██████", "100%", "1.5", "ms", "4", "KiB"]
    assert "1.52 ms" in seen.splitlines()[0]
    assert "20 µs" in next(line for line in seen.splitlines() if " loss" in line)


def test_a_traced_step_without_a_graph_of_the_run_brings_its_own(tmp_path: Path):
    metadata = RunMetadata()
    functions = metadata.function_graphs.add().pre_optimization_graph
    functions.node.add(name="x", op="Placeholder")
    functions.node.add(name="y", op="Relu", input=["x"])
    summary = Summary()
    value = summary.value.add(tag="trace", tensor=make_tensor_proto(metadata.SerializeToString()))
    value.metadata.plugin_data.plugin_name = "graph_run_metadata_graph"
    tf2_style(tmp_path, summary)
    assert "y  Relu" in shown(*opened(tmp_path))


KERAS = {
    "class_name": "Sequential",
    "config": {
        "name": "net",
        "layers": [
            {"class_name": "Dense", "config": {"name": name, "dtype": "float32", "units": 3}}
            for name in ("hidden", "last")
        ],
    },
}


def keras(model: object) -> Summary:
    summary = Summary()
    value = summary.value.add(tag="keras", tensor=make_tensor_proto(json.dumps(model)))
    value.metadata.plugin_data.plugin_name = "graph_keras_model"
    return summary


def test_layers_of_keras(tmp_path: Path):
    tf2_style(tmp_path, keras(KERAS))
    view, subject = opened(tmp_path)
    seen = shown(view, subject)
    assert "▾ net" in seen
    assert "hidden  Dense" in seen
    nodes = keras_model_to_graph_def(KERAS).node
    ours = tree_of(view, subject).graph.nodes
    assert [(one.name, [*one.inputs]) for one in ours] == [
        (one.name, [*one.input]) for one in nodes
    ]


@pytest.mark.parametrize("model", [[], {}, {"config": {"layers": [1]}}, {"config": []}])
def test_models_of_keras_that_are_none(tmp_path: Path, model: object):
    tf2_style(tmp_path, keras(model))
    assert "cannot be understood" in shown(*opened(tmp_path))


def test_any_names_any_size(tmp_path: Path, fits):
    graph = GraphDef()
    for name in ("", "/", "a", "a/b", "a", "a/b/\x1b[31mc", "//", "损失/🙂" * 20, "a/b:1"):
        graph.node.add(name=name, op="\x07op" * 9, input=["a", name, "^a", ":", "gone:7"])
    writer = EventFileWriter(str(tmp_path))
    writer.add_event(Event(wall_time=1.7e9, graph_def=graph.SerializeToString()))
    writer.close()
    view, subject = opened(tmp_path)

    def rows(cells: int, height: int) -> list[Row]:
        for key in view.keys:
            view.press(key.id, "a" if key.asks else "")
        return list(draw(view, subject, ViewOptions(None, cells, height, inside=True)).rows)

    fits(rows)


def test_on_paper_all_modules_are_unfolded(transformer):
    view, subject = transformer
    seen = text(list(view.still(subject, LOOK._replace(height=10))))
    assert "q  Linear" in seen
    assert "output.1" in seen
    assert "▸" not in seen


def test_the_search_for_garbage_goes_on_afterwards(transformer):
    assert gc.isenabled()
    shown(*transformer)
    assert gc.isenabled()
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_bar_of_the_chosen_row_is_seen(transformer):
    view, subject = transformer
    for _ in range(8):
        rows = draw(view, subject, LOOK).rows
        chosen = next(row for row in rows if any(span.role == "cursor" for span in row))
        if "%" in "".join(span.text for span in chosen):
            break
        view.press("graph-down")
    assert [span.role for span in chosen if "█" in span.text] == [roles.curve(0)]
    assert {span.role for span in chosen} == {"cursor", roles.curve(0)}
