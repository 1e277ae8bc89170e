"""W&B runs on disk, ``wandb/run-*`` and ``wandb/offline-run-*``, also while they are written."""

from pathlib import Path

from tuimon.events.batches import BatchBuilder
from tuimon.events.points import EventBatch
from tuimon.mirror.offline_file import MAGIC, OfflineFile, OfflineFileError
from tuimon.recorder.wandb_rows import RowReader
from tuimon.sources.log_file import LogFile, head_of


class TransactionLog(LogFile):
    """The history of a run, from its transaction log."""

    origin = "W&B run on disk"
    goes_to_wandb = True

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._begin()

    @classmethod
    def fits(cls, path: Path) -> bool:
        """Whether it is a transaction log."""
        return head_of(path, len(MAGIC)) == MAGIC

    @property
    def undecided_bytes(self) -> int:
        """Bytes of a record that is being written, or damaged."""
        return 0 if self.backlog else max(self.size - self.offset, 0)

    def _begin(self) -> None:
        self._file = OfflineFile(self.path)
        self._rows = RowReader()
        self.offset = 0

    def _look(self, max_bytes: int) -> list[EventBatch]:
        status = self.path.stat()
        before = self._fingerprint
        if self._is_known(status) and not self.backlog:
            return []
        self.size = status.st_size
        is_other = before is not None and before[:2] != (status.st_dev, status.st_ino)
        is_new = self.offset > 0 and (is_other or self.size < self.offset)
        if is_new:
            self._begin()
        builder = BatchBuilder()
        stop = self.offset + max_bytes
        self.backlog = 0
        try:
            for record in self._file.records():
                row = self._rows.read(record)
                time = status.st_mtime if row is None or row.wall_time is None else row.wall_time
                for tag, step, value in () if row is None else row.points:
                    builder.add_scalar(tag, step, time, value)
                if self._file.offset >= stop:
                    self.backlog = self.size - self._file.offset
                    break
        except OfflineFileError as error:
            raise OSError(str(error)) from None
        has_moved = self._file.offset > self.offset
        self.offset = self._file.offset
        (batch,) = builder.finish(self.offset)
        batch.reset = is_new
        return [batch] if has_moved or is_new else []
