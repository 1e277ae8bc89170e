"""What Hugging Face's Trainer keeps in its checkpoints: ``trainer_state.json``, written whole."""

import json
import math
from pathlib import Path

from tuimon.sources.log_columns import RowPlaces
from tuimon.sources.log_file import LogFile, Scalars, head_of
from tuimon.sources.log_rows import points_of

_CHECKPOINT = "checkpoint-"


class TrainerState(LogFile):
    """The history of a training; each checkpoint has all of it so far, and the newest counts."""

    origin = "Hugging Face"
    yields_below = True  # its event files are in `runs/` beside the checkpoints

    @classmethod
    def fits(cls, path: Path) -> bool:
        """Whether it has a history."""
        return b'"log_history"' in head_of(path)

    @classmethod
    def home(cls, path: Path) -> Path:
        """The output directory of the training, in which the checkpoints are."""
        directory = path.parent
        return directory.parent if directory.name.startswith(_CHECKPOINT) else directory

    def read(self, data: bytes) -> Scalars:
        """All points, called as the Trainer calls them in event files."""
        document = json.loads(data)
        history = document.get("log_history") if isinstance(document, dict) else None
        if not isinstance(history, list):
            raise ValueError("no log_history")
        rows = [row for row in history if isinstance(row, dict)]
        self.leave_out("rows that are no objects", count=len(history) - len(rows))
        found = points_of(rows, RowPlaces(), math.nan)
        return {_tag(name): columns for name, columns in found.items()}


def _tag(name: str) -> str:
    """As ``rewrite_logs`` of transformers' integrations has it."""
    for split in ("eval", "test"):
        if name.startswith(f"{split}_"):
            return f"{split}/{name.removeprefix(f'{split}_')}"
    return f"train/{name}"
