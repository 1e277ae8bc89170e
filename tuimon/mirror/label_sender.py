"""Sending W&B what people say of a run, whether it is open there or not.

By its server's own interface: what wandb has sent once it sends again with any change, over what
was edited on W&B's page meanwhile.
"""

import logging
import time

from tuimon.abandoned import Aside
from tuimon.mirror.context import MirrorContext
from tuimon.mirror.run_labels import launch_labels, relabelled
from tuimon.mirror.server import RunPlace, Server, ServerError, UnansweredError
from tuimon.runs.annotation import Annotation, read_annotation

_LOOK_EVERY = 1.0
_TRY_AGAIN_AFTER = 10.0
log = logging.getLogger(__name__)


class LabelSender:
    """For one life of a mirror, whose run is at `place`, in the group that is asked for now."""

    def __init__(self, context: MirrorContext, server: Server, place: RunPlace) -> None:
        self._context = context
        self._status = context.status
        self._server = server
        self._place = place
        self._group = context.options.group
        self._sending = Aside(self._send)
        self._look_at = 0.0

    def look(self) -> None:
        """Send what is new, without waiting for it."""
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + _LOOK_EVERY
        if not (self._sending.pending or self._is_new):
            return
        try:
            if (said := self._sending.ask()) is not None:
                self._status.update(told=said)
        except ServerError as error:
            self._look_at = now + _TRY_AGAIN_AFTER
            log.warning("what is said of the run is not at W&B: %s", error)

    def settle(self) -> str | None:
        """Have W&B know it, and wait for that; why that could not be done."""
        try:
            if self._is_new:
                self._status.update(told=self._send())
        except UnansweredError as error:
            log.warning("what is said of the run cannot be sent: %s", error)
        except ServerError as error:
            return str(error)
        return None

    @property
    def _is_new(self) -> bool:
        said = read_annotation(self._context.paths.annotation)
        return (said, self._context.options.group) != (self._status.record.told, self._group)

    def _send(self) -> Annotation:
        context = self._context
        record, said = context.subject.record, read_annotation(context.paths.annotation)
        there, group = self._server.labels(self._place), record.mirror.group
        launch = launch_labels(record.mirror, context.environ)
        wanted = relabelled(there, launch, self._status.record.told, said, default=record.id)
        changed = {
            name: value
            for name, value, before in zip(
                ("displayName", "notes", "tags", "groupName"),
                (*wanted, group),
                (*there, self._group),
                strict=True,
            )
            if value != before
        }
        if changed:
            self._server.relabel(self._place, changed)
        self._group = group
        return said
