"""Records for wandb-core, which writes to its file, and sends, what they are.

wandb's own ways to log take the time of the call for the points', have its core gather each row
from parts, and derive a summary with it. What is handed over as a record is left alone: so times
are those of the training, values have the digits that they are given, and it is quicker.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from tuimon.mirror.keys import ROW
from tuimon.mirror.offline_metrics import time_of


class RecordStream:
    """Hands records of an open W&B run to wandb-core, in order."""

    def __init__(self, run: Any) -> None:
        self._run = run
        # Older runs have it from their backend.
        self._interface = getattr(run, "_interface", None) or run._backend.interface

    def rows(self, rows: Iterable[Mapping[str, float]]) -> None:
        """Hand over rows, which hold all that W&B is to have in them, number and times included."""
        self.publish([_history(row) for row in rows])

    def media(self, row: Mapping[str, float], media: Mapping[str, Any]) -> None:
        """Hand over a row with media, of which the tables also go into the summary: W&B shows them
        by that.

        Before the row: one that has arrived has its part there.
        """
        encoded = self._encoded(media, int(row[ROW]))
        record = _history(row)
        for key, text in encoded.items():
            record.history.item.add(key=key, value_json=text)
        tables = {key: text for key, text in encoded.items() if _is_table(media[key])}
        self.publish([_summary(tables), record])

    def summary(self, entries: Mapping[str, Any]) -> None:
        """Set entries of the run's summary."""
        self.publish([_summary({key: json.dumps(value) for key, value in entries.items()})])

    def system_metrics(self, records: Iterable[Any], origin: Callable[[float], float]) -> None:
        """Hand over records of system metrics that were measured before.

        They count seconds from `origin` of their times (Unix s), those to come from the newest.
        """
        newest = begun = origin(math.inf)
        waiting = []
        for record in records:
            if (begin := origin(time_of(record))) != begun:
                begun = begin
                waiting.append(self._begun(begin))
            waiting.append(new_record())
            waiting[-1].stats.CopyFrom(record.stats)
        if begun != newest:
            waiting.append(self._begun(newest))
        self.publish(waiting)

    def began(self, began: float) -> None:
        """Tell when the training began (Unix s), where wandb has a record for that."""
        record = new_record()
        if "environment" in record.DESCRIPTOR.fields_by_name:
            record.environment.started_at.FromMicroseconds(int(began * 1e6))
            self.publish([record])

    def pause(self) -> None:
        """Have wandb-core measure nothing, and count no time of its own, any more."""
        with suppress(AttributeError):  # a private matter of wandb's: it measures on then
            self._interface.publish_pause()

    def publish(self, records: Sequence[Any]) -> None:
        """Hand over wandb's records; raises what wandb raises.

        Together: newer wandbs have a thread for its socket, which is asked once then.
        """
        interface = self._interface
        if not hasattr(interface, "_asyncer"):
            for record in records:
                interface._publish(record)
            return
        from wandb.proto.wandb_server_pb2 import ServerRequest  # type: ignore[attr-defined]

        async def publish() -> None:
            for record in records:
                interface._assign(record)
                await interface._client.publish(ServerRequest(record_publish=record))

        interface._asyncer.run(publish)

    def _begun(self, origin: float) -> Any:
        """wandb's record of the run, as one that has begun at `origin`."""
        record = new_record()
        record.run.CopyFrom(self._interface._make_run(self._run))
        record.run.start_time.FromMicroseconds(int(origin * 1e6))
        return record

    def _encoded(self, media: Mapping[str, Any], number: int) -> dict[str, str]:
        """Media of row `number` as wandb keeps them: bound to the run, their files on their way.

        wandb would make a version of an artifact of each table, and ask its server meanwhile; what
        is bound before is a file of the run, as its own TensorBoard integration makes of a table.
        """
        from wandb.sdk.data_types.utils import history_dict_to_json
        from wandb.util import json_dumps_safer_history

        for key, value in media.items():
            if _is_table(value):
                value.bind_to_run(self._run, key, number)
        bound = history_dict_to_json(self._run, dict(media), step=number, ignore_copy_err=True)
        return {key: json_dumps_safer_history(value) for key, value in bound.items()}


def _is_table(value: Any) -> bool:
    import wandb

    return isinstance(value, wandb.Table)


def begin_at(origin: float) -> None:
    """Have wandb say that its runs have begun at `origin` (Unix s), and not when it is called."""
    from wandb.sdk.wandb_run import Run

    Run._start_time = property(lambda _: origin, lambda *_: None)  # type: ignore[assignment]
    # Which begins with importing all that launches jobs, for a third of a second.
    Run._detect_and_apply_job_inputs = lambda self: None  # type: ignore[method-assign]


def new_record() -> Any:
    """An empty record; wandb-core panics at one that stays so."""
    from wandb.proto.wandb_internal_pb2 import Record  # type: ignore[attr-defined]

    return Record()


def _history(row: Mapping[str, float]) -> Any:
    record = new_record()
    record.history.step.num = row[ROW]
    add = record.history.item.add
    for key, value in row.items():
        add(key=key, value_json=repr(value) if math.isfinite(value) else json.dumps(value))
    return record


def _summary(entries: Mapping[str, str]) -> Any:
    record = new_record()
    record.summary.SetInParent()  # also without entries
    for key, text in entries.items():
        record.summary.update.add(key=key, value_json=text)
    return record
