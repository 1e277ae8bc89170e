import pytest
import torch
from tensorboard.compat.proto.config_pb2 import RunMetadata as RunMetadataProto
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.meta_graph_pb2 import MetaGraphDef
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.util.tensor_util import make_tensor_proto

from support.summary_files import WRITERS, written
from tuimon.summaries import SummaryError
from tuimon.summaries.graphs import (
    Graph,
    Node,
    NodeCost,
    RunMetadata,
    decode_graph,
    decode_graph_value,
    decode_meta_graph,
    decode_run_metadata,
    decode_run_metadata_value,
)

GRAPH = GraphDef(
    node=[
        {"name": "a", "op": "Placeholder", "device": "/cpu:0"},
        {"name": "b", "op": "MatMul", "input": ["a", "^a"]},
    ]
)
GRAPH.node[0].attr["dtype"].type = 1
GRAPH.node[1].attr["T"].type = 9999
GRAPH.node[0].attr["_output_shapes"].list.shape.add().dim.add(size=-1)
GRAPH.node[0].attr["_output_shapes"].list.shape.add(unknown_rank=True)
NODES = (
    Node("a", "Placeholder", (), "/cpu:0", ((None,), None), "float"),
    Node("b", "MatMul", ("a", "^a"), "", (), ""),
)


def tensor(*parts: bytes) -> Summary.Value:
    return Summary.Value(tensor=make_tensor_proto([*parts]))


class Model(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = torch.nn.Linear(3, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.hidden(x))


@pytest.mark.parametrize("writer", WRITERS)
def test_graphs_of_summary_writers(tmp_path, writer) -> None:
    found = written(tmp_path, lambda w: w.add_graph(Model(), torch.zeros(2, 3)), writer)
    (logged,) = (event.graph_def for event in found if event.graph_def)
    nodes = {node.name: node for node in decode_graph(logged).nodes}
    assert [*nodes] == [node.name for node in GraphDef.FromString(logged).node]
    by_op = {node.op: node for node in nodes.values()}
    assert by_op["aten::linear"].shapes == by_op["aten::relu"].shapes == ((2, 4),)
    assert by_op["aten::linear"].name in by_op["aten::relu"].inputs
    assert any(name.startswith("Model/Linear[hidden]") for name in nodes)
    (metadata,) = (
        event.tagged_run_metadata
        for event in found
        if event.WhichOneof("what") == "tagged_run_metadata"
    )
    assert decode_run_metadata(metadata.run_metadata) == RunMetadata((), Graph(()))


def test_graph_of_tensorflow() -> None:
    data = GRAPH.SerializeToString()
    assert decode_graph(data).nodes == NODES
    assert decode_meta_graph(MetaGraphDef(graph_def=GRAPH).SerializeToString()).nodes == NODES
    assert decode_graph_value(tensor(data)).nodes == NODES


def test_what_a_step_cost() -> None:
    metadata = RunMetadataProto()
    device = metadata.step_stats.dev_stats.add(device="/gpu:0")
    cost = device.node_stats.add(node_name="b", all_start_micros=10, all_end_rel_micros=5)
    cost.memory.add(total_bytes=100)
    cost.memory.add(total_bytes=11)
    cost.output.add().tensor_description.shape.dim.add(size=7)
    metadata.function_graphs.add().pre_optimization_graph.CopyFrom(GRAPH)
    decoded = decode_run_metadata_value(tensor(metadata.SerializeToString()))
    assert decoded.costs == (NodeCost("b", "/gpu:0", 10, 5, 111, ((7,),)),)
    assert decoded.graph.nodes == NODES


def test_several_functions_have_scopes_of_their_own() -> None:
    metadata = RunMetadataProto()
    for _ in range(2):
        metadata.function_graphs.add().pre_optimization_graph.CopyFrom(GRAPH)
    nodes = decode_run_metadata(metadata.SerializeToString()).graph.nodes
    assert [node.name for node in nodes] == ["graph_1/a", "graph_1/b", "graph_2/a", "graph_2/b"]
    assert nodes[3].inputs == ("graph_2/a", "^graph_2/a")


@pytest.mark.parametrize("decode", [decode_graph, decode_meta_graph, decode_run_metadata])
def test_malformed_messages(decode) -> None:
    with pytest.raises(SummaryError, match=r"^[ -~]+$"):
        decode(b"\xff")


@pytest.mark.parametrize("value", [tensor(), tensor(b"", b""), Summary.Value(simple_value=1)])
@pytest.mark.parametrize("decode", [decode_graph_value, decode_run_metadata_value])
def test_malformed_values(decode, value) -> None:
    with pytest.raises(SummaryError, match=r"^[ -~]+$"):
        decode(value)
