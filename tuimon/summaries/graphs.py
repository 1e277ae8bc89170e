"""Graphs of models, and what a traced step cost.

torch's ``add_graph`` writes a ``GraphDef`` into an event of its own, and a ``RunMetadata`` beside
it, which is empty but for a device. TF2's ``tf.summary.trace_export`` writes a ``RunMetadata`` as
a tensor, Keras' callback the configuration of the model as JSON. Source: TensorFlow,
``core/framework/graph.proto``, ``step_stats.proto`` and ``core/protobuf/config.proto``;
TensorBoard, ``plugins/graph``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tuimon.summaries import SummaryError
from tuimon.summaries.protos import parse
from tuimon.summaries.tensors import strings, tensor_of

if TYPE_CHECKING:
    from tensorboard.compat.proto.graph_pb2 import GraphDef
    from tensorboard.compat.proto.node_def_pb2 import NodeDef
    from tensorboard.compat.proto.step_stats_pb2 import NodeExecStats
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

_VARIABLES = frozenset({"VarHandleOp", "Variable", "VariableV2", "AutoReloadVariable"})

Shape: TypeAlias = tuple[int | None, ...] | None
"""Dimensions, None for an unknown one; None alone when not even their number is known."""


class Node(NamedTuple):
    """One operation of a graph."""

    name: str
    """Unique, with ``/`` between its scopes."""
    op: str
    """What it does: ``aten::linear``, ``IO Node``, ``MatMul``, …"""
    inputs: tuple[str, ...]
    """Names of nodes, with ``:1`` behind it for a second output and ``^`` before it when nothing
    but the order counts. There need not be such nodes."""
    device: str
    """Often empty."""
    shapes: tuple[Shape, ...]
    """Of its outputs; empty when the writer did not say."""
    dtype: str
    """``float``, ``int32``, …; empty when the writer did not say. torch never says."""
    attributes: str = ""
    """What torch says of the operation: ``{ value : 1}`` of a constant."""
    variable: Shape = None
    """Of the variable that the node stands for, in graphs of TensorFlow; else None."""


@dataclass(frozen=True, slots=True)
class Graph:
    """The graph of a model, its nodes in the writer's order."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class NodeCost:
    """What one operation cost in a traced step."""

    name: str
    device: str
    start: int
    """Unix time in us."""
    duration: int
    """us."""
    memory: int
    """Bytes that were allocated for it, over all allocators."""
    shapes: tuple[Shape, ...]
    """Of its outputs."""


@dataclass(frozen=True, slots=True)
class RunMetadata:
    """What a traced step did."""

    costs: tuple[NodeCost, ...]
    """By device, in the order in which it ran them; empty when only a graph was traced."""
    graph: Graph
    """What was traced: all functions as one, each in a scope of its own when there are several."""


def decode_graph(data: bytes) -> Graph:
    """The graph in a serialized ``GraphDef``. Raises SummaryError."""
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    return _graph(parse(GraphDef, data, "graph"))


def decode_meta_graph(data: bytes) -> Graph:
    """The graph in a serialized ``MetaGraphDef``. Raises SummaryError."""
    from tensorboard.compat.proto.meta_graph_pb2 import MetaGraphDef

    return _graph(parse(MetaGraphDef, data, "graph").graph_def)


def decode_run_metadata(data: bytes) -> RunMetadata:
    """What a serialized ``RunMetadata`` says. Raises SummaryError."""
    from tensorboard.compat.proto.config_pb2 import RunMetadata as RunMetadataProto

    metadata = parse(RunMetadataProto, data, "metadata of a step")
    devices = metadata.step_stats.dev_stats
    costs = [_cost(node, device.device) for device in devices for node in device.node_stats]
    graphs = [functions.pre_optimization_graph for functions in metadata.function_graphs]
    return RunMetadata(tuple(costs), _merged([_graph(graph) for graph in graphs]))


def decode_graph_value(value: Summary.Value) -> Graph:
    """The graph in a value of plugin ``graphs``. Raises SummaryError."""
    return decode_graph(_only_string(value))


def decode_keras_model(value: Summary.Value) -> Graph:
    """The layers of the model in a value of plugin ``graph_keras_model``. Raises SummaryError."""
    from tensorboard.plugins.graph.keras_util import keras_model_to_graph_def

    try:
        graph = keras_model_to_graph_def(json.loads(_only_string(value)))
    except SummaryError:
        raise
    except Exception:  # of whatever kind, for a configuration that is not what it expects
        raise SummaryError("a model of Keras that cannot be understood") from None
    return _graph(graph)


def decode_run_metadata_value(value: Summary.Value) -> RunMetadata:
    """What a value of the plugins ``graph_run_metadata``… says. Raises SummaryError."""
    return decode_run_metadata(_only_string(value))


def _only_string(value: Summary.Value) -> bytes:
    _, parts = strings(tensor_of(value))
    if len(parts) != 1:
        raise SummaryError(f"{len(parts)} graphs where one was expected")
    return parts[0]


def _graph(graph: GraphDef) -> Graph:
    return Graph(tuple(map(_node, graph.node)))


def _merged(graphs: Sequence[Graph]) -> Graph:
    """Several graphs as one, each in a scope that TensorBoard names so too."""
    if len(graphs) == 1:
        return graphs[0]
    return Graph(
        tuple(
            node._replace(
                name=f"graph_{number}/{node.name}",
                inputs=tuple(
                    f"{'^' * name.startswith('^')}graph_{number}/{name.removeprefix('^')}"
                    for name in node.inputs
                ),
            )
            for number, graph in enumerate(graphs, 1)
            for node in graph.nodes
        )
    )


def _node(node: NodeDef) -> Node:
    attributes = node.attr
    shapes: tuple[Shape, ...] = ()
    if "_output_shapes" in attributes:
        shapes = tuple(map(_shape, attributes["_output_shapes"].list.shape))
    text = attributes["attr"].s.decode(errors="replace") if "attr" in attributes else ""
    op = node.op
    if not op and "keras_class" in attributes:
        op = attributes["keras_class"].s.decode(errors="replace")
    variable = None
    if op in _VARIABLES and "shape" in attributes:
        variable = _shape(attributes["shape"].shape)
    return Node(node.name, op, tuple(node.input), node.device, shapes, _dtype(node), text, variable)


def _dtype(node: NodeDef) -> str:
    attributes = node.attr
    key = "dtype" if "dtype" in attributes else "T"
    return _types().get(attributes[key].type, "") if key in attributes else ""


@lru_cache(maxsize=1)
def _types() -> dict[int, str]:
    """Names of TensorFlow's types by number."""
    from tensorboard.compat.proto.types_pb2 import DataType

    names: dict[str, int] = dict(DataType.items())
    return {number: name.removeprefix("DT_").lower() for name, number in names.items()}


def _shape(shape: TensorShapeProto) -> Shape:
    if shape.unknown_rank:
        return None
    return tuple(dim.size if dim.size >= 0 else None for dim in shape.dim)


def _cost(node: NodeExecStats, device: str) -> NodeCost:
    return NodeCost(
        name=node.node_name,
        device=device,
        start=node.all_start_micros,
        duration=node.all_end_rel_micros,
        memory=sum(used.total_bytes for used in node.memory),
        shapes=tuple(_shape(output.tensor_description.shape) for output in node.output),
    )
