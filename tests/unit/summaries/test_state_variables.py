"""Which variables of TensorFlow's graphs count as parameters, in any order of the nodes."""

import itertools
import math

import pytest

from tuimon.summaries.graphs import Graph, Node
from tuimon.views.graph.tree import Tree

LAYERS = {"conv/kernel": (5, 5, 1, 32), "conv/bias": (32,), "dense/kernel": (24, 200)}
LAYERS |= {"dense/bias": (200,), "embedding": (50, 8), "decoder/embedding/kernel": (8, 8)}
LAYERS |= {"norm/gamma": (32,), "norm/beta": (32,), "scale": ()}
PARAMETERS = sum(map(math.prod, LAYERS.values()))
STATE = {"norm/moving_mean": (32,), "norm/moving_variance": (32,), "beta1_power": ()}
STATE |= {"accuracy/total": (), "accuracy/count_1": (), "auc/true_positives": (200,)}


def variable(name: str, shape: tuple[int, ...], dtype: str = "float") -> Node:
    return Node(name, "VariableV2", (), "", (), dtype, variable=shape)


def initialized(node: Node) -> list[Node]:
    """A variable as TensorFlow writes it: what initializes it lies below it, and comes first."""
    inner = f"{node.name}/Initializer/random_uniform"
    shape, made = (Node(name, "Const", (), "", (), "") for name in (f"{inner}/shape", inner))
    read = Node(f"{node.name}/read", "Identity", (node.name,), "", (), "")
    return [shape, made, node, read]


def counted(nodes: list[Node]) -> int:
    return Tree(Graph(tuple(nodes))).root.parameters


def graph(*slots: str, apply: str = "") -> list[Node]:
    """All layers, with slots named by ``{}``; `apply` takes each parameter and its slots."""
    nodes = [variable("global_step", (), "int64")]
    for name, shape in LAYERS.items():
        nodes += initialized(variable(name, shape))
        own = [slot.format(name) for slot in slots]
        nodes += [one for slot in own for one in initialized(variable(slot, shape))]
        if apply:
            inputs = (name, *(f"{slot}:0" for slot in own), "beta1_power/read", "gradient")
            nodes.append(Node(f"train/update_{name}/{apply}", apply, inputs, "", (), ""))
    return nodes + [one for name in STATE for one in initialized(variable(name, STATE[name]))]


@pytest.mark.parametrize("apply", ["", "ApplyAdam", "ResourceSparseApplyAdam"])
@pytest.mark.parametrize(
    "slots",
    [
        (),
        ("{}/Momentum",),
        ("{}/Adam", "{}/Adam_1"),
        ("OptimizeLoss/{}/Adam", "OptimizeLoss/{}/Adam_1"),
        ("training/Adam/{}/m", "training/Adam/{}/v", "training/Adam/{}/vhat"),
        ("{}/ExponentialMovingAverage", "{}/replica_1"),
    ],
)
def test_what_training_keeps_beside_parameters_does_not_count(slots: tuple[str, ...], apply: str):
    nodes = graph(*slots, apply=apply)
    assert counted(nodes) == PARAMETERS
    assert counted(nodes[::-1]) == PARAMETERS


def test_slots_of_any_name_are_known_by_what_takes_them():
    nodes = graph("state/slot_of_{}", apply="ApplyRMSProp")
    assert counted(nodes) == PARAMETERS


def test_variables_of_keras_optimizers_without_names_do_not_count():
    nodes = [variable("dense/kernel", (3, 4)), variable("training/Adam/Variable_3", (3, 4))]
    assert counted(nodes) == 12


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_parameter_counts_whatever_was_written_first(order: tuple[int, ...]):
    nodes = [
        variable("w", (3, 4)),
        Node("w/Initializer/zeros", "Const", (), "", (), ""),
        Node("w/Assign", "Assign", ("w", "w/Initializer/zeros"), "", (), ""),
    ]
    tree = Tree(Graph(tuple(nodes[place] for place in order)))
    assert tree.root.parameters == 12
    assert tree.root.branches["w"].role == "parameter"
