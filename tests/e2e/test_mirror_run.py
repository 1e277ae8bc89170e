"""What the W&B run of a real launch tells of it, besides the points."""

import json
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from support.host import WRITER, Host
from support.mirror_runs import offline_files, offline_records
from support.waiting import wait_until
from support.wandb_server import ENTITY, KEY, wandb_server
from tuimon.runs.lookup import find_run
from tuimon.runs.paths import RunPaths

FLAGS = (
    *("--mirror", "offline", "--name", "big", "--project", "p", "--entity", "e", "--group", "g"),
    *("--job-type", "train", "--tags", "a, b", "--notes", "why", "--log-code", "--save-events"),
    *("--config", "c.yaml", "--config", "seed=3"),
)


def run_to_its_end(host: Host, code: str, *options: str) -> RunPaths:
    script = host.script(WRITER + code)
    done = host.run("run", "--detach", *options, script, "--lr", "0.1")
    assert done.returncode == 0, done.stderr
    host.wait_for_end()
    return find_run(None, host.home).paths


def test_flags_code_output_alerts_and_the_end_are_in_the_run(host: Host) -> None:
    host.script("first version")
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@x", "-c", "init.defaultBranch=main"]
    for command in (["init", "-q"], ["add", "script.py"], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *command], cwd=host.project, check=True)
    (host.project / "c.yaml").write_text("optimizer: {name: sgd}\nseed: 1\n")
    code = (
        "write('runs', 3)\n"
        "writer = EventFileWriter('runs')\n"
        "bad = Summary(value=[Summary.Value(tag='loss', simple_value=float('nan'))])\n"
        "writer.add_event(Event(wall_time=time.time(), step=3, summary=bad)); writer.close()\n"
        "print('epoch 1\\nepoch 2'); sys.exit(3)\n"
    )
    paths = run_to_its_end(host, code, *FLAGS)
    records = offline_records(paths)
    run = next(record.run for record in records if record.WhichOneof("record_type") == "run")
    assert (run.project, run.entity, run.run_group, run.job_type) == ("p", "e", "g", "train")
    assert (run.display_name, run.notes, list(run.tags)) == ("big", "why", ["a", "b"])
    config = config_of(records)
    assert (config["seed"], config["optimizer"], config["lr"]) == (3, {"name": "sgd"}, 0.1)
    told = config["tuimon"]
    assert (told["state"], told["cause"], told["git_dirty"]) == ("failed", "exit code 3", True)
    output = "".join(record.output_logger.line for record in records)
    assert "epoch 1\nepoch 2\n" in output
    alerts = [(record.alert.level, record.alert.title) for record in records if record.alert.title]
    assert {level for level, _ in alerts} == {"ERROR"}
    assert any("loss" in title for _, title in alerts), "the NaN"
    assert any("failed" in title for _, title in alerts), "the end"
    (exit_,) = [record.exit for record in records if record.WhichOneof("record_type") == "exit"]
    assert exit_.exit_code == 3
    files = offline_files(paths)[0].parent / "files"
    assert (files / "code" / "script.py").read_text() == (host.project / "script.py").read_text()
    assert "-first version" in (files / "diff.patch").read_text()
    check_attachments(records, files, host.project / "runs")
    artifacts = [record.artifact for record in records if record.artifact.type == "code"]
    assert [entry.path for entry in artifacts[0].manifest.contents if entry.path == "script.py"]


def check_attachments(records: list[Any], files: Path, logdir: Path) -> None:
    """The event files, and the packages of the training's Python, are files of the run."""
    events = {path.name: path.read_bytes() for path in logdir.iterdir()}
    assert {path.name: path.read_bytes() for path in files.glob("*tfevents*")} == events
    told = {item.path for record in records for item in record.files.files}
    assert told > {"requirements.txt", *events}
    packages = (files / "requirements.txt").read_text().splitlines()
    assert f"numpy=={version('numpy')}" in packages


def config_of(records: list[Any]) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for record in records:
        for update in [*record.run.config.update, *record.config.update]:
            config[update.key] = json.loads(update.value_json)
    return config


@pytest.mark.long
def test_a_launch_again_goes_on_unless_it_shall_not(host: Host) -> None:
    first = run_to_its_end(host, "write('runs', 3)", "--mirror", "offline")
    second = run_to_its_end(host, "write('runs', 3)", "--mirror", "offline")
    third = run_to_its_end(host, "write('runs', 3)", "--mirror", "offline", "--no-wandb-resume")
    assert len(offline_files(first)) == 2
    assert not second.wandb.exists()
    assert len(offline_files(third)) == 1


@pytest.mark.long
def test_what_could_not_go_online_does_so_with_all_that_is_offline(
    host: Host, tmp_path: Path
) -> None:
    with wandb_server() as server:
        server.behaviour = "refuse"
        host.env |= {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}
        script = host.script(WRITER + "write('runs', 3)")
        done = host.run("run", "--detach", "--sync-when-online", "--no-save-code", script)
        assert done.returncode == 0, done.stderr
        host.wait_for_end()
        status = find_run(None, host.home)
        (offline,) = offline_files(status.paths)
        assert not (offline.parent / "files" / "code").exists(), "it stays here when it shall"
        assert status.mirror is not None
        assert status.mirror.sync_command == f"tuimon sync {status.record.id}"
        server.behaviour = "ok"
        done = host.run("sync", "--all")
        assert done.returncode == 0, done.stderr
        assert f"{server.url}/{ENTITY}/" in done.stdout
        (run,) = server.runs.values()
        wait_until(lambda: run.complete)
        assert len(run.history) == 3
        assert "every run is uploaded" in host.run("sync", "--all").stdout
