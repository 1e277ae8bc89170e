"""What is left of a training when the SSH connection drops: `python tests/bench/survival.py`.

Starts a real sshd on loopback, launches a training over it in each of the usual ways, kills the
client with SIGKILL, and looks what became of it. Prints a Markdown table. Needs sshd and tmux.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from support.host import TUIMON
from support.sshd import SshServer, ssh_server

LINES = 60
EXIT_CODE = 7
TRAINING = f"""
import os, signal, sys, time
open("pid", "w").write(str(os.getpid()))
if sys.argv[1:] == ["like-torchrun"]:
    for number in (1, 2, 15):
        signal.signal(number, lambda number, frame: os._exit(99))
from tensorboardX import SummaryWriter
writer = SummaryWriter("runs")
for number in range({LINES}):
    writer.add_scalar("loss", 1 / (number + 1), number)
    print("line", number, flush=True)
    time.sleep(0.1)
writer.close()
open("done", "w").close()
sys.exit({EXIT_CODE})
"""
COLUMNS = (
    "launched over SSH as",
    "connection drops",
    "same, script with a SIGHUP handler",
    "exit code",
    "output",
    "curves",
    "W&B run",
)
SERVER = "survival"


@dataclass(frozen=True)
class Way:
    """A way to launch a training, and how one asks afterwards what it did."""

    name: str
    command: str
    """{} stands for `python train.py`."""
    exit_code: Callable[[Path], str | None] = lambda _project: None
    output: Callable[[Path], str] = lambda _project: ""
    points: Callable[[Path], tuple[int, int]] = lambda _project: (0, 0)
    """Points that can be looked at as curves here; that are in a W&B run."""


def file_of(name: str) -> Callable[[Path], str]:
    return lambda project: (project / name).read_text() if (project / name).exists() else ""


def of_tmux(_project: Path) -> str:
    command = ["tmux", "-L", SERVER, "capture-pane", "-p", "-S", "-"]
    return subprocess.run(command, capture_output=True, text=True).stdout


def tuimon(*args: str) -> str:
    return subprocess.run([TUIMON, *args], capture_output=True, text=True, check=False).stdout


def newest() -> dict[str, object]:
    found: dict[str, object] = json.loads(tuimon("ls", "--json"))[0]
    return found


def points_of_tuimon(_project: Path) -> tuple[int, int]:
    shown = json.loads(tuimon("show", "--json"))
    mirror = newest()["mirror"]
    assert isinstance(mirror, dict)
    counts = [tag["count"] for tags in shown["runs"].values() for tag in tags.values()]
    return sum(counts), int(mirror["points"])


WAYS = (
    Way("`python train.py`", "{}"),
    Way("`python train.py &`", "{} &"),
    Way("`… & disown`", "{} & disown"),
    Way("`nohup … &`", "nohup {} > nohup.out 2>&1 &", output=file_of("nohup.out")),
    Way("`setsid …`", "setsid {}"),
    Way("`tmux`", f"tmux -L {SERVER} -f /dev/null new-session '{{}}'", output=of_tmux),
    Way(
        "`tuimon run`",
        "tuimon run {}",
        exit_code=lambda _project: str(newest()["exit_code"]),
        output=lambda _project: tuimon("logs"),
        points=points_of_tuimon,
    ),
)


def drop(way: Way, server: SshServer, project: Path, arguments: str) -> bool:
    """Launch, cut the connection, wait for the end; whether the training came to its own."""
    (project / "train.py").write_text(TRAINING)
    names = ("PATH", "LANG", "TERM", "TUIMON_HOME", "HOME")
    env = {name: os.environ[name] for name in names if name in os.environ}
    with server.client(env, project) as terminal:
        script = "train.py" if way.command.startswith("tuimon ") else "python train.py"
        terminal.press(way.command.format(f"{script} {arguments}".strip()) + "\r")
        logged = project / "runs"
        deadline = time.monotonic() + 30
        while not list(logged.glob("*tfevents*")):
            terminal.pump(0.1)
            assert time.monotonic() < deadline, terminal.text
        terminal.pump(1)
        terminal.kill()
        terminal.close()
    while is_running(project):
        time.sleep(0.1)
    time.sleep(1)
    return (project / "done").exists()


def is_running(project: Path) -> bool:
    try:
        command = Path(f"/proc/{(project / 'pid').read_text()}/cmdline").read_bytes()
    except FileNotFoundError:
        return False
    return b"train.py" in command


def wait_for_mirror() -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        mirror = newest()["mirror"]
        if isinstance(mirror, dict) and mirror["state"] == "finished":
            return
        time.sleep(0.5)


def row(way: Way, server: SshServer, directory: Path) -> str:
    cells = [way.name]
    for arguments in ("", "like-torchrun"):
        project = directory / (arguments or "plain")
        project.mkdir()
        cells.append("goes on" if drop(way, server, project, arguments) else "**dead**")
    if way.command.startswith("tuimon "):
        wait_for_mirror()
    plain = directory / ("like-torchrun" if way.command.startswith("tuimon ") else "plain")
    code = way.exit_code(plain)
    cells.append("kept" if code == str(EXIT_CODE) else "no")
    lines = way.output(plain).count("line ")
    cells.append("all kept" if lines == LINES else f"{lines} of {LINES} lines" if lines else "no")
    curves, mirrored = way.points(plain)
    cells.append("all points" if curves == LINES else "by other tools" if not curves else "some")
    cells.append("all points" if mirrored == LINES else "no" if not mirrored else f"{mirrored}")
    return f"| {' | '.join(cells)} |"


def main(ways: Sequence[Way] = WAYS) -> None:
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as directory:
        os.environ["TUIMON_HOME"] = f"{directory}/home"
        for name in [name for name in os.environ if name.startswith("WANDB_")]:
            del os.environ[name]
        os.environ["NETRC"] = f"{directory}/netrc"
        (keys := Path(directory) / "sshd").mkdir()
        print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
        with ssh_server(keys) as server:
            for index, way in enumerate(ways):
                (place := Path(directory) / str(index)).mkdir()
                print(row(way, server, place), flush=True)
        subprocess.run(["tmux", "-L", SERVER, "kill-server"], capture_output=True)


if __name__ == "__main__":
    main()
