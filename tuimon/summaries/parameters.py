"""How many numbers the parameters of a graph hold.

torch writes no shapes of parameters, but those of what operations take and give, from which the
sizes of most follow: those of linear, convolution and normalization layers.
"""

import math
import re
from collections.abc import Sequence

from tuimon.summaries.graphs import Graph, Node, Shape

_VALUE = re.compile(r"\{ ?value : ?(-?\d+)\}")
_LIST = "prim::ListConstruct"
_CONVOLUTIONS = ("aten::_convolution", "aten::conv1d", "aten::conv2d", "aten::conv3d")
_TELLING = frozenset(
    {
        "aten::linear",
        "aten::layer_norm",
        "aten::batch_norm",
        "aten::instance_norm",
        "aten::group_norm",
        *_CONVOLUTIONS,
    }
)


def parameter_sizes(graph: Graph) -> dict[str, int]:
    """Sizes of parameters by the name of their node, where they are known."""
    sizes = {
        node.name: math.prod(dim for dim in node.variable if dim is not None)
        for node in graph.nodes
        if node.variable is not None and None not in node.variable
    }
    operations = _Operations(graph.nodes)
    for node in graph.nodes:
        if node.op not in _TELLING:
            continue
        for name, size in operations.sizes(node):
            sizes.setdefault(name, size)
    return sizes


class _Operations:
    """The operations of torch whose parameters have sizes that can be told."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = {node.name: node for node in nodes}

    def sizes(self, node: Node) -> list[tuple[str, int]]:
        """Names and sizes of the parameters that an operation takes."""
        wanted: dict[int, int | None] = {}
        given, made = self._shape(node, 0), _known(node.shapes[0] if node.shapes else None)
        match node.op:
            case "aten::linear" if given and made:
                wanted = {1: given[-1] * made[-1], 2: made[-1]}
            case "aten::layer_norm":
                size = self._product(node, 1)
                wanted = {2: size, 3: size}
            case "aten::batch_norm" | "aten::instance_norm" if given and len(given) > 1:
                wanted = {1: given[1], 2: given[1]}
            case "aten::group_norm" if given and len(given) > 1:
                wanted = {2: given[1], 3: given[1]}
            case _ if node.op in _CONVOLUTIONS and given and made and len(given) == len(made) > 2:
                wanted = {1: self._convolution(node, given, made), 2: made[1]}
        return [
            (node.inputs[place], size)
            for place, size in wanted.items()
            if size is not None and place < len(node.inputs)
        ]

    def _convolution(self, node: Node, given: Sequence[int], made: Sequence[int]) -> int | None:
        """The size of a kernel; None where strides leave more than one possible."""
        whole = node.op == "aten::_convolution"
        lists = [self._numbers(node, place) for place in (3, 4, 5)]
        groups = self._number(node, 8 if whole else 6)
        transposed = self._number(node, 6) if whole else 0
        dims = len(given) - 2
        if transposed != 0 or not groups or any(len(found) not in (1, dims) for found in lists):
            return None
        kernel = 1
        for dim, (stride, padding, dilation) in enumerate(
            zip(*(found * (dims // len(found)) for found in lists), strict=True)
        ):
            if stride != 1 or dilation < 1:
                return None
            # out = in + 2 padding - dilation (kernel - 1), as in torch's documentation of Conv2d
            taps = given[dim + 2] + 2 * padding - made[dim + 2]
            if taps < 0 or taps % dilation:
                return None
            kernel *= taps // dilation + 1
        return made[1] * (given[1] // groups) * kernel

    def _input(self, node: Node, place: int) -> Node | None:
        return self._nodes.get(node.inputs[place]) if place < len(node.inputs) else None

    def _shape(self, node: Node, place: int) -> tuple[int, ...] | None:
        found = self._input(node, place)
        return _known(found.shapes[0]) if found is not None and found.shapes else None

    def _number(self, node: Node, place: int) -> int | None:
        found = self._input(node, place)
        match = _VALUE.fullmatch(found.attributes) if found is not None else None
        return int(match[1]) if match else None

    def _numbers(self, node: Node, place: int) -> list[int]:
        """The whole numbers of a list; empty when they are not known."""
        found = self._input(node, place)
        if found is None or found.op != _LIST:
            return []
        numbers = [self._number(found, index) for index in range(len(found.inputs))]
        return [number for number in numbers if number is not None]

    def _product(self, node: Node, place: int) -> int | None:
        numbers = self._numbers(node, place)
        return math.prod(numbers) if numbers else None


def _known(shape: Shape) -> tuple[int, ...] | None:
    if shape is None or None in shape or not shape:
        return None
    return tuple(dim for dim in shape if dim is not None)
