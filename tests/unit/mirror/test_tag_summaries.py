"""What W&B's table of runs is read and sorted by."""

import math

import numpy as np
import pytest

from tuimon.events.points import ScalarColumns
from tuimon.mirror.journal import FileEntry
from tuimon.mirror.keys import KeyTable
from tuimon.mirror.tag_summaries import TagSummaries

NAN, INF = float("nan"), float("inf")


def columns(*values: float, since: float = 0.0) -> ScalarColumns:
    places = np.arange(len(values))
    return ScalarColumns(places, since + places, np.array(values))


def file(number: int = 0, namespace: str = "") -> FileEntry:
    return FileEntry(id=number, path=f"/{number}", run=".", namespace=namespace)


def test_of_a_curve_the_last_value_the_extremes_and_the_best() -> None:
    summaries, keys = TagSummaries(), KeyTable()
    summaries.add(file(), "loss", columns(3.0, NAN, INF, 2.0, 2.5))
    summaries.add(file(1, "val"), "acc", columns(0.5, 0.7, 0.6))
    summaries.add(file(), "grad_norm", columns(1.0, 2.0))
    assert summaries.take(keys) == {
        "loss": 2.5,
        "loss.min": 2.0,
        "loss.max": 3.0,
        "loss.best": 2.0,
        "val/acc": 0.6,
        "val/acc.min": 0.5,
        "val/acc.max": 0.7,
        "val/acc.best": 0.7,
        "grad_norm": 2.0,
        "grad_norm.min": 1.0,
        "grad_norm.max": 2.0,
    }
    assert summaries.take(keys) == {}
    summaries.add(file(), "loss", columns(1.0))
    assert summaries.take(keys) == {
        "loss": 1.0,
        "loss.min": 1.0,
        "loss.max": 3.0,
        "loss.best": 1.0,
    }


@pytest.mark.parametrize(
    ("tag", "values", "expected"),
    [
        ("hparam/accuracy", (0.9,), {"hparam/accuracy": 0.9}),
        ("val/acc", (0.1, 0.1), {"val/acc": 0.1, "val/acc.best": 0.1}),
        ("lr", (0.1, 0.1, 0.1), {"lr": 0.1}),
        ("epoch", (0.0, 1.0, 2.0), {"epoch": 2.0}),
        ("loss_scale", (32.0, 64.0), {"loss_scale": 64.0}),
        ("loss", (1.0, INF), {"loss": INF}),
    ],
)
def test_what_says_nothing_is_left_out(
    tag: str, values: tuple[float, ...], expected: dict[str, float]
) -> None:
    summaries = TagSummaries()
    summaries.add(file(), tag, columns(*values))
    assert summaries.take(KeyTable()) == expected


def test_the_last_value_may_be_no_number() -> None:
    summaries = TagSummaries()
    summaries.add(file(), "loss", columns(2.0, 1.0, NAN))
    found = summaries.take(KeyTable())
    assert math.isnan(found.pop("loss"))
    assert found == {"loss.min": 1.0, "loss.max": 2.0, "loss.best": 1.0}


def test_the_last_value_is_that_of_the_newest_file_whichever_is_read_first() -> None:
    for order in ((0, 1), (1, 0)):
        summaries = TagSummaries()
        for number in order:
            summaries.add(file(number), "lr", columns(float(number), since=100.0 * number))
        assert summaries.take(KeyTable())["lr"] == 1.0
    # Within a file its order counts, whatever its clock says.
    summaries.add(file(1), "lr", columns(5.0, since=-50.0))
    assert summaries.take(KeyTable())["lr"] == 5.0
    # What comes into a gap is not last.
    summaries.add(file(1), "lr", columns(9.0), late=True)
    assert summaries.take(KeyTable()) == {"lr": 5.0, "lr.min": 0.0, "lr.max": 9.0}


def test_a_tag_that_is_called_like_an_extreme_keeps_its_own_value() -> None:
    summaries, keys = TagSummaries(), KeyTable()
    keys.key("", "loss.min")
    summaries.add(file(), "loss", columns(3.0, 2.0))
    summaries.add(file(), "loss.min", columns(7.0))
    assert summaries.take(keys) == {
        "loss": 2.0,
        "loss.max": 3.0,
        "loss.best": 2.0,
        "loss.min": 7.0,
    }
