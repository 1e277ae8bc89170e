"""The variables that a run can be repeated with."""

from pathlib import Path

import pytest

from tuimon.runs.environment import changes, worth_keeping
from tuimon.runs.text_mapping import read_mapping, write_mapping

SET = {
    "CUDA_VISIBLE_DEVICES": "1",
    "DATA_DIR": "/data",
    "PATH": "/venv/bin:/bin",
    "OMP_NUM_THREADS": "4",
    "HF_HOME": "/hf",
    "PYTHONPATH": "src",
}
OF_THE_PLACE = {"TMUX_PANE": "%1", "SSH_CONNECTION": "x", "PWD": "/", "TERM": "xterm", "_": "t"}


def test_what_a_training_depends_on_is_kept_and_what_is_secret_or_of_the_terminal_is_not():
    secret = {"WANDB_API_KEY": "a" * 40, "DB_PASSWORD": "x1", "URL": "https://me:pw1234@host/"}
    assert worth_keeping(SET | OF_THE_PLACE | secret | {"LONG": "x" * 5000}) == SET
    assert "DATA_DIR" not in worth_keeping(SET, ["data_dir"])


def test_what_a_scheduler_gave_is_not_kept():
    kept = worth_keeping(SET | {"SLURM_JOB_ID": "7", "SLURM_NTASKS": "2"})
    assert kept == {name: SET[name] for name in SET if name != "CUDA_VISIBLE_DEVICES"}


def test_variables_are_read_as_they_were_written(tmp_path: Path):
    path = tmp_path / "environment.json"
    assert read_mapping(path) is None
    write_mapping(path, SET | {"BYTES": "\udcff\n"})
    assert read_mapping(path) == SET | {"BYTES": "\udcff\n"}


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', "[" * 99999])
def test_what_makes_no_sense_is_not_known(tmp_path: Path, text: str):
    path = tmp_path / "environment.json"
    path.write_text(text)
    assert read_mapping(path) is None


def test_what_has_changed_since():
    assert changes({"A": "1", "B": "2", "C": "3"}, {"A": "1", "B": "x", "D": "4"}) == {
        "B": "2",
        "C": "3",
    }
