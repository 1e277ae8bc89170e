"""What real trainings printed, and when: replayed to what estimates the time that is left.

Each file of ``tests/bench/trainings`` is JSON: the command, its output as (seconds, text), when it
was paused, and how long it took. Seconds are of the processor, and of the pauses besides: what else
the machine had to do when this was recorded makes little difference. A second of training is
replayed as `SLOWER` ones: they were trainings of half a minute, to be recorded at all. What Python
takes to begin, before the first line, and to end, behind the last one, would be as long in a long
training, and is.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from support.forecast_looks import Look
from tuimon.recorder.console_metrics.feed import SegmentReader
from tuimon.recorder.progress.known_totals import KnownTotals, totals_of_arguments
from tuimon.recorder.progress.position_lines import PositionLines
from tuimon.recorder.progress.progress_tracks import ProgressTracks

_FOLDER = Path(__file__).parents[1] / "bench" / "trainings"
TRAININGS = sorted(_FOLDER.glob("*.json.gz"))
HELD_OUT = sorted((_FOLDER / "held_out").glob("*.json.gz"))
"""Those were recorded when the estimate was made."""
SLOWER = 20.0
_FROM = 0.05


def looks(path: Path, count: int) -> Iterator[Look]:
    """So many looks at a training, evenly over its time, from 5 % of the way on."""
    with gzip.open(path, "rt") as file:
        told = json.load(file)
    pauses = told["pauses"]

    first, newest = told["output"][0][0], told["output"][-1][0]

    def worked(at: float) -> float:
        paused = sum(min(at, end) - begin for begin, end in pauses if at > begin)
        training = min(max(at, first), newest) - first - paused
        return float(min(at, first)) + SLOWER * training + max(0.0, at - newest)

    segments, lines = SegmentReader(), PositionLines()
    tracks = ProgressTracks(KnownTotals(), totals_of_arguments(told["command"]))
    output, has_begun, last = iter(told["output"]), False, told["took"]
    following = next(output, None)
    for at in (last * (number + 0.5) / count for number in range(count)):
        while following is not None and following[0] <= at:
            for text in segments.feed(following[1].encode()):
                if (sighting := lines.read(text)) is not None:
                    tracks.see(sighting, worked(following[0]))
            following = next(output, None)
        if any(begin <= at <= end for begin, end in pauses):
            continue
        progress = tracks.progress(worked(at))
        has_begun |= progress is not None and progress.done >= _FROM * progress.total
        if has_begun:
            forecast = None if progress is None else progress.forecast
            yield Look(forecast, worked(last) - worked(at), worked(last))
