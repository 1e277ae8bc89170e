"""Which launches share a W&B run."""

import json
import shutil
import stat
import threading
import time
from pathlib import Path

import pytest

from support.mirror_runs import end_run, new_run
from tuimon.mirror import journal_home
from tuimon.mirror.file_marks import mark_of
from tuimon.mirror.journal import FileEntry, Journal, MoveEntry, RunEntry, StretchEntry
from tuimon.mirror.journal_home import (
    enter_home,
    find_home,
    has_news,
    home_of,
    settle_home,
    was_deleted,
)
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorOptions, RunRecord, RunState, read_record, write_record

LOGDIR = "/data/runs/é\udce9"


def launch(*, online: bool = False, project: str = "p", entity: str = "e") -> RunPaths:
    """An earlier launch with a W&B run."""
    paths = new_run(Path("/"), Path("/"))
    paths.mirror.mkdir()
    with Journal(paths.mirror / "journal.jsonl") as journal:
        journal.append(RunEntry(run_id="x", online=online, project=project, entity=entity))
    enter_home(LOGDIR, paths, paths)
    end_run(paths)
    return paths


def next_launch() -> RunPaths:
    paths = new_run(Path("/"), Path("/"), started_at=time.time())
    paths.mirror.mkdir()
    return paths


@pytest.mark.parametrize(
    ("options", "environ", "same"),
    [
        (MirrorOptions(), {}, True),
        (MirrorOptions(project="p", entity="e"), {}, True),
        (MirrorOptions(project="q"), {}, False),
        (MirrorOptions(), {"WANDB_PROJECT": "q"}, False),
        (MirrorOptions(project="p"), {"WANDB_PROJECT": "q"}, True),
        (MirrorOptions(entity="f"), {}, False),
        (MirrorOptions(resume="never"), {}, False),
        (MirrorOptions(mode="offline"), {}, True),
    ],
)
def test_the_same_log_directory_and_project_is_the_same_run(
    options: MirrorOptions, environ: dict[str, str], same: bool
) -> None:
    first, second = launch(), next_launch()
    assert settle_home(second, options, environ, LOGDIR) == (first if same else second)
    assert home_of(second) == (first if same else second)
    # What was settled stays, whatever the log directory's run is by then.
    launch(project="another")
    assert settle_home(second, options, environ, LOGDIR) == (first if same else second) or not same


def test_what_is_online_is_not_continued_offline() -> None:
    launch(online=True)
    second = next_launch()
    assert settle_home(second, MirrorOptions(mode="offline"), {}, LOGDIR) == second


def test_a_run_that_is_named_is_continued_from_any_log_directory() -> None:
    first, second, third = launch(), next_launch(), next_launch()
    assert settle_home(second, MirrorOptions(resume=first.id), {}, "/elsewhere") == first
    assert settle_home(third, MirrorOptions(resume=second.id), {}, "/elsewhere") == first


def test_a_home_that_was_removed_is_forgotten() -> None:
    first, second = launch(), next_launch()
    assert find_home(LOGDIR) == first
    shutil.rmtree(first.directory)
    assert find_home(LOGDIR) is None
    assert settle_home(second, MirrorOptions(), {}, LOGDIR) == second


def test_news_are_bytes_that_were_not_entered(tmp_path: Path) -> None:
    file = tmp_path / "events.out.tfevents.1.h"
    file.write_bytes(bytes(100))
    paths = launch()
    assert has_news(paths, [str(file)])
    with Journal(paths.mirror / "journal.jsonl") as journal:
        journal.append(FileEntry(id=0, path=str(file), run=".", namespace=""))
        journal.append(StretchEntry(file=0, begin=0, end=100, row=0, rows=1, points=1))
    assert not has_news(paths, [str(file)])
    file.write_bytes(bytes(101))
    assert has_news(paths, [str(file)])


def test_a_run_whose_entity_w_and_b_did_not_tell_fits_any() -> None:
    first, second, third = launch(entity=""), next_launch(), next_launch()
    assert settle_home(second, MirrorOptions(entity="f"), {}, LOGDIR) == first
    assert settle_home(third, MirrorOptions(project="q", entity="f"), {}, LOGDIR) == third


def test_the_index_is_private_and_names_its_log_directory(home: Path) -> None:
    first = launch()
    (index,) = (home / "mirrors" / "logdirs").iterdir()
    assert stat.S_IMODE(index.stat().st_mode) == 0o600
    assert find_home(LOGDIR) == first
    told = json.loads(index.read_text())
    index.write_text(json.dumps({**told, "logdir": "/another"}))
    assert find_home(LOGDIR) is None


def test_what_was_deleted_and_made_anew_is_another_training(tmp_path: Path) -> None:
    file, moved = tmp_path / "events.out.tfevents.1.h", tmp_path / "events.out.tfevents.2.h"
    file.write_bytes(b"first" * 20)
    paths = launch()
    with Journal(paths.mirror / "journal.jsonl") as journal:
        assert not was_deleted(paths, [str(tmp_path)])
        journal.append(
            FileEntry(id=0, path=str(file), run=".", namespace=""),
            StretchEntry(
                file=0,
                begin=0,
                end=100,
                row=0,
                rows=1,
                points=1,
                seam=mark_of(100, file.read_bytes()[-64:])[1:],
                head=mark_of(40, file.read_bytes()[:40])[1:],
            ),
        )
        assert not was_deleted(paths, [str(tmp_path)])
        assert not was_deleted(paths, ["/elsewhere"])
        file.rename(moved)
        assert was_deleted(paths, [str(tmp_path)])
        journal.append(MoveEntry(file=0, path=str(moved)))
        assert not was_deleted(paths, [str(tmp_path)])
    moved.write_bytes(b"other" * 20)
    assert was_deleted(paths, [str(tmp_path)])


@pytest.mark.parametrize("beats", [True, False])
def test_a_launch_elsewhere_goes_on_elsewhere_as_long_as_it_gives_signs_of_life(
    beats: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_home, "_LOOK_EVERY", 0.01)
    monkeypatch.setattr(journal_home, "_BEAT_SECONDS", 0.5)
    first, second = launch(), next_launch()
    record = read_record(RunRecord, first.run_json)
    assert record is not None
    away = record._replace(state=RunState.RUNNING, ended_at=None, host="away", machine_id="away")
    write_record(first.run_json, away)
    beat = threading.Timer(0.1, write_record, (first.run_json, away._replace(heartbeat=1)))
    if beats:
        beat.start()
    home = settle_home(second, MirrorOptions(), {}, LOGDIR)
    assert home == (second if beats else first)
    beat.cancel()
