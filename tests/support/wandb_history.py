"""The rows of a run's history in W&B's transaction logs, for what a test wants to find there."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from tuimon.mirror.offline_file import OfflineFile


class HistoryRow(NamedTuple):
    """One row: `step` is W&B's row counter, values are decoded JSON.

    Media are objects with a ``_type``."""

    step: int
    values: dict[str, Any]


def history_rows(file: OfflineFile) -> Iterator[HistoryRow]:
    """The history rows among the records that follow in a file."""
    from wandb.proto.wandb_internal_pb2 import Record

    for record in map(Record.FromString, file.records()):
        if record.WhichOneof("record_type") != "history":
            continue
        values: dict[str, Any] = {}
        for item in record.history.item:
            *objects, name = item.nested_key or [item.key]
            inside = values
            for key in objects:
                inside = inside.setdefault(key, {})
            inside[name] = _value(item.value_json)
        yield HistoryRow(record.history.step.num, values)


def _value(text: str) -> Any:
    # wandb-core writes whole floats as integers: minus zero as one that Python would not keep.
    return -0.0 if text == "-0" else json.loads(text)
