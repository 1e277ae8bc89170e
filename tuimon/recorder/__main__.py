"""``python -m tuimon.recorder RUN_DIR``: the process that the guardian keeps beside a training."""

import logging
import os
import sys
from pathlib import Path

from tuimon.guardian.descendants import COMPANION_VARIABLE
from tuimon.recorder.recorder import Recorder
from tuimon.runs.background import begin
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RecordError


def main(directory: Path) -> int:
    """Record the run in `directory` to its end; returns the exit code."""
    stop = begin("recorder", guarded=COMPANION_VARIABLE in os.environ)
    try:
        Recorder(RunPaths(directory), stop).run()
    except RecordError as error:
        logging.error("%s", error)
        return 1 if directory.exists() else 0
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tuimon.recorder RUN_DIR")
    sys.exit(main(Path(sys.argv[1]).absolute()))
