"""Damaged and special files in the state directory: told, not waited for, and others are shown."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.host import TUIMON, Host
from support.sampling import few

DAMAGE: dict[str, Callable[[Path], object]] = {
    "a FIFO": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a directory": Path.mkdir,
    "nothing in it": Path.touch,
    "no JSON": lambda path: path.write_text("{"),
    "nested deeply": lambda path: path.write_text("[" * 100_000),
    "another record": lambda path: path.write_text("{}"),
}


@pytest.mark.parametrize("damage", few(DAMAGE, 2))
def test_a_run_with_a_damaged_record_is_told_of_and_hides_no_other(host: Host, damage: str):
    script = host.script("print('said')")
    for _ in range(2):
        assert host.run("run", "--foreground", "--mirror", "off", script).returncode == 0
    bad, good = (run["id"] for run in host.runs())
    record = next(host.home.glob(f"runs/*/{bad}/run.json"))
    record.unlink()
    DAMAGE[damage](record)
    listed = host.run("ls", timeout=20)
    assert good in listed.stdout
    assert bad not in listed.stdout
    assert str(record) in listed.stderr
    assert listed.returncode == 1
    stopped = host.run("stop", bad, timeout=20)
    assert stopped.returncode == 2
    assert str(record) in stopped.stderr
    with host.terminal() as terminal:
        terminal.wait_for("1 unreadable: tuimon ls says why")
        terminal.press("q")
        assert terminal.wait_for_exit(10) == 0


@pytest.mark.parametrize("closed", few(["<&- >&- 2>&-", "<&-", ">&-", "2>&-"]))
@pytest.mark.parametrize("arguments", ["ls", "config", "run --foreground --mirror off script.py"])
def test_standard_files_may_be_closed(host: Host, closed: str, arguments: str):
    host.script("open('ran', 'w').close()")
    before = host.run("run", "--foreground", "--mirror", "off", "script.py")
    assert before.returncode == 0, before.stderr
    (host.project / "ran").unlink()
    ended = subprocess.run(
        ["sh", "-c", f"{TUIMON} {arguments} {closed}"],
        cwd=host.project,
        env=host.env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "rror" not in ended.stderr
    assert ended.returncode == 0
    assert (host.project / "ran").exists() == arguments.startswith("run")
