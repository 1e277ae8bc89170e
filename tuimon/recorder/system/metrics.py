"""Measuring while the training lives, in a thread of its own: a driver may hang."""

import logging
import threading
import time
from collections.abc import Mapping

from tuimon.recorder.event_file import EventFile, Point
from tuimon.recorder.processes import ProcessTree
from tuimon.recorder.system.gpus import Gpus
from tuimon.recorder.system.host import Host
from tuimon.recorder.system.reading import Reading
from tuimon.recorder.system.training import Training
from tuimon.runs.paths import RunPaths

_SHORTEST, _LONGEST = 2.0, 10.0
_SHARE = 1 / 1200
"""Of a training's age: after 40 minutes there are 1200 points of each tag, and every 10 s one more
once it has gone on for three hours."""
_CPU_SHARE = 0.005
_WRITE_AGAIN_AFTER = 30.0

log = logging.getLogger(__name__)


class SystemMetrics:
    """Writes the event file in the run's ``system`` directory until it is stopped."""

    def __init__(self, paths: RunPaths, tree: ProcessTree, *, cwd: str, started_at: float) -> None:
        """`started_at` is the start of the training in Unix seconds."""
        self._directory = paths.system
        self._training = Training(tree)
        self._cwd = cwd
        self._started_at = started_at
        self.latest: tuple[float, Mapping[str, float]] = (0.0, {})
        """Unix seconds of the newest measurement, and its values by tag; replaced, not changed."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="system", daemon=True)

    def start(self) -> None:
        """Begin to measure."""
        self._thread.start()

    def stop(self) -> None:
        """Measure no more; what hangs in a driver is not waited for."""
        self._stop.set()

    def _run(self) -> None:
        host, gpus = Host(self._cwd), Gpus()
        file: EventFile | None = None
        pause = 0.0
        while not self._stop.wait(pause):
            cpu = time.thread_time()
            now = time.time()
            age = max(0.0, now - self._started_at)
            training = list(self._training.readings())
            readings = [*training, *host.readings(), *gpus.readings(self._training.pids)]
            self.latest = now, dict(readings)
            try:
                file = file or EventFile(self._directory, "system")
                file.write(_points(readings, int(age)), now)
            except OSError as error:
                log.warning("system metrics cannot be written: %s", error)
                pause = _WRITE_AGAIN_AFTER
                continue
            cost = (time.thread_time() - cpu) / _CPU_SHARE
            pause = max(cost, min(max(_SHORTEST, age * _SHARE), _LONGEST))
        if file is not None:
            file.close()


def _points(readings: list[Reading], step: int) -> list[Point]:
    return [Point(reading.tag, step, reading.value) for reading in readings]
