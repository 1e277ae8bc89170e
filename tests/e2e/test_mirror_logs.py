"""What a training leaves that writes no event files, on its way to W&B."""

import json
import subprocess
import sys
from pathlib import Path

from support.mirror_runs import (
    MirrorUnderTest,
    Points,
    end_run,
    mirrored,
    new_run,
    offline_rows,
)
from tuimon.runs.paths import RunPaths, state_home


def table(path: Path, steps: range) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{step},{step / 7},{10**9 + step}" for step in steps]
    path.write_text("\n".join(["step,loss,tokens", *rows, ""]))


def expected(steps: range) -> Points:
    return {
        "loss": [(step, step / 7) for step in steps],
        "tokens": [(step, 1e9 + step) for step in steps],
    }


def sent(paths: RunPaths) -> Points:
    return mirrored(row.values for row in offline_rows(paths))


def test_the_tables_of_a_launch_are_mirrored_like_event_files(tmp_path: Path) -> None:
    logdir = tmp_path / "logs"
    paths = new_run(tmp_path, logdir)
    table(logdir / "version_0" / "metrics.csv", range(300))
    end_run(paths)
    with MirrorUnderTest(paths) as mirror:
        assert mirror.finish() == 0
    assert sent(paths) == expected(range(300))


def test_a_directory_of_other_logs_is_sent_once_and_then_what_is_new(tmp_path: Path) -> None:
    def mirror() -> str:
        command = [sys.executable, "-m", "tuimon", "mirror", "--mirror", "offline", str(logs)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        assert done.stderr == ""
        return done.stdout

    logs = tmp_path / "logs"
    table(logs / "metrics.csv", range(5))
    assert mirror().startswith("logs: 10 points, offline")
    table(logs / "metrics.csv", range(7))
    state = logs / "hf" / "checkpoint-2" / "trainer_state.json"
    state.parent.mkdir(parents=True)
    state.write_text(json.dumps({"log_history": [{"step": 2, "loss": 0.5}]}))
    assert mirror().startswith("logs: 15 points, offline")
    assert mirror().startswith("logs: complete before, 15 points")
    (directory,) = (state_home() / "mirrors").glob("logs-*")
    assert sent(RunPaths(directory)) == expected(range(7)) | {"hf/train/loss": [(2, 0.5)]}
