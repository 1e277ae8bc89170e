"""What is copied is in tmux's buffer, with the real tmux."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from support.event_files import scalar, version, write
from support.host import TUIMON, Host
from support.waiting import wait_until


@pytest.mark.skipif(not shutil.which("tmux"), reason="needs tmux")
def test_a_chart_is_copied_into_the_buffer_of_tmux(host: Host, tmp_path: Path):
    write(host.project / "runs", [version(), *(scalar("loss", n, n / 7) for n in range(50))])

    def tmux(*args: str) -> str:
        command = ["tmux", "-S", str(tmp_path / "tmux"), "-f", "/dev/null", *args]
        return subprocess.run(
            command, cwd=host.project, env=host.env, capture_output=True, text=True, timeout=20
        ).stdout

    view = shlex.join([TUIMON, "view", "runs"])
    tmux("new-session", "-d", "-x", "100", "-y", "30", view)
    try:
        wait_until(lambda: re.search(r"loss +7", tmux("capture-pane", "-p")))
        tmux("send-keys", "Right", "Y")
        copied = wait_until(lambda: tmux("show-buffer"))
        assert re.search(r"loss +7", copied)
        assert "┤" in copied
    finally:
        tmux("kill-server")
