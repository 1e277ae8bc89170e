"""Keys that come in one burst, as over a slow link, act in turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from event_files import scalar, version, write
from host import Host
from terminal import Terminal


@pytest.fixture
def terminal(host: Host) -> Iterator[Terminal]:
    records = [version()]
    for step in range(50):
        records += [scalar(tag, step, step / 9) for tag in ("loss", "done", "lr")]
    write(Path(host.project) / "runs", records)
    with host.terminal("view", "runs", columns=100, rows=30) as terminal:
        terminal.wait_for(lambda text: "tags 3" in text and "q leave" in text)
        yield terminal
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_keys_in_one_burst_go_where_they_would_one_by_one(terminal: Terminal):
    terminal.press("/don\r+")  # d, o and n are keys of the charts, too; + is meant for them
    terminal.wait_for(lambda text: "filter: don" in text and "smoothing 0.8" in text)
    terminal.press("/\x15lo or lr\rw11e\x15x=5:20\r")
    terminal.wait_for(lambda text: "page 1/2" in text and "frozen" in text)
    terminal.press(":unfold")
    terminal.wait_for("Unfold all sections")
    terminal.press("\r")
    terminal.wait_for(lambda text: "unfold" not in text and "q leave" in text)
