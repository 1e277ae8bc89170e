"""How quick and how light the viewer is, measured in a pty: `python tests/bench/viewer.py`.

Prints a Markdown table. Times are medians of several starts on an otherwise idle machine.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

import psutil
from programs import Meter, percentile

from support.event_files import append, scalar, version, write
from support.event_logs import cycle, encode, write_log
from support.terminal import Terminal

TUIMON = str(Path(sys.executable).parent / "tuimon")
STARTS = 7
TAGS = [f"{name}/{split}" for name in ("loss", "acc", "f1", "lr") for split in ("train", "val")]
LIVE_SECONDS = 12
HUGE_POINTS = 10_000_000
PRESSES: list[tuple[str, Callable[[str], object]]] = [
    ("?", lambda text: "Esc closes" in text),
    ("q", lambda text: "Esc closes" not in text),
    ("1", lambda text: "tags 10" not in text),
    ("1", lambda text: "tags 10" in text),
    ("+", lambda text: text.count("smoothing 0.") == text.count("smoothing 0.8")),
    ("-", lambda text: text.count("smoothing 0.") == text.count("smoothing 0.6")),
    ("y", lambda text: text.count("smoothing 0.") == text.count("log y  smoothing 0.")),
    ("y", lambda text: "log y  smoothing" not in text),
    ("x", lambda text: text.count("└") == len(re.findall(r" 0 +\+\d+[mhd]", text))),
    ("x", lambda text: not re.search(r" \+\d+[mhd]", text)),
    ("x", lambda text: text.count("└") == len(re.findall(r" 0 +[\d.]+[kM] ", text))),
]
"""Keys, and what the screen shows once it has obeyed in all charts."""


def environment(home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "TUIMON_HOME": str(home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
    }


def milliseconds(measure: Callable[[], float]) -> str:
    return f"{statistics.median(measure() for _ in range(STARTS)) * 1000:.0f} ms"


def a_step(step: int) -> list[bytes]:
    return [scalar(tag, step, 1 / (step + 1) + index) for index, tag in enumerate(TAGS)]


def help_time(env: dict[str, str]) -> float:
    begin = time.perf_counter()
    subprocess.run([TUIMON, "--help"], env=env, capture_output=True, check=True)
    return time.perf_counter() - begin


def time_to(wanted: str, command: list[str], cwd: Path, env: dict[str, str]) -> float:
    """Seconds from the start of a command until its screen shows a text."""
    with Terminal([TUIMON, *command], cwd=cwd, env=env) as terminal:
        terminal.wait_for(wanted)
        return time.monotonic() - terminal.started


def live(cwd: Path, env: dict[str, str], file: Path | None) -> tuple[float, float]:
    """Bytes a second to the terminal and share of a core, while `file` grows by 2 steps/s."""
    with Terminal([TUIMON, "view", "runs"], cwd=cwd, env=env, columns=160, rows=50) as terminal:
        terminal.wait_for("━ val")
        terminal.pump(3)
        stop = threading.Event()
        writer = threading.Thread(target=write_steps, args=(file, stop))
        writer.start()
        process = psutil.Process(terminal.process.pid)
        begin, received, cpu = time.monotonic(), len(terminal.received), process.cpu_times()
        while time.monotonic() - begin < LIVE_SECONDS:
            terminal.pump(0.2)
        seconds = time.monotonic() - begin
        used = sum(process.cpu_times()[:2]) - sum(cpu[:2])
        stop.set()
        writer.join()
        return (len(terminal.received) - received) / seconds, used / seconds


def huge(cwd: Path, env: dict[str, str]) -> None:
    """Print how keys fare, and what it costs, while the viewer loads ten million points."""
    firsts: list[float] = []
    times: dict[bool, list[float]] = {True: [], False: []}
    while len(firsts) < STARTS:
        with Meter([TUIMON, "view", "huge"], cwd=cwd, env=env) as terminal:
            terminal.run(20, lambda data: b"smoothing" in data)
            firsts.append(time.monotonic() - terminal.started)
            loading = "loading" in terminal.screenful()
            while loading or len(times[False]) < len(firsts) * len(PRESSES):
                for keys, holds in PRESSES:
                    times[loading].append(terminal.to_frame(keys, holds))
                    loading = "loading" in terminal.text
            memory = psutil.Process(terminal.process.pid).memory_info().rss
    print(f"| first curves | {statistics.median(firsts) * 1000:.0f} ms |")
    for loading, taken in times.items():
        when = "while it loads" if loading else "afterwards"
        middle, p95 = statistics.median(taken) * 1000, percentile(taken, 0.95) * 1000
        title = f"key to all charts redrawn, {when}: median; p95; worst"
        print(f"| {title} | {middle:.0f} ms; {p95:.0f} ms; {max(taken) * 1000:.0f} ms |")
    print(f"| memory | {memory / 1e6:.0f} MB |")


def write_steps(file: Path | None, stop: threading.Event) -> None:
    step = 500
    while file is not None and not stop.wait(0.5):
        append(file, *a_step(step))
        step += 1


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        home, project = Path(directory) / "home", Path(directory) / "project"
        env = environment(home)
        (project / "runs").mkdir(parents=True)
        records = [version(), *(record for step in range(500) for record in a_step(step))]
        file = write(project / "runs", records)
        script = project / "done.py"
        script.write_text("print('done')")
        launched = [TUIMON, "run", "--foreground", "--mirror", "off", "--logdir", "runs", script]
        subprocess.run(launched, cwd=project, env=env, check=True, capture_output=True)

        print("| what | measured |\n|---|---|")
        print(f"| `tuimon --help` | {milliseconds(lambda: help_time(env))} |")
        frame = milliseconds(lambda: time_to("q leave", ["attach"], project, env))
        print(f"| `tuimon attach`: first frame | {frame} |")
        curve = milliseconds(lambda: time_to("━ val", ["attach"], project, env))
        print(f"| `tuimon attach`: first curves (4,000 points) | {curve} |")
        rate, cpu = live(project, env, file)
        print(f"| 8 live tags, 2 points/s each, 160x50: to the terminal | {rate / 1000:.1f} KB/s |")
        print(f"| same: CPU | {cpu:.1%} of a core |")
        rate, cpu = live(project, env, None)
        print(f"| idle: to the terminal; CPU | {rate:.0f} bytes/s; {cpu:.1%} of a core |")

        write_log(project / "huge" / "run", encode(cycle(HUGE_POINTS)))
        print("\n| a log of 10 million points, 120x40 | measured |\n|---|---|")
        huge(project, env)


if __name__ == "__main__":
    main()
