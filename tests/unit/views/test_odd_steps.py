"""Summaries without a step, or several at one, can all be gone through or are the newest of it."""

from pathlib import Path

from support.event_files import tensor, version, write
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.summaries.reader import SummaryReader
from tuimon.summaries.texts import Text
from tuimon.views.subject import ItemContext
from tuimon.views.text.text_view import TextView


def texts_by_step(tmp_path: Path, steps: list[int]) -> dict[int, str]:
    """What the view shows at each of the steps that it goes through; texts are numbered."""
    records = [tensor("note", step, f"{n}".encode(), "text") for n, step in enumerate(steps)]
    write(tmp_path, [version(), *records])
    store = load([LogSource(path=str(tmp_path))]).store
    (item,) = TextView.items(store)
    subject = ItemContext(item, store, SummaryReader())
    return {
        int(step): subject.summary(int(step), Text)[1].rows[0][0]
        for step in TextView.steps(subject)
    }


def test_summaries_without_a_step_are_counted(tmp_path: Path) -> None:
    assert texts_by_step(tmp_path, [0] * 4) == {0: "0", 1: "1", 2: "2", 3: "3"}


def test_of_several_at_a_step_the_last_is_shown(tmp_path: Path) -> None:
    assert texts_by_step(tmp_path, [1, 1, 2, 5, 5, 5]) == {1: "1", 2: "2", 5: "5"}


def test_summaries_out_of_order_are_put_in_order(tmp_path: Path) -> None:
    assert texts_by_step(tmp_path, [0, 2, 1, 4, 3]) == {0: "0", 1: "2", 2: "1", 3: "4", 4: "3"}
