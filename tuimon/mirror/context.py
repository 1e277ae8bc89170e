"""What all parts of a mirror's process share."""

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from tuimon.mirror.owner import Owner
from tuimon.mirror.status import MirrorStatus
from tuimon.mirror.upload import UploadRequests
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorOptions

Guard = Callable[[str, float], AbstractContextManager[None]]
"""Given what is done and how many seconds it may take: a context that keeps to that limit."""


class MirrorInterrupt(Exception):  # noqa: N818 - nothing went wrong
    """The mirror was told to end before the training has."""


class OnlineRestart(Exception):  # noqa: N818 - nothing went wrong
    """The run is to be opened online, from now on, by another mirror with the same journal."""


class UploadError(Exception):
    """A complete offline run was to go online and could not; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorContext:
    """Whom a mirror follows and who is to be told or asked meanwhile, the same for its whole life.

    Not its home, which is found on the way, nor the journal there.
    """

    subject: Owner
    """Whose points go to W&B."""
    paths: RunPaths
    """The subject's own directory, whether or not it is the home of its points."""
    environ: Mapping[str, str]
    """The environment as it was given, before it was cleaned for wandb."""
    status: MirrorStatus
    """Where to tell how far the mirror is."""
    stop: threading.Event
    """Set when the mirror is to end before the subject has."""
    guard: Guard
    """For calls into wandb, which may not return."""
    uploads: UploadRequests
    """Whether an offline run is to go online."""
    was_finished: bool = False
    """Whether an earlier life has come to its end: W&B, or the offline file, had all then."""

    @property
    def options(self) -> MirrorOptions:
        """What the user wants of the mirror."""
        return self.subject.record.mirror
