"""Whose points go to W&B: a launch under a guardian, or log directories."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from tuimon.events.logdir import UnreadablePath
from tuimon.events.points import EventBatch
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RunRecord


class NewFile(NamedTuple):
    """An event file to be mirrored."""

    path: str
    run: str
    """The run that TensorBoard would show it as."""
    namespace: str | None = None
    """The prefix of its tags in W&B, empty for none; None leaves it to `Namespaces`."""


class Owner(Protocol):
    """What a mirror follows. `look` brings all of it up to date."""

    @property
    def record(self) -> RunRecord:
        """What W&B is told of it."""

    @property
    def git(self) -> Mapping[str, Any]:
        """Version of the code, for the config; empty while it is not known."""

    @property
    def own_run(self) -> str | None:
        """Directory of the newest W&B run that it has opened itself, if none else was asked for."""

    @property
    def seen_at(self) -> float | None:
        """Until when it has run, Unix seconds: its end, or now; None where its files alone tell."""

    @property
    def leaves_out(self) -> bool:
        """Whether it writes event files that its own run does not take."""

    @property
    def ended(self) -> bool:
        """Whether nothing will be written any more."""

    @property
    def settled(self) -> bool:
        """Whether it has ended, and all that was written is known, too."""

    @property
    def exit_code(self) -> int:
        """How it ended, as W&B has it: 0 is "finished", anything else "failed"."""

    @property
    def stopped_code(self) -> int:
        """The exit code that W&B is told when the mirror is stopped before the end."""

    @property
    def upload_command(self) -> str:
        """What to type to have an offline run uploaded."""

    @property
    def console(self) -> Path | None:
        """What it prints."""

    @property
    def alerts(self) -> Path | None:
        """Alerts to pass on."""

    @property
    def unreadable(self) -> list[UnreadablePath]:
        """Directories that could not be looked into the last time."""

    def look(self) -> list[NewFile]:
        """Look again; returns event files that were not returned before.

        Raises:
            RecordError: its record is gone.
        """

    def goes_on_from(self, home: RunPaths) -> None:
        """Files of the earlier launches that have this home count, too."""

    def begin(self, known: Iterable[NewFile]) -> None:
        """Its files are read from now on; `known` are in the journal already."""

    def observe(self, path: str, batch: EventBatch) -> None:
        """See what was read of one of its files."""

    def keeps(self, path: str) -> bool:
        """Whether one of its files is still its own, and no trial's."""

    @property
    def is_sorting(self) -> bool:
        """Whether there are files of which it is not known yet whether they are its own."""

    @property
    def trials(self) -> int:
        """How many trials of it have W&B runs of their own."""

    def stop_training(self) -> str | None:
        """Stop it, as somebody wants who has W&B's page before them; why that is not done, if so.

        Raises:
            ControlError: it cannot be stopped at the moment.
        """

    def upload(self) -> None:
        """Have those go online, too."""

    def incomplete(self, *, online: bool) -> str | None:
        """What is wrong with them once it has settled; with `online` they are to be there, too."""

    @property
    def others_have_arrived(self) -> bool:
        """Whether everything of them is known to be at W&B."""

    def close(self) -> None:
        """Nothing is mirrored any more."""
