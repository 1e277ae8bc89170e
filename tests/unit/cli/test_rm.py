"""`tuimon rm`: which runs are removed, and which never."""

import os

import pytest

from support.stored_runs import made
from tuimon.cli.main import main
from tuimon.runs.lookup import find_run
from tuimon.runs.process import identify
from tuimon.runs.record import MirrorRecord, write_record


def test_a_run_that_ended_is_removed_with_all_that_was_kept(capsys) -> None:
    gone, stays = made("one"), made("two")
    assert main(["rm", "--yes", gone.id]) == 0
    assert not gone.directory.exists()
    assert stays.run_json.exists()
    assert f"removed {gone.id} (" in capsys.readouterr().out


def test_a_run_that_goes_on_is_never_removed(capsys) -> None:
    going, ended = made("one", ended=None), made("two")
    assert main(["rm", "--yes", ended.id, going.id]) == 2
    assert "one is running; stop it first" in capsys.readouterr().err
    assert going.run_json.exists()
    assert ended.run_json.exists()
    assert main(["rm", "--yes", "--ended"]) == 0
    assert going.run_json.exists()
    assert not ended.directory.exists()


def test_a_training_that_outlived_its_guardian_keeps_its_run(capsys) -> None:
    lost = made("one", ended=None, guardian=None, child=identify(os.getpid()), started_at=1.0)
    assert main(["rm", "--yes", lost.id]) == 2
    assert f"its training (PID {os.getpid()}) still runs" in capsys.readouterr().err
    assert lost.run_json.exists()


def test_old_ones_alone(capsys) -> None:
    old, new = made("old", ended=8 * 86400.0), made("new")
    assert main(["rm", "--yes", "--older-than", "7d"]) == 0
    assert not old.directory.exists()
    assert new.run_json.exists()
    assert main(["rm", "--older-than", "7x"]) == 2
    assert "a number and s, m, h, d or w" in capsys.readouterr().err


@pytest.mark.parametrize(
    "mirror",
    [
        MirrorRecord(state="finished", sync_command="wandb sync x"),
        MirrorRecord(state="failed", run_id="x", detail="2 files have not arrived at W&B"),
    ],
)
def test_nothing_is_removed_unasked(mirror: MirrorRecord, capsys) -> None:
    run = made("one")
    write_record(run.mirror_json, mirror)
    run.wandb.mkdir()
    assert main(["rm", run.id]) == 2
    captured = capsys.readouterr()
    assert "W&B data of 1 of them were not uploaded" in captured.out
    assert "add --yes" in captured.err
    assert run.run_json.exists()
    assert main(["rm"]) == 2
    assert main(["rm", "--ended", run.id]) == 2


def test_ls_tells_the_size(capsys) -> None:
    made("one")
    assert main(["ls"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert "SIZE" in head
    assert " KB" in row


def test_a_long_listing_tells_command_and_directory(capsys) -> None:
    run = made("one")
    assert main(["ls", "-l"]) == 0
    _, _, command, directory = capsys.readouterr().out.splitlines()
    record = find_run(run.id).record
    assert command.strip() == " ".join(record.argv)
    assert directory.strip() == f"in {record.cwd}"
