"""The mirror and its machine: whose use of it W&B is told, and a disk that is full."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from torch.utils.tensorboard import SummaryWriter

from support.host import TUIMON
from support.mirror_runs import (
    MirrorUnderTest,
    comparable,
    end_run,
    mirrored,
    new_run,
    offline_records,
    offline_rows,
    written,
)
from support.mirror_scenarios import training
from support.waiting import wait_until
from tuimon.mirror.room import FREE_BYTES
from tuimon.runs.process import identify
from tuimon.runs.record import RunRecord, read_record, write_record

LARGE = 400 << 20
"""Bytes: more than the mirror and wandb-core have together."""

TRAINING = f"""
import subprocess, sys, time
code = "held = bytearray(b'x') * {LARGE}; print(len(held), flush=True); import time; time.sleep(99)"
subprocess.Popen([sys.executable, "-c", code]).wait()
"""


def test_system_metrics_are_those_of_the_trainings_processes(tmp_path: Path) -> None:
    logdir = tmp_path / "runs"
    process = subprocess.Popen(
        [sys.executable, "-c", TRAINING], stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        assert process.stdout is not None
        assert int(process.stdout.readline()) == LARGE
        paths = new_run(tmp_path, logdir)
        run = read_record(RunRecord, paths.run_json)
        assert run is not None
        write_record(paths.run_json, run._replace(child=identify(process.pid)))
        often = {"WANDB__STATS_SAMPLING_INTERVAL": "0.2"}
        with MirrorUnderTest(paths, often) as mirror, SummaryWriter(str(logdir)) as writer:
            writer.add_scalar("loss", 1.0, 0)
            mirror.wait_until(lambda record: record.points == 1)
            wait_until(lambda: any(record.stats.item for record in offline_records(paths)))
            end_run(paths)
            assert mirror.finish() == 0
    finally:
        os.killpg(process.pid, 9)
        process.wait()
    measured: dict[str, list[float]] = {}
    for record in offline_records(paths):
        for item in record.stats.item:
            measured.setdefault(item.key, []).append(json.loads(item.value_json))
    assert min(measured["proc.memory.rssMB"]) > LARGE >> 20


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The state directory on a disk of its own, twice as large as what the mirror keeps free."""
    disk = tmp_path / "small"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={2 * FREE_BYTES}", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk")
    monkeypatch.setenv("TUIMON_HOME", str(disk / "home"))
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Leave not a byte; returns the file that does it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):  # others write meanwhile
        while True:
            file.write(bytes(1 << 20))
    return filler


@pytest.mark.long
def test_a_full_disk_delays_and_loses_nothing(tmp_path: Path, small_disk: Path) -> None:
    logdir = tmp_path / "runs"
    with training(logdir):
        paths = new_run(tmp_path, logdir)
        with MirrorUnderTest(paths) as mirror:
            mirror.wait_until(lambda record: record.points > 200)
            filler = fill(small_disk)  # with rows on their way into W&B's file
            mirror.wait_until(lambda record: "no room: 0 MB free" in (record.detail or ""))
            doctor = subprocess.run([TUIMON, "doctor"], capture_output=True, text=True, check=False)
            assert "no room: 0 MB free" in doctor.stdout
            filler.unlink()
            before = mirror.record.points
            mirror.wait_until(lambda record: record.points > before and not record.detail)
            mirror.kill()
        filler = fill(small_disk)
        with MirrorUnderTest(paths) as mirror:  # begins on a full disk
            mirror.wait_until(lambda record: "room" in (record.detail or ""))
            filler.unlink()
            mirror.wait_until(lambda record: record.points > before)
    end_run(paths)
    codes: list[int] = []
    while not codes or (codes[-1] == 75 and len(codes) < 3):  # as the recorder does
        with MirrorUnderTest(paths) as mirror:
            codes.append(mirror.finish())
    assert codes[-1] == 0, paths.log.read_text()
    rows = offline_rows(paths)
    assert [row.step for row in rows] == list(range(len(rows)))
    assert comparable(mirrored(row.values for row in rows)) == comparable(written(logdir))
