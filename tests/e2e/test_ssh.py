"""The connection is cut: `ssh` is killed, and the server finds its client gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.host import Host
from support.sampling import few
from support.sshd import SSHD, SshServer, ssh_server
from support.waiting import wait_until

pytestmark = pytest.mark.skipif(SSHD is None, reason="needs sshd (Debian: openssh-server)")

PLAIN = """
import pathlib, time
for number in range(60):
    print("line", number, flush=True)
    while number == 30 and not pathlib.Path("cut").exists():
        time.sleep(0.05)
raise SystemExit(7)
"""
# torchrun has a handler, which replaces the SIG_IGN that nohup gives it, and then ends.
LIKE_TORCHRUN = (
    "import os, signal\n"
    "def end(number, frame): os._exit(99)\n"
    "for number in (1, 2, 15): signal.signal(number, end)\n"
) + PLAIN


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.mark.parametrize("script", few([LIKE_TORCHRUN, PLAIN]), ids=["like torchrun", "plain"])
def test_training_outlives_the_connection(host: Host, server: SshServer, script: str):
    host.script(script)
    env = {name: host.env[name] for name in ("TUIMON_HOME", "PATH", "LANG", "TERM")}
    with server.client(env, host.project) as terminal:
        terminal.press("tuimon run --mirror off script.py\r")
        terminal.wait_for("line 30")
        viewer = host.runs()[0]
        terminal.kill()
        terminal.close()
    assert viewer["state"] == "running"
    wait_until(lambda: not any("run" in line for line in host.command_lines()))
    (host.project / "cut").touch()
    run = host.wait_for_end()
    assert (run["state"], run["exit_code"]) == ("failed", 7)
    assert run["id"] == viewer["id"]
    assert host.run("logs").stdout == "".join(f"line {number}\n" for number in range(60))
    # The viewer has not stayed behind.
    wait_until(lambda: not host.processes(), 10)


def test_nohup_does_not_save_a_script_with_a_handler(host: Host, server: SshServer, tmp_path: Path):
    """What the tests above would look like if they could not fail."""
    host.script(LIKE_TORCHRUN)
    env = {name: host.env[name] for name in ("TUIMON_HOME", "PATH", "LANG", "TERM")}
    with server.client(env, host.project) as terminal:
        terminal.press("nohup python script.py > out 2>&1 &\r")
        out = tmp_path / "out"
        wait_until(lambda: out.exists() and "line 30" in out.read_text())
        terminal.kill()
        terminal.close()
    wait_until(lambda: not host.processes(), 10)
    assert "line 59" not in out.read_text()
