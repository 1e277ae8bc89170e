"""What lists tell of the logs of runs."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from support.event_files import scalar, version, write
from support.stored_runs import made
from tuimon.present.glance import COURSE_POINTS, BestPoint, Glance, GlanceBook, glance_at, log_bytes
from tuimon.present.main_metric import main_metric
from tuimon.runs.registry import RunStatus, read_status
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load

COURSES = {"lr": [3.0, 1.0], "Loss/train": [2.0, 1.0], "Loss/val": [3.0, 2.0, 2.5]}


def logged(place: Path, courses: dict[str, list[float]]) -> tuple[LogSource, ...]:
    """An event file in which each value has its index for a step."""
    records = [
        scalar(tag, at, value) for tag, course in courses.items() for at, value in enumerate(course)
    ]
    write(place, [version(), *records])
    return (LogSource(path=str(place), recursive=True),)


@pytest.mark.parametrize(
    ("tags", "main"),
    [
        ("lr Loss/train Loss/test Accuracy/test", "Loss/test"),
        ("train_loss val_acc", "val_acc"),
        ("loss acc", "loss"),
        ("lr grad_norm", "lr"),
        ("hparam/loss rollout/ep_rew_mean", "rollout/ep_rew_mean"),
        ("eval/accuracy eval/loss", "eval/loss"),
    ],
)
def test_the_main_metric(tmp_path: Path, tags: str, main: str):
    found = main_metric(load(logged(tmp_path, {tag: [1, 2] for tag in tags.split()})).store.runs)
    assert found is not None
    assert found.tag == main


def test_a_single_point_is_not_the_main_metric_beside_courses(tmp_path: Path):
    sources = logged(tmp_path, {"test_loss": [0.1], "loss": [2.0, 1.0]})
    found = main_metric(load(sources).store.runs)
    assert found is not None
    assert found.tag == "loss"


def test_a_run_that_is_named_for_its_data_is_validation(tmp_path: Path):
    logged(tmp_path / "train", {"epoch_loss": [1.0, 0.1]})
    logged(tmp_path / "validation", {"epoch_loss": [2.0, 0.5]})
    glance = glance_at(load([LogSource(path=str(tmp_path), recursive=True)]).store.runs)
    assert glance == Glance("epoch_loss", 1, 0.5, (2.0, 0.5), BestPoint(0.5, 1))


def test_a_glance_is_the_best_and_the_course_of_the_main_metric(tmp_path: Path):
    runs = load(logged(tmp_path, COURSES)).store.runs
    assert glance_at(runs) == Glance("Loss/val", 2, 2.5, (3.0, 2.0, 2.5), BestPoint(2.0, 1))


def test_what_is_not_finite_is_not_the_best(tmp_path: Path):
    values = [2.0, math.nan, -math.inf, 1.0]
    glance = glance_at(load(logged(tmp_path / "a", {"loss": values})).store.runs)
    assert glance is not None
    assert glance.best == BestPoint(1.0, 3)
    nothing = glance_at(load(logged(tmp_path / "b", {"loss": [math.nan] * 2})).store.runs)
    assert nothing is not None
    assert nothing.best is None
    assert all(map(math.isnan, nothing.course))


def test_a_long_course_is_made_of_means(tmp_path: Path):
    values = list(np.arange(COURSE_POINTS * 10.0))
    glance = glance_at(load(logged(tmp_path, {"accuracy": values})).store.runs)
    assert glance is not None
    assert glance.best == BestPoint(639.0, 639)
    assert glance.course == tuple(4.5 + 10 * np.arange(COURSE_POINTS))


def stored(place: Path, *, ended: float | None = 60.0) -> RunStatus:
    logged(place, COURSES)
    return read_status(made("run", ended=ended, logdir=str(place)).directory)


def test_what_is_known_of_a_run_that_has_ended_is_kept_until_its_log_grows(tmp_path: Path):
    run = stored(tmp_path / "log")
    book = GlanceBook()
    assert book.look(run)
    assert not book.look(run)
    first = book.glances[run.record.id]
    kept = json.loads(run.paths.glance.read_text())
    assert kept["size"] == log_bytes(run.log_sources)
    run.paths.glance.write_text(json.dumps(kept | {"glance": kept["glance"] | {"last": 7.0}}))
    again = GlanceBook()
    again.look(run)
    assert first is not None
    assert again.glances == {run.record.id: first._replace(last=7.0)}
    logged(tmp_path / "log" / "more", {"Loss/val": [1.0, 0.5]})
    assert again.look(read_status(run.paths.directory))
    grown = again.glances[run.record.id]
    assert grown is not None
    assert grown.best == BestPoint(0.5, 1)


@pytest.mark.parametrize("text", ["", "[", '{"size": "x"}', '{"size": 1}', '{"size": -1}'])
def test_what_is_kept_and_makes_no_sense_is_read_again(tmp_path: Path, text: str):
    run = stored(tmp_path / "log")
    run.paths.glance.write_text(text)
    book = GlanceBook()
    book.look(run)
    assert book.glances[run.record.id] == Glance(
        "Loss/val", 2, 2.5, (3.0, 2.0, 2.5), BestPoint(2.0, 1)
    )


def test_of_a_run_that_goes_on_what_is_new_is_read(tmp_path: Path):
    run = stored(tmp_path / "log", ended=None)
    book = GlanceBook()
    assert book.look(run)
    assert not book.look(read_status(run.paths.directory))
    assert not run.paths.glance.exists()
    (file,) = (tmp_path / "log").iterdir()
    with file.open("ab") as log:
        log.write(scalar("Loss/val", 3, 1.5))
    assert book.look(run)
    glance = book.glances[run.record.id]
    assert glance is not None
    assert (glance.last, glance.best) == (1.5, BestPoint(1.5, 3))


def test_a_run_without_scalars_has_no_glance(tmp_path: Path):
    run = read_status(made("run", logdir=str(tmp_path)).directory)
    book = GlanceBook()
    book.look(run)
    assert book.glances == {run.record.id: None}
