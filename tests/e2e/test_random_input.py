"""Random keys, mouse, pastes and sizes, in bursts as over a slow link: nothing ends it."""

import os
import random
import signal
import string
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from support.host import Host
from support.sampling import few
from support.terminal import Terminal

EVENTS = 4000
"""For each place and seed."""
KEYS = [
    *string.printable.strip(" \t\n\r\x0b\x0c").replace("q", "").replace("S", ""),
    *("\r", "\t", " ", "\x7f", "\x1b", "\x1b[Z", "\x0c", "\x19", "\x10", "\x15", "\x01", "\x05"),
    *("\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[H", "\x1b[F", "\x1b[5~", "\x1b[6~", "\x1b[3~"),
    *("\x1b[1;2A", "\x1b[1;2B", "\x1b[1;2C", "\x1b[1;2D", "\x1b[1;5C", "\x1b[1;5D", "\x1bOP"),
    *("\x10\x1b[6~", "\x10\x1b[5~", "\x10\x1b[B\r", "\x10\x1b[1;5F", ":a\x1b[6~\r"),
]
LEFT = {0, 130, -2}
"""As by its keys, or by Ctrl-C while one screen of the home screen's follows another."""
RARE = ["q", "\x03", "\x03q", "Ss", "S\x1b"]
"""They may leave it, which is no crash."""
DAMAGE = ["\x1b[999;999z", "\x1b[<0;9999;9999M", "\x1b[", "\x1b[201~", "é", "漢", "\0"]
MAKE = """
import sys
import numpy as np
from torch.utils.tensorboard import SummaryWriter
draw = np.random.default_rng(0)
with SummaryWriter(sys.argv[1]) as writer:
    for step in range(30):
        for tag in ("loss/train", "loss/val", "acc/train", "lr", "other"):
            writer.add_scalar(tag, 1 / (step + 1), step)
        if step % 10 == 0:
            writer.add_histogram("weights", draw.normal(size=99), step)
            writer.add_image("picture", draw.random((3, 24, 32)), step)
            writer.add_text("words", "# one\\n\\n|a|b|\\n|-|-|\\n|1|2|", step)
            writer.add_audio("sound", draw.normal(size=(1, 800)), step, 8000)
            writer.add_pr_curve("pr", draw.integers(0, 2, 50), draw.random(50), step)
            writer.add_mesh("mesh", draw.random((1, 40, 3)), global_step=step)
    writer.add_embedding(draw.random((20, 5)), [str(row) for row in range(20)], tag="points")
    writer.add_hparams({"lr": 0.1, "name": "a"}, {"hparam/loss": 0.5})
print("made", "all", flush=True)
"""


def one(draw: random.Random, columns: int, rows: int) -> str:
    """An event as a terminal sends it."""
    match draw.random():
        case part if part < 0.72:
            return draw.choice(KEYS)
        case part if part < 0.725:
            return draw.choice(RARE)
        case part if part < 0.74:
            return draw.choice(DAMAGE)
        case part if part < 0.76:
            length = draw.choice([0, 1, 20, 3000])
            text = "".join(draw.choices(string.printable + "é漢\u202e", k=length))
            return f"\x1b[200~{text.replace(chr(27), '')}\x1b[201~"
    button = draw.choice([0, 0, 0, 1, 2, 8, 16, 32, 32, 35, 64, 64, 65, 65])
    x, y = draw.randint(1, columns), draw.randint(1, rows)
    return f"\x1b[<{button};{x};{y}M" + draw.choice(["", f"\x1b[<{button};{x};{y}m"])


def attack(host: Host, arguments: list[str], seed: int) -> int:
    """Send `EVENTS` events; how many times the viewer was left on the way."""
    draw = random.Random(seed)
    sent = left = 0
    while sent < EVENTS:
        with host.terminal(*arguments, columns=100, rows=30) as terminal:
            terminal.wait_for(lambda text: "leave" in text, timeout=30)
            threading.Thread(target=_go_on, args=(terminal.process.pid,), daemon=True).start()
            sent += _send_until_left(terminal, draw, EVENTS - sent)
            if terminal.process.poll() is None:
                terminal.press("\x1b\x1b\x1b")
                terminal.resize(100, 30)
                terminal.kill(15)
                code = terminal.wait_for_exit(20)
                # The last keys may have been on their way to leave it.
                told = f"seed {seed}: {sent} events, code {code}: {_said(host)}"
                assert code in LEFT | {-15}, told
            else:
                left += 1
                code = terminal.wait_for_exit()
                assert code in LEFT, f"seed {seed}: {sent} events, code {code}: {_said(host)}"
            assert terminal.is_as_it_was, f"seed {seed}: {sent} events"
    return left


def _send_until_left(terminal: Terminal, draw: random.Random, most: int) -> int:
    sent = 0
    while sent < most and terminal.process.poll() is None:
        columns, rows = terminal.screen.columns, terminal.screen.lines
        if draw.random() < 0.06:
            terminal.resize(draw.choice([1, 9, 40, 80, 120, 250]), draw.choice([1, 2, 5, 24, 60]))
            sent += 1
        events = [one(draw, columns, rows) for _ in range(draw.choice([1, 1, 2, 5, 12]))]
        terminal.press("".join(events))
        sent += len(events)
        terminal.pump(0.03)
    return sent


def _go_on(process: int) -> None:
    """As `fg` in a shell: the palette offers to suspend, too."""
    with suppress(ChildProcessError):  # it has ended
        while os.waitid(os.P_PID, process, os.WSTOPPED):
            os.kill(process, signal.SIGCONT)


def _said(host: Host) -> str:
    log = host.home / "viewer.log"
    return log.read_text()[-3000:] if log.exists() else ""


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("place", ["view", "attach", "home"])
def test_nothing_that_comes_from_a_terminal_ends_it(
    host: Host, place: str, capsys: pytest.CaptureFixture[str]
):
    program = host.script(MAKE, "make.py")
    made = host.project / "runs" / "one"
    if place == "view":
        subprocess.run([sys.executable, program, made], cwd=host.project, check=True)
    else:
        for _ in range(3):
            host.run("run", "--foreground", "--mirror", "off", program, str(made))
    arguments = {"view": ["view", "runs"], "attach": ["attach"], "home": []}[place]
    seed = {"view": 31253, "attach": 31255, "home": 31254}[place]
    left = attack(host, arguments, seed)
    with capsys.disabled():
        print(f"\n{place}: {EVENTS} events, seed {seed}, left {left} times on the way")


@pytest.mark.parametrize("size", few([(100, 30), (40, 10), (80, 24), (20, 4)], 2), ids=str)
@pytest.mark.parametrize(
    "keys", few(["\x10\x1b[6~", ":\x1b[B\x1b[6~", "\x10\x1b[5~", "\x10\x1b[1;5F"], 2)
)
def test_the_palette_may_be_paged_in_the_burst_that_opens_it(
    host: Host, keys: str, size: tuple[int, int]
):
    (Path(host.project) / "runs").mkdir()
    columns, rows = size
    with host.terminal("view", "runs", columns=columns, rows=rows) as terminal:
        terminal.wait_for(lambda text: text.strip())
        terminal.pump(0.5)
        terminal.press(keys * 2)
        terminal.pump(0.5)
        terminal.press("\x1b")
        terminal.pump(0.3)
        terminal.press("qq")
        assert terminal.wait_for_exit() == 0
        assert terminal.is_as_it_was
