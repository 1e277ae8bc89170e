"""How far the newest of some runs is, without looking at those that have not changed."""

from pathlib import Path

from support.event_files import append, read, scalar, write
from tuimon.events.tail import EventFileTail
from tuimon.session.training_progress import ProgressWatch, newest_progress
from tuimon.store.series import Series
from tuimon.store.store import Store


def load(store: Store, run: str, tail: EventFileTail) -> None:
    for batch in read(tail):
        store.apply(run, tail.path, batch)


def test_progress_is_that_of_the_newest_run(tmp_path: Path, monkeypatch) -> None:
    store, watch, tails = Store(), ProgressWatch(), {}
    assert watch.progress(store.runs) is None
    for name, begin in (("old", 1000.0), ("new", 5000.0)):
        points = [scalar("loss", step, 1.0, begin + step / 2) for step in range(50)]
        path = write(tmp_path / name, [*points, scalar("lr", 9, 0.1, begin)])
        tails[name] = EventFileTail(path)
        load(store, name, tails[name])
    progress = watch.progress(store.runs)
    assert progress is not None
    assert (progress.step, progress.rate, progress.wall_time) == (49, 2.0, 5024.5)
    assert progress.furthest == 49
    everything = [series for run in store.runs.values() for series in run.series.values()]
    assert newest_progress(everything) == progress

    append(tails["old"].path, scalar("loss", 90, 1.0, 6000.0))
    load(store, "old", tails["old"])
    looked_at = []
    last = Series.last.fget
    assert last is not None
    counted = property(lambda series: looked_at.append(series.run) or last(series))
    monkeypatch.setattr(Series, "last", counted)
    progress = watch.progress(store.runs)
    assert progress is not None
    assert (progress.step, progress.wall_time) == (90, 6000.0)
    assert set(looked_at) == {"old"}

    load(store, "late", EventFileTail(write(tmp_path / "late", [scalar("loss", 7, 1.0, 9000.0)])))
    progress = watch.progress(store.runs)
    assert progress is not None
    assert (progress.step, progress.furthest) == (7, 90)
