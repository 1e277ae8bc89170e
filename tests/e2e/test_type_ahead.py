"""Keys that come in one burst, as over a slow link, act in turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.event_files import scalar, version, write
from support.host import Host
from support.terminal import Terminal
from support.waiting import wait_until


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
    terminal.wait_for(lambda text: "nfold" not in text and "q leave" in text)


def test_the_answer_to_a_question_may_be_typed_at_once(terminal: Terminal, host: Host):
    terminal.press(">t+>s")  # + is a key of the screen behind the question
    terminal.wait_for("smoothing 0.8")
    saved = wait_until(lambda: _saved(host) if len(_saved(host)) == 2 else None)
    by_suffix = {path.suffix: path.read_text() for path in saved}
    assert all("loss" in by_suffix[suffix] for suffix in (".txt", ".svg"))


def _saved(host: Host) -> list[Path]:
    return [*host.project.glob("tuimon-*.*")]


def test_what_is_looked_for_in_the_console_may_be_typed_at_once(host: Host):
    script = host.script("for epoch in range(300): print('epoch', epoch, 'done')")
    host.run("run", "--foreground", "--mirror", "off", script)
    with host.terminal("attach", columns=90, rows=30) as terminal:
        terminal.wait_for("epoch 299 done")
        terminal.press("\t/epoch 7 d\r+")  # e, p, o and d are keys of the charts
        terminal.wait_for(lambda text: "epoch 7 done" in text and "epoch 299" not in text)
        terminal.press("F\x03q")  # the question after Ctrl-C, answered at once
        assert terminal.wait_for_exit() == 0
