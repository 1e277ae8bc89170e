"""What the recorder measures of a run's machine, as a store that is filled when it is wanted."""

from tuimon.runs.paths import RunPaths
from tuimon.runs.sources import LogSource
from tuimon.store.follower import Follower
from tuimon.store.series import Series
from tuimon.store.store import Store


class SystemLog:
    """Follows the event file in a run's ``system`` directory from `start` to `stop`."""

    def __init__(self, run: RunPaths) -> None:
        self.store = Store()
        self._source = LogSource(path=str(run.system), recursive=False)
        self._follower: Follower | None = None

    def start(self) -> None:
        """Begin to read; further calls change nothing."""
        if self._follower is None:
            self._follower = Follower(self.store, [self._source])
            self._follower.start()

    def stop(self) -> None:
        """Read no more."""
        if self._follower is not None:
            self._follower.stop()

    def devices(self) -> dict[str, dict[str, Series]]:
        """Series by device and quantity, the training's GPUs first, then in order of measuring.

        See `tuimon.recorder.system` for the tags.
        """
        devices: dict[str, dict[str, Series]] = {}
        for run in self.store.runs.values():
            for tag, series in run.series.items():
                device, _, quantity = tag.partition("/")
                devices.setdefault(device, {})[quantity] = series
        return dict(sorted(devices.items(), key=lambda item: _rank(item[0], item[1])))


def _rank(device: str, quantities: dict[str, Series]) -> int:
    if not device.startswith("GPU"):
        return 2
    return 0 if any(quantity.startswith("training") for quantity in quantities) else 1
