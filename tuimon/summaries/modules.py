"""Where the operations of a graph belong among the modules of its model.

torch names parameters by all modules they are in (``Net/ModuleList[layers]/Block[0]/weight/…``),
operations without the containers (``Net/Block[0]/…``), and so in TensorBoard a module falls into
two parts. They are joined here by the parameters that an operation takes. Source: torch,
``utils/tensorboard/_pytorch_graph.py``.
"""

import re
from bisect import bisect
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

from tuimon.summaries.graphs import Graph, Node
from tuimon.summaries.state_variables import state_variables

Role = Literal["input", "output", "parameter", "operation", "detail"]
"""What a node is; details are constants, what else only prepares arguments, and what training
keeps beside parameters."""

Scope = tuple[str, ...]

_IO = "IO Node"
_PARAMETER = "prim::GetAttr"
_TORCH_DETAILS = re.compile(
    r"prim::(?!GetAttr|CallMethod|PythonOp)\w+|aten::(Int|ScalarImplicit|size|__getitem__)"
)
_NORMALIZATIONS = frozenset({"aten::batch_norm", "aten::instance_norm"})
"""They take weight, bias, and what a module keeps in buffers: mean and variance."""
_STATISTICS = {("running_mean",), ("running_var",), ("num_batches_tracked",)}
_TENSORFLOW_DETAILS = frozenset(
    {"Const", "Identity", "NoOp", "ReadVariableOp", "Shape", "Pack", "StridedSlice"}
)
_INPUTS = frozenset({"Placeholder", "InputLayer"})
_COMPONENT = re.compile(r"(.*?)\[([^\[\]]*)\]")


class ModuleNode(NamedTuple):
    """A node in the tree of modules."""

    scope: Scope
    """Components of the modules it is in, as the writer named them: ``Linear[head]``."""
    name: str
    """Of the node within its scope."""
    role: Role


def is_torch(graph: Graph) -> bool:
    """Whether torch has traced the graph."""
    return any(node.op == _IO or node.op.startswith(("aten::", "prim::")) for node in graph.nodes)


def split_component(component: str) -> tuple[str, str]:
    """Name and type of a module: ``Linear[head]`` is ``head``, a ``Linear``."""
    match = _COMPONENT.fullmatch(component)
    return (match[2] or match[1], match[1]) if match else (component, "")


def place(graph: Graph) -> list[ModuleNode]:
    """The place of each node of a graph."""
    if is_torch(graph):
        return _place_torch(graph.nodes)
    state = state_variables(graph)
    return [_place(node, state) for node in graph.nodes]


def _place(node: Node, state: Collection[str]) -> ModuleNode:
    *scope, name = node.name.split("/")
    role: Role = "operation"
    if node.variable is not None:
        role = "detail" if node.name in state else "parameter"
    elif node.op in _INPUTS:
        role = "input"
    elif node.op in _TENSORFLOW_DETAILS:
        role = "detail"
    return ModuleNode(tuple(scope), name, role)


def _place_torch(nodes: Sequence[Node]) -> list[ModuleNode]:
    parts = [tuple(node.name.split("/")) for node in nodes]
    modules = {
        node.name: scope[:-2]
        for node, scope in zip(nodes, parts, strict=True)
        if node.op == _PARAMETER and len(scope) > 2
    }
    buffers = {
        name for node in nodes if node.op in _NORMALIZATIONS for name in node.inputs[3:5]
    } | {node.name for node, scope in zip(nodes, parts, strict=True) if scope[-2:-1] in _STATISTICS}
    known = _Containers()
    for index, (node, scope) in enumerate(zip(nodes, parts, strict=True)):
        if node.op != _PARAMETER:
            for name in node.inputs:
                if name in modules:
                    known.learn(scope[:-1], modules[name], index)
    placed = []
    for index, (node, scope) in enumerate(zip(nodes, parts, strict=True)):
        if node.name in modules:
            kept: Role = "detail" if node.name in buffers else "parameter"
            placed.append(ModuleNode(modules[node.name], scope[-2], kept))
        elif node.op == _IO:
            placed.append(ModuleNode((), scope[-1], "output" if node.inputs else "input"))
        else:
            role: Role = "detail" if _TORCH_DETAILS.fullmatch(node.op) else "operation"
            placed.append(ModuleNode(known.of(scope[:-1], index), scope[-1], role))
    return placed


class _Containers:
    """Which scope with containers a scope without them is.

    That need not be one alone: ``Block[0]`` may be in two lists. Operations are in the order in
    which they ran, so the nearest one that tells is right.
    """

    def __init__(self) -> None:
        self._found: defaultdict[Scope, tuple[list[int], list[Scope]]]
        self._found = defaultdict(lambda: ([], []))

    def learn(self, short: Scope, full: Scope, index: int) -> None:
        """The operation at `index` of scope `short` took a parameter of the module `full`."""
        end = len(full)
        for length in range(len(short), 0, -1):
            while end and full[end - 1] != short[length - 1]:
                end -= 1
            if not end:
                return  # a parameter of another module
            indices, scopes = self._found[short[:length]]
            if not scopes or scopes[-1] != full[:end]:
                indices.append(index)
                scopes.append(full[:end])
            end -= 1

    def of(self, short: Scope, index: int) -> Scope:
        """The scope with containers of the operation at `index`."""
        for length in range(len(short), 0, -1):
            found = self._found.get(short[:length])
            if found is not None:
                indices, scopes = found
                after = bisect(indices, index)
                # Constants stand before the first operation that tells.
                near = scopes[max(0, after - 1)]
                return near + short[length:]
        return short
