"""What is known of each rank of a training: from its event files, its lines, its process."""

import math
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from tuimon.console.history import ConsoleHistory
from tuimon.events.tail import EventFileTail
from tuimon.present.rank_rows import RankFacts
from tuimon.recorder.console_metrics.parser import MetricParser
from tuimon.recorder.console_metrics.prefixes import printer_of
from tuimon.recorder.gpus import Gpus
from tuimon.recorder.processes import ProcessTree, living_pids, run_pids
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RunRecord
from tuimon.runs.writers import files_written_by
from tuimon.stacks.survey import Survey, survey

_MOST_BYTES = 64 << 20
"""Of an event file of which the steps are read."""
_FILES_OF_ONE = 4


def run_whereabouts(paths: RunPaths, record: RunRecord) -> tuple[Survey, dict[int, RankFacts]]:
    """Where a run of this host is, and its ranks; takes a second."""
    found = survey(run_pids(paths, record))
    return found, rank_facts(paths, found)


def process_whereabouts(pid: int) -> tuple[Survey, dict[int, RankFacts]]:
    """The same of a process that tuimon did not launch, and those below it."""
    found = survey(living_pids(ProcessTree(None, pid)))
    return found, rank_facts(None, found)


def rank_facts(paths: RunPaths | None, survey: Survey) -> dict[int, RankFacts]:
    """By rank; `paths` are of the run, if it is one. Reads files; for any thread."""
    pids = {one.rank.number: one.pid for one in survey.actors if one.rank is not None}
    if not pids:
        return {}
    printed = {} if paths is None else _printed(paths.console_log)
    gpus = Gpus().taken_by(set(pids.values()))
    elsewhere = survey.elsewhere & printed.keys()
    return {number: printed[number] for number in elsewhere} | {
        number: _facts(
            [] if paths is None else files_written_by(paths.writers, pid),
            printed.get(number, RankFacts()),
        )._replace(memory=_memory(pid), gpus=gpus.get(pid, {}))
        for number, pid in pids.items()
    }


def _facts(files: Sequence[Path], printed: RankFacts) -> RankFacts:
    """The newest of what was printed and what was written to event files."""
    heard, step = printed.heard_at or -math.inf, printed.step
    for path in files[-_FILES_OF_ONE:]:
        with suppress(OSError):
            told = path.stat()
            heard = max(heard, told.st_mtime)
            if told.st_size <= _MOST_BYTES:
                step = max(filter(None, (step, _last_step(path))), default=step)
    return RankFacts(None if heard == -math.inf else heard, step)


def _last_step(path: Path) -> int | None:
    tail = EventFileTail(path)
    columns = (one for batch in tail.poll(_MOST_BYTES) for one in batch.scalars.values())
    return max((int(one.steps[-1]) for one in columns if len(one.steps)), default=None)


def _printed(log: Path) -> dict[int, RankFacts]:
    """What lines at the end of the console tell that name the rank that has printed them."""
    history, parser = ConsoleHistory(log), MetricParser()
    found: dict[int, RankFacts] = {}
    for line, when in zip(history.lines, history.times, strict=False):
        name, _ = printer_of(line)
        points = parser.feed(line)
        if name.isdigit():
            before = found.get(int(name), RankFacts())
            step = int(points[-1].step) if points else before.step
            heard = when if math.isfinite(when) else before.heard_at
            found[int(name)] = RankFacts(heard, step)
    history.close()
    return found


def _memory(pid: int) -> int | None:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except (psutil.Error, OSError):
        return None
