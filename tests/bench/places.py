"""Logs on another machine, at 50 ms a round trip: how long until they are on the screen.

    python tests/bench/places.py

The machine is a real sshd on the loopback interface behind a link that delays 25 ms each way; the
viewer runs in a real terminal. Needs sshd.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.event_files import NAME, scalar
from support.event_logs import cycle, encode
from support.host import TUIMON
from support.remote_host import RemoteHost, remote_host
from support.terminal import Terminal

RUNS, BYTES = 200, 11_000_000
WAY = 0.025
"""Seconds."""
TRIES = 3


def make(runs: Path) -> None:
    """Runs of several tags that were written an hour ago, but for the last ten."""
    size = len(b"".join(encode(cycle(1000)))) / 1000
    data = b"".join(encode(cycle(int(BYTES / RUNS / size))))
    for number in range(RUNS):
        (runs / f"run{number:03}").mkdir(parents=True)
        copy = runs / f"run{number:03}" / NAME
        copy.write_bytes(data)
        if number < RUNS - 10:
            os.utime(copy, (time.time() - 3600,) * 2)


def view(box: RemoteHost, home: Path, place: str) -> Terminal:
    env = {**os.environ, **box.env, "TUIMON_HOME": str(home), "TERM": "xterm-256color"}
    return Terminal([TUIMON, "view", place], cwd=home, env=env)


def waited(terminal: Terminal, words: str, began: float) -> float:
    terminal.wait_for(words, 60)
    return time.monotonic() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        runs, state = home / "there" / "runs", home / "state"
        state.mkdir()
        runs.mkdir(parents=True)
        make(runs)
        ssh = home / "ssh"
        ssh.mkdir()
        with remote_host(ssh) as box:
            box.link.delay = WAY
            there = f"box:{runs}"
            print(f"as a directory here: {best(box, state, str(runs))}")
            print(f"there, nothing copied: {best(box, state, there, anew=True)}")
            print(f"there, copied before: {best(box, state, there)}")
            with view(box, state, there) as terminal:
                terminal.wait_for(f"{RUNS} runs", 60)
                print(quick(terminal, runs, box))


def best(box: RemoteHost, home: Path, place: str, *, anew: bool = False) -> str:
    """Of some tries, since other processes share the processor."""
    found = []
    for _ in range(TRIES):
        if anew:
            shutil.rmtree(box.env["XDG_CACHE_HOME"], ignore_errors=True)
        began, before = time.monotonic(), box.link.carried
        with view(box, home, place) as terminal:
            first = waited(terminal, "━ run", began)
            found.append((first, waited(terminal, f"{RUNS} runs", began)))
            terminal.press("q")
            terminal.wait_for_exit()
        carried = (box.link.carried - before) / 1e6
    firsts, wholes = zip(*found, strict=True)
    return f"first curves {min(firsts):.2f} s, all {min(wholes):.2f} s, {carried:.1f} MB"


def quick(terminal: Terminal, runs: Path, box: RemoteHost) -> str:
    """What is appended, idles, and how it is left while the link is dead."""
    waits = []
    for number in range(TRIES):
        step = int(time.time())
        with (runs / f"run{RUNS - 1 - number}" / NAME).open("ab") as file:
            file.write(scalar("loss", step, 0.5))
        waits.append(waited(terminal, f"step {step}", time.monotonic()))
        terminal.pump(0.3 * number)
    terminal.pump(5)
    before, began = box.link.carried, time.monotonic()
    terminal.pump(10)
    idle = (box.link.carried - before) / (time.monotonic() - began) / 1000
    box.link.hangs = True
    terminal.pump(2)
    began = time.monotonic()
    terminal.press("q")
    terminal.wait_for_exit()
    left = time.monotonic() - began
    box.link.cut()
    box.link.hangs = False
    return (
        f"append to screen {statistics.median(waits):.2f} s (at most {max(waits):.2f}), "
        f"idle {idle:.1f} KB/s, left with a dead link in {left:.2f} s"
    )


if __name__ == "__main__":
    main()
