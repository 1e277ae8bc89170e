"""`tuimon sync` where there is nothing to do, or too much said."""

import os
import time
from pathlib import Path

import pytest

from support.mirror_runs import new_run
from tuimon.cli import sync as module
from tuimon.cli.main import main
from tuimon.runs.lock import locked
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import LogdirRecord, MirrorRecord, write_record


def test_without_any_run_all_are_uploaded(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync", "--all"]) == 0
    assert capsys.readouterr().out == "every run is uploaded\n"
    assert main(["sync"]) == 2
    assert "there is no run yet" in capsys.readouterr().err


def test_a_run_and_all_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync", "--all", "big"]) == 2
    assert "cannot be combined" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("trial", "code", "said"),
    [
        (MirrorRecord(state="live", rows=9, confirmed=9, files=0), 0, "everything so far is at"),
        (
            MirrorRecord(state="live", rows=9, confirmed=4, files=0),
            1,
            "5 rows and 0 files are still",
        ),
        (MirrorRecord(state="finished", arrived=True), 0, "everything so far is at"),
        (MirrorRecord(state="finished", sync_command="tuimon sync"), 1, "a-trial: offline"),
        (MirrorRecord(state="failed", detail="no room"), 1, "a-trial: no room"),
    ],
)
def test_a_running_training_is_up_to_date_when_its_trials_are(
    trial: MirrorRecord,
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.0)
    paths = new_run(tmp_path, tmp_path / "runs")
    own = MirrorRecord(state="live", rows=5, confirmed=5, files=0, updated_at=time.time())
    paths.mirror.mkdir()
    write_record(paths.mirror_json, own)
    of_trial = RunPaths(paths.trials / "a-trial")
    of_trial.directory.mkdir(parents=True)
    described = LogdirRecord(
        name="a", root=os.fspath(tmp_path), directories=(), namespaces=(), cwd="", created_at=0.0
    )
    write_record(of_trial.logdir_json, described)
    write_record(of_trial.mirror_json, trial)
    with locked(paths.mirror) as free:  # as a mirror at work
        assert free
        assert main(["sync", paths.id]) == code
    assert said in " ".join(capsys.readouterr())
