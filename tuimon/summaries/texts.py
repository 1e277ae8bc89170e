"""Text: tensors of strings, Markdown by convention. Source: TensorBoard, ``plugins/text``."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuimon.summaries.tensors import strings, tensor_of

if TYPE_CHECKING:
    from tensorboard.compat.proto.summary_pb2 import Summary


@dataclass(frozen=True, slots=True)
class Text:
    """The text of one step."""

    shape: tuple[int, ...]
    """Of the tensor that was logged: empty for one string alone, one or two sizes for a table, more
    where `rows` is only its beginning."""
    rows: tuple[tuple[str, ...], ...]
    """Cells by rows; a list is a table of one column, and one string alone one cell. Bytes that
    are no UTF-8 are replaced. Not safe for a terminal: see `tuimon.text.safe`."""


def decode_text(value: "Summary.Value") -> Text:
    """The text of a value of plugin ``text``. Raises SummaryError.

    Of a tensor with more than two dimensions the first table remains, as in TensorBoard.
    """
    shape, parts = strings(tensor_of(value))
    rows, columns = shape[-2:] if len(shape) > 1 else (math.prod(shape), 1)
    if not parts:
        return Text(shape, ())
    table = [part.decode(errors="replace") for part in parts[: rows * columns]]
    cells = tuple(tuple(table[at : at + columns]) for at in range(0, len(table), columns))
    return Text(shape, cells)
