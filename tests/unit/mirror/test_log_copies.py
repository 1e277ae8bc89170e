"""Copies of logs: each point once, whatever becomes of the log, the copier and the copy."""

import json
import os
import random
from pathlib import Path

from tuimon.events.log_roots import FoundFile
from tuimon.events.tail import EventFileTail
from tuimon.mirror.log_copies import LogCopies, stands_for
from tuimon.mirror.rows import shortest

Points = dict[str, list[tuple[int, float]]]


def copied(*paths: Path) -> Points:
    points: Points = {}
    for path in paths:
        tail = EventFileTail(path)
        while batches := tail.poll():
            for tag, columns in ((t, c) for batch in batches for t, c in batch.scalars.items()):
                values = shortest(columns.values).tolist()
                points.setdefault(tag, []).extend(zip(columns.steps.tolist(), values, strict=True))
        assert not tail.damaged_records
    return points


def copies(directory: Path, log: Path) -> LogCopies:
    made = LogCopies(directory)
    follow(made, log)
    return made


def follow(made: LogCopies, log: Path) -> None:
    made.follow(FoundFile("run", log))
    assert made.look(ended=True) == [FoundFile("run", made.copy_of(log))]
    assert made.is_behind
    made.look(ended=True)
    assert not made.is_behind


def test_kills_of_the_copier_lose_and_double_nothing(tmp_path: Path) -> None:
    log = tmp_path / "version_0" / "metrics.csv"
    log.parent.mkdir()
    chance = random.Random(1)
    expected: Points = {"loss": [], "tokens": []}
    for life in range(8):
        with log.open("a") as file:
            if not life:
                file.write("step,loss,tokens\n")
            for step in range(20 * life, 20 * life + 20):
                loss, tokens = round(chance.random(), 9), 123_456_789 + step
                file.write(f"{step},{loss},{tokens}\n")
                expected["loss"].append((step, loss))
                expected["tokens"].append((step, tokens))
        made = copies(tmp_path, log)
        copy = made.copy_of(log)
        assert stands_for(str(copy.parent)) == str(log.parent)
        assert copied(copy) == expected
        os.truncate(copy, chance.randrange(copy.stat().st_size))  # what a killed one had written
        copies(tmp_path, log)
        assert copied(copy) == expected


def test_rewritten_rotated_and_resumed_logs_are_copied_once_and_changes_told(
    tmp_path: Path,
) -> None:
    log = tmp_path / "metrics.csv"
    log.write_text("step,loss\n1,0.5\n2,0.25\n")
    made = copies(tmp_path, log)
    copy = made.copy_of(log)
    log.write_text("step,loss,lr\n1,0.5,0.1\n2,0.25,0.1\n3,0.125,0.1\n")
    assert made.look(ended=True) == []
    assert copied(copy)["loss"] == [(1, 0.5), (2, 0.25), (3, 0.125)]
    assert made.problems == []
    log.write_text("step,loss\n4,0.75\n")
    made.look(ended=True)
    log.write_text("step,loss\n1,0.5\n2,9\n")
    made.look(ended=True)
    assert copied(copy)["loss"] == [(1, 0.5), (2, 0.25), (3, 0.125), (4, 0.75)]
    (problem,) = made.problems
    assert problem == (str(log), "1 new values of points that were sent")


def test_checkpoints_have_one_copy_and_a_launch_that_goes_on_copies_what_is_new(
    tmp_path: Path,
) -> None:
    made = LogCopies(tmp_path / "one")
    again = LogCopies(tmp_path / "two")
    again.goes_on_from([tmp_path / "one"])
    for step in (2, 4, 6):
        log = tmp_path / "out" / f"checkpoint-{step}" / "trainer_state.json"
        log.parent.mkdir(parents=True)
        history = [{"step": at, "loss": 1 / at} for at in range(1, step + 1)]
        log.write_text(json.dumps({"log_history": history}))
        which = again if step == 6 else made
        follow(which, log)
    assert [at for at, _ in copied(made.copy_of(log))["train/loss"]] == [1, 2, 3, 4]
    assert [at for at, _ in copied(again.copy_of(log))["train/loss"]] == [5, 6]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    log = tmp_path / "metrics.csv"
    log.write_text("step,loss\n1,0.5\n2,0.25,7\n3,0.1\n")
    (problem,) = copies(tmp_path, log).problems
    assert problem.error == "line 3: 3 cells, not 2"
