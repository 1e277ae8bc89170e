"""Names, notes and tags of runs at W&B: sent when they change here, and left when they do there."""

import os
import subprocess
import time
from pathlib import Path

from support.event_files import scalar, version, write
from support.host import TUIMON
from support.mirror_runs import MirrorUnderTest, end_run, new_run
from support.waiting import wait_until
from support.wandb_server import ServedRun, WandbServer, online
from tuimon.runs.annotation import Annotation, read_annotation, write_annotation
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorOptions

SAID = Annotation("best", "keep this", ("paper",))


def run_of(tmp_path: Path, options: MirrorOptions) -> RunPaths:
    now = time.time()
    points = [scalar("loss", step, step / 3, now + step / 10) for step in range(20)]
    write(tmp_path / "runs", [version(now), *points])
    return new_run(tmp_path, tmp_path / "runs", options)


def labels(run: ServedRun) -> tuple[str | None, str | None, list[str]]:
    return run.name, run.notes, run.tags


def sync(server: WandbServer, *what: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [TUIMON, "sync", *what],
        env=os.environ | online(server),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_live_run_has_what_is_said_and_what_was_edited_on_its_page(
    tmp_path: Path, server: WandbServer
) -> None:
    paths = run_of(tmp_path, MirrorOptions(mode="online", tags=("sweep",), notes="first"))
    write_annotation(paths.annotation, Annotation(tags=("early",)))
    environ = online(server) | {"WANDB_NAME": "big"}
    with MirrorUnderTest(paths, environ) as mirror:
        mirror.wait_until(lambda record: record.confirmed == 20)
        (run,) = server.runs.values()
        assert labels(run) == ("big", "first", ["sweep", "early"])
        run.name, run.tags = "mine", [*run.tags, "theirs"]
        write_annotation(paths.annotation, Annotation(note="keep", tags=("good",), starred=True))
        wait_until(lambda: run.notes == "keep", 20)
        assert labels(run) == ("mine", "keep", ["sweep", "theirs", "good", "starred"])
        mirror.wait_until(lambda record: record.told is not None and record.told.starred)
        mirror.kill()
    run.notes = "seen"
    write_annotation(paths.annotation, Annotation(note="keep", tags=("good",)))
    end_run(paths)
    with MirrorUnderTest(paths, environ) as mirror:
        assert mirror.finish() == 0
        assert mirror.record.is_uploaded
    assert labels(run) == ("mine", "seen", ["sweep", "theirs", "good"])
    assert (run.complete, len(run.history)) == (True, 20)


def test_what_is_said_of_a_run_after_its_upload_goes_there_with_the_next_one(
    tmp_path: Path, server: WandbServer
) -> None:
    paths = run_of(tmp_path, MirrorOptions(mode="offline"))
    write_annotation(paths.annotation, Annotation(note="old", tags=("early",)))
    end_run(paths)
    with MirrorUnderTest(paths) as mirror:
        assert mirror.finish() == 0
    write_annotation(paths.annotation, SAID)
    done = sync(server, paths.id)
    assert (done.returncode, done.stderr) == (0, "")
    (run,) = server.runs.values()
    assert labels(run) == ("best", "keep this", ["paper"])
    asked = server.requests
    assert "is uploaded" in sync(server, paths.id).stdout
    assert server.requests == asked

    run.tags = [*run.tags, "theirs"]
    said = subprocess.run(
        [TUIMON, "note", "--name", "", paths.id, ""], capture_output=True, text=True, check=True
    )
    assert said.stderr == f"W&B is told by: tuimon sync {paths.id}\n"
    server.behaviour = "refuse"
    refused = sync(server, "--all")
    assert (refused.returncode, "tuimon login" in refused.stderr) == (1, True)
    server.behaviour = "ok"
    run.complete = False
    done = sync(server, "--all")
    assert (done.returncode, done.stderr) == (0, "")
    assert labels(run) == (paths.id, "", ["paper", "theirs"])
    assert not run.complete  # it was not opened again
    assert read_annotation(paths.annotation).tags == SAID.tags
    assert sync(server, "--all").stdout == "every run is uploaded\n"
