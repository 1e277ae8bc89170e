"""What W&B is told of a run as a whole."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.stored_runs import made
from support.summary_files import written
from tuimon.events.tail import EventFileTail
from tuimon.mirror.handover import Handover
from tuimon.mirror.journal import FileEntry, LaunchEntry
from tuimon.mirror.running_time import RunningTime
from tuimon.runs.registry import read_status


class Config:
    """A W&B run that keeps its config."""

    def __init__(self) -> None:
        self.entries: dict[str, Any] = {}

    def update_config(self, entries: Mapping[str, Any]) -> None:
        self.entries |= entries

    def update_summary(self, _entries: Mapping[str, Any]) -> None:
        pass

    def shorten_summary(self, _keys: object) -> None:
        pass


def test_logged_hyperparameters_win_over_the_command_line_to_the_end(tmp_path: Path) -> None:
    written(tmp_path, lambda writer: writer.add_hparams({"lr": 0.1}, {"m": 1.0}, run_name="."))
    handover = Handover({})
    for number, path in enumerate(sorted(tmp_path.rglob("*tfevents*"))):
        entry = FileEntry(id=number, path=str(path), run=".", namespace="")
        for batch in EventFileTail(path).poll(1 << 20):
            handover.observe(entry, batch)
    run: Any = Config()
    handover.open(run, RunningTime([LaunchEntry(directory="runs/a", began=time.time() - 9)]), 0)
    handover.whole(time.time())
    assert run.entries["lr"] == 0.1
    record = read_status(made("train").directory).record
    handover.ending(record._replace(argv=("train.py", "--lr", "0.5", "--seed", "3")), {})
    handover.whole(time.time(), at_end=True)
    assert (run.entries["lr"], run.entries["seed"]) == (0.1, 3)
