"""The offline fragments of one W&B run: a new directory for each life of the mirror.

wandb cannot resume an offline run. But ``wandb sync`` uploads directories with one run id, in the
order of their names (which begin with the time), to one run. Rows carry absolute numbers, so the
fragments fit together.
"""

import logging
import shlex
from pathlib import Path

from tuimon.mirror.offline_file import cut_torn_tail, last_step

log = logging.getLogger(__name__)


class Fragments:
    """The offline directories of run `run_id` below `wandb_directory`."""

    def __init__(self, wandb_directory: Path, run_id: str) -> None:
        self._parent = wandb_directory
        self._run_id = run_id

    def files(self) -> list[Path]:
        """The transaction logs, oldest first."""
        run = self._run_id
        return sorted(self._parent.glob(f"offline-run-*-{run}/run-{run}.wandb"))

    @property
    def command(self) -> str:
        """wandb's own command that uploads all of them."""
        return f"wandb sync {shlex.quote(str(self._parent))}/offline-run-*-{self._run_id}"

    def mark_uploaded(self) -> None:
        """Keep ``wandb sync`` from uploading them: the run is online now, and gets all rows there.

        Raises:
            OSError: a marker cannot be written.
        """
        for path in self.files():
            path.with_name(f"{path.name}.synced").touch()

    def repair(self) -> None:
        """Cut off what killed writers have left half-written; they must be dead.

        Raises:
            OSError: a file cannot be written.
        """
        for path in self.files():
            if removed := cut_torn_tail(path):
                log.info("%s: cut off %d bytes of a torn record", path, removed)

    def next_row(self, first_row: int) -> int:
        """The number of the first row that no fragment holds; `first_row` when none holds any.

        Raises:
            OSError: a file cannot be read.
        """
        for path in reversed(self.files()):
            step = last_step(path)
            if step is not None:
                return step + 1
        return first_row
