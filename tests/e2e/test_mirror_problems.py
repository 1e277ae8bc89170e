"""What of existing logs cannot be sent is told, and odd names are no reason not to."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.event_files import NAME, frame, scalar, version
from support.host import TUIMON, Host
from support.mirror_runs import mirrored, offline_rows
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorRecord, read_record

SETPRIV = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Root may read anything; without these capabilities it may not."""


def points(tag: str, count: int = 5) -> list[bytes]:
    return [version(), *(scalar(tag, step, step / 2) for step in range(count))]


def write(directory: Path, records: list[bytes]) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / NAME).write_bytes(b"".join(records))
    return directory / NAME


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="no setpriv here")
def test_damage_closed_doors_and_names_that_are_no_utf8(host: Host) -> None:
    logs = host.project / "logs"
    write(logs, points("loss"))
    records = points("loss")
    records[2] = records[2][:20] + bytes([records[2][20] ^ 8]) + records[2][21:]
    flip = write(logs / "flip", records)
    cut = write(logs / "cut", points("loss"))
    cut.write_bytes(cut.read_bytes()[:-9])
    odd = logs / os.fsdecode(b"latin1-\xc5")
    at = scalar("lo!s", 0, 3.0)
    tag = b"lo\xdfs"
    write(odd, [version(), frame(at[12:-4].replace(b"lo!s", tag))])
    write(logs / "latin1-\\xc5", points("loss", 1))
    shut = write(logs / "shut", points("loss"))
    shut.chmod(0)
    (logs / "door").mkdir(mode=0)
    command = [*SETPRIV, TUIMON, "mirror", "--mirror", "offline", str(logs)]
    done = subprocess.run(
        command if os.geteuid() == 0 else command[2:],
        cwd=host.project,
        env=host.env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("logs: 15 points"), done.stdout
    assert sorted(done.stderr.splitlines()) == sorted(
        [
            f"tuimon: {logs}/door: Permission denied: left out",
            f"tuimon: {flip}: 1 damaged record left out; 4 points of it are sent",
            f"tuimon: {cut}: its last {len(records[-1]) - 9} bytes hold no whole record; "
            "being written, or damaged; 4 points of it are sent",
            f"tuimon: {shut}: Permission denied: left out; 0 points of it are sent",
        ]
    )
    (directory,) = (host.home / "mirrors").glob("logs-*")
    sent = mirrored(row.values for row in offline_rows(RunPaths(directory)))
    assert {key: len(found) for key, found in sent.items()} == {
        "loss": 5,
        "flip/loss": 4,
        "cut/loss": 4,
        "latin1-\\xc5/lo\\xdfs": 1,
        "latin1-\\x5cxc5/loss": 1,
    }
    record = read_record(MirrorRecord, directory / "mirror.json")
    assert record is not None
    assert len(record.problems) == 3
