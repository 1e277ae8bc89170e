"""Which variables of TensorFlow's graphs are no parameters, but what training keeps beside them.

A ``GraphDef`` does not say which variables are trained. What tells it: an operation that applies
gradients takes the parameter first, and then what the optimizer keeps of it; such slots are called
after their parameter (``dense/kernel/Adam``, ``training/Adam/dense/kernel/m``), and so are moving
averages and copies on other devices; statistics, metrics and counters have names of their own.
Source: TensorFlow, ``core/ops/training_ops.cc``, ``python/training/slot_creator.py``,
``python/keras/optimizer_v2/optimizer_v2.py``, ``python/ops/metrics_impl.py``.
"""

import re
from collections.abc import Collection, Mapping

from tuimon.summaries.graphs import Graph, Node

_APPLIES = re.compile(r"(Resource)?(Sparse)?Apply\w+")
_FLOATS = frozenset({"", "float", "double", "half", "bfloat16", "complex64", "complex128"})
_NUMBERED = re.compile(r"_\d+$")
_KERAS_OPTIMIZER = re.compile(r"(^|/)training(_\d+)?/[A-Z]\w*/")
_SLOTS = frozenset(
    {"Adam", "Adadelta", "Adagrad", "Ftrl", "Momentum", "RMSProp", "ExponentialMovingAverage"}
    | {"m", "v", "vhat", "vr", "vc", "rms", "mg", "momentum", "accumulator", "linear", "local_step"}
)
_STATISTICS = frozenset(
    {"moving_mean", "moving_variance", "moving_var", "total_confusion_matrix"}
    | {"true_positives", "true_negatives", "false_positives", "false_negatives"}
)
_SCALARS = frozenset(
    {"beta1_power", "beta2_power", "beta_1", "beta_2", "decay", "rho", "momentum", "learning_rate"}
    | {"lr", "iter", "iterations", "global_step", "total", "count", "loss_scale"}
)
"""No parameter is called so and a single number."""


def state_variables(graph: Graph) -> set[str]:
    """Names of the variables that are no parameters."""
    variables = {node.name: node for node in graph.nodes if node.variable is not None}
    trained, kept = set[str](), set[str]()
    for node in graph.nodes:
        if _APPLIES.fullmatch(node.op):
            first, *others = (name.partition(":")[0] for name in node.inputs or ("",))
            trained.add(first)
            kept.update(others)
    trained &= variables.keys()
    return {
        name
        for name, node in variables.items()
        if node.dtype not in _FLOATS
        or (name not in trained and (name in kept or _is_state(node, variables, trained)))
    }


def _is_state(node: Node, variables: Mapping[str, Node], trained: Collection[str]) -> bool:
    above, _, leaf = node.name.rpartition("/")
    kind = _NUMBERED.sub("", leaf)
    if kind in _STATISTICS or _KERAS_OPTIMIZER.search(node.name):
        return True
    if node.variable == () and (trained or kind in _SCALARS):
        return True
    while above:
        whose = variables.get(above)
        if whose is not None and (whose.variable == node.variable or kind in _SLOTS):
            return True
        above = above.partition("/")[2]
    return False
