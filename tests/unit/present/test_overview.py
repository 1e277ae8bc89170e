"""What a filter shows of a store, found out once for each structure and filter."""

from pathlib import Path

from support.event_files import append, read, scalar, write
from tuimon.events.tail import EventFileTail
from tuimon.present.overview import Overview, OverviewCache, overview
from tuimon.present.selection import Selection
from tuimon.store.filters import parse_filter
from tuimon.store.store import Store


def load(store: Store, run: str, tail: EventFileTail) -> None:
    for batch in read(tail):
        store.apply(run, tail.path, batch)


def titles(overview: Overview) -> list[str]:
    return [metric.title for metric in overview.charts()]


def test_single_points_have_no_chart_beside_courses(tmp_path: Path) -> None:
    store = Store()
    tags = ("loss", "hp_metric", "hparam/acc", "val_loss", "test_acc")
    path = write(tmp_path / "a", [scalar(tag, 0, 1.0) for tag in tags])
    tail = EventFileTail(path)
    load(store, "a", tail)
    assert titles(overview(store, Selection())) == ["loss", "test_acc"]
    append(path, scalar("loss", 1, 0.5))
    load(store, "a", tail)
    (chart,) = overview(store, Selection()).charts()
    assert [tag for _, tag in chart.curves] == ["loss", "val_loss"]


def test_an_overview_lasts_until_tags_or_runs_come_or_go(tmp_path: Path) -> None:
    store = Store()
    overviews, everything = OverviewCache(store), Selection()
    path = write(tmp_path / "a", [scalar("loss", 1, 1.0), scalar("hparam/acc", 1, 1.0)])
    tail = EventFileTail(path)
    load(store, "a", tail)
    first = overviews.of(everything)
    assert (list(first.series), titles(first)) == (["loss", "hparam/acc"], ["loss"])

    append(path, scalar("loss", 2, 1.0), scalar("hparam/acc", 2, 1.0))
    load(store, "a", tail)
    assert overviews.of(everything) is first
    assert titles(first) == ["loss", "hparam/acc"]

    append(path, scalar("lr", 2, 1.0))
    load(store, "a", tail)
    assert list(overviews.of(everything).series) == ["loss", "hparam/acc", "lr"]

    other = write(tmp_path / "b", [scalar("loss", 1, 1.0)])
    load(store, "b", EventFileTail(other))
    assert overviews.of(everything).shown == ["a", "b"]
    store.forget("b", other)
    assert overviews.of(everything).shown == ["a"]


def test_a_filter_has_an_overview_of_its_own(tmp_path: Path) -> None:
    store = Store()
    for run, tags in (("a", ("loss", "lr")), ("b", ("lr",))):
        path = write(tmp_path / run, [scalar(tag, 1, 1.0) for tag in tags])
        load(store, run, EventFileTail(path))
    overviews = OverviewCache(store)
    assert overviews.of(Selection()).shown == ["a", "b"]
    shown = overviews.of(Selection(text="loss", shows=parse_filter("loss")))
    assert (shown.trainings, shown.shown, list(shown.series), shown.tags) == (
        ["a", "b"], ["a"], ["loss"], 2,
    )  # fmt: skip
