"""How light and quick the viewer is beside its peers: `python tests/bench/peers.py [PART…]`.

Prints a Markdown table, measured in a pty of 160x50 on an otherwise idle machine. Peers are
measured in the same run when `--peers DIR` names a virtual environment that holds them:

    python3 -m venv DIR && DIR/bin/pip install terminalboard 'plotext<6' wandb

Parts: start, large, live, cursor, append, keys, many, slow; all of them take ten minutes.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

import programs as measure
from programs import Program

from support.event_files import append, scalar, version, write
from support.event_logs import cycle, encode, write_log

TAGS = ["loss", "accuracy", "f1", "lr", "grad_norm", "perplexity", "bleu", "speed"]
"""A chart each."""
PAIRED = ["loss/train", "loss/val", "acc/train", "acc/val"]
"""Two charts."""
STEPS = 500
LARGE = 1_000_000
STARTS = 3
WANDB_WRITER = """
import sys, wandb
run = wandb.init(project="bench", mode="offline", dir=".", settings=wandb.Settings(silent=True))
tags, steps = sys.argv[1].split(","), int(sys.argv[2])
for step in range(steps):
    run.log({tag: 1 / (step + 1) + i for i, tag in enumerate(tags)})
print("written", flush=True)
for line in sys.stdin:
    step += 1
    run.log({tag: 1 / (step + 1) + i for i, tag in enumerate(tags)})
run.finish()
"""


class Bench:
    """The programs, the logs that they show, and the rows of the table."""

    def __init__(self, root: Path, peers: Path | None) -> None:
        self._root = root
        self._env = {
            **os.environ,
            "TUIMON_HOME": str(root / "home"),
            "HOME": str(root),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
        }
        tuimon = str(Path(sys.executable).parent / "tuimon")
        self.tuimon = Program("tuimon", (tuimon, "view", "runs"), ("+", "-"), _loads)
        self.programs = [self.tuimon]
        self._python = None
        if peers is not None:
            self._python = peers.absolute() / "bin" / "python"
            board = str(self._python.parent / "terminalboard")
            leet = (str(self._python.parent / "wandb"), "leet", "run", "latest")
            self.programs += [
                Program("terminalboard", (board, "runs"), ("+", "-")),
                Program("LEET", leet, ("[", "[")),
            ]
        self._step = STEPS
        self._write: Callable[[], None] = lambda: None
        """Makes the log that `_small` has opened longer by a step."""
        print("| 160x50 | " + " | ".join(program.name for program in self.programs) + " |")
        print("|---|" + "---|" * len(self.programs))

    def row(self, title: str, measured: Callable[[Program, Path], str]) -> None:
        """Measure each program over the small log."""
        cells = []
        for program in self.programs:
            with self._small(program) as log:
                cells.append(measured(program, log))
        print(f"| {title} | " + " | ".join(cells) + " |", flush=True)

    def start(self) -> None:
        """First curve of a small log, bytes of the first screen."""

        def curve(program: Program, log: Path) -> str:
            times = [measure.first_curve(program, log, self._env, 15) for _ in range(STARTS)]
            return _seconds([time for time in times if time is not None])

        self.row("first curve of a small log", curve)
        for size in ((80, 24), (200, 50)):
            self.row(
                f"bytes at start-up, {size[0]}x{size[1]}",
                lambda program, log, size=size: _kilobytes(
                    measure.start_bytes(program, log, self._env, size)
                ),
            )

    def large(self) -> None:
        """First curve of a million points, all of them, memory; peers that read event files."""
        log = self._root / "large"
        write_log(log / "runs" / "run", encode(cycle(LARGE)))
        rows: list[list[str]] = [[], [], []]
        for program in self.programs:
            if program.name == "LEET":  # has no reader of event files
                found = ["–"] * 3
            else:
                first = [measure.first_curve(program, log, self._env, 60) for _ in range(3)]
                took, memory = measure.whole(program, log, self._env, 60)
                seconds = [time for time in first if time is not None]
                found = [_seconds(seconds), f"{took:.1f} s", f"{memory / 1e6:.0f} MB"]
            for row, cell in zip(rows, found, strict=True):
                row.append(cell)
        titles = ("first curve of 1 M points", "all of them", "memory with 1 M points")
        for title, row in zip(titles, rows, strict=True):
            print(f"| {title} | " + " | ".join(row) + " |", flush=True)

    def live(self) -> None:
        """Bytes and CPU while 8 tags get 2 points a second each, and idle."""
        for title, seconds, write_step in (
            ("8 charts, 2 points/s each: to the terminal; CPU", 20.0, lambda _: self._write()),
            ("idle: to the terminal; CPU", 20.0, lambda _: None),
        ):

            def loaded(program: Program, log: Path, seconds=seconds, write_step=write_step) -> str:
                rate, cpu = measure.load(program, log, self._env, seconds, write_step)
                return f"{rate / 1000:.2f} KB/s; {cpu:.1%}"

            self.row(title, loaded)

    def cursor(self) -> None:
        """The same live load with a cursor in all charts, and what moving it takes; no peer's."""
        with self._small(self.tuimon) as log:
            rate, cpu = measure.load(
                self.tuimon, log, self._env, 20.0, lambda _: self._write(), keys="c"
            )
        print(f"| with a cursor in 8 charts | {rate / 1000:.2f} KB/s; {cpu:.1%} |", flush=True)
        with self._small(self.tuimon) as log:
            times, size = measure.cursor_moves(self.tuimon, log, self._env, 40)
        print(f"| moving it: p95; to the terminal | {_p95(times)}; {_kilobytes(round(size))} |")

    def append(self) -> None:
        """How soon an appended step is on the screen."""

        def appended(program: Program, log: Path) -> str:
            if program.name == "LEET":  # its clock and system metrics always send something
                return "–"
            times = measure.append_to_screen(
                program,
                log,
                self._env,
                60 if program is self.tuimon else 15,
                lambda: self._write(),
            )
            return f"{statistics.median(times):.2f} s; {measure.percentile(times, 0.99):.2f} s"

        self.row("append to screen: median; p99", appended)

    def keys(self) -> None:
        """Key to first byte: loaded, and while a million points load."""
        self.row(
            "key to first byte: p95",
            lambda program, log: _p95(measure.key_times(program, log, self._env, 40)),
        )
        log = self._root / "loading"
        write_log(log / "runs" / "run", encode(cycle(10 * LARGE)))
        times = measure.key_times(self.tuimon, log, self._env, 40, loading=True)
        print(f"| same, while 10 M points load | {_p95(times)} |", flush=True)

    def many(self) -> None:
        """Key to first byte with 300 tags in 50 runs, and with 100 curves in a chart."""
        log = self._root / "many"
        for run in range(50):
            records = [
                scalar(f"layer{tag // 10}/metric{tag % 10}", step, 1 / (step + tag + run + 1))
                for step in range(60)
                for tag in range(300)
            ]
            write(log / "runs" / f"run{run:02}", [version(), *records])
        times = measure.key_times(self.tuimon, log, self._env, 40)
        print(f"| key to first byte with 300 tags in 50 runs: p95 | {_p95(times)} |", flush=True)
        log = self._root / "overlaid"
        for run in range(50):
            records = [
                scalar(tag, step, 1 / (step + 1) + run / 50 + index)
                for step in range(300)
                for index, tag in enumerate(PAIRED)
            ]
            write(log / "runs" / f"run{run:02}", [version(), *records])
        times = measure.key_times(self.tuimon, log, self._env, 40)
        print(f"| same with 100 curves in each of 2 charts | {_p95(times)} |", flush=True)

    def slow(self) -> None:
        """Leaving behind a link of 5 KB/s."""
        self.row(
            "quit on a 5 KB/s link after 45 s of live updates",
            lambda program, log: _took(
                measure.leave_slowly(program, log, self._env, 45, lambda _: self._write())
            ),
        )

    @contextmanager
    def _small(self, program: Program) -> Iterator[Path]:
        """A working directory with a log of 8 tags that `self._write` makes longer."""
        log = Path(tempfile.mkdtemp(dir=self._root))
        if program.name != "LEET":
            records = [record for step in range(STEPS) for record in _a_step(step)]
            file = write(log / "runs", [version(), *records])
            self._write = lambda: self._grow(file)
            yield log
            return
        command = [str(self._python), "-c", WANDB_WRITER, ",".join(TAGS), str(STEPS)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, cwd=log, env=self._env, stdin=pipe, stdout=pipe) as writer:
            assert writer.stdin is not None
            assert writer.stdout is not None
            while writer.stdout.readline().strip() != b"written":
                pass
            [file] = log.rglob("run-*.wandb")
            (log / "latest").symlink_to(file)
            stdin = writer.stdin

            def log_step() -> None:
                stdin.write(b"\n")
                stdin.flush()

            self._write = log_step
            yield log

    def _grow(self, file: Path) -> None:
        self._step += 1
        append(file, *_a_step(self._step))


def _a_step(step: int) -> list[bytes]:
    return [scalar(tag, step, 1 / (step + 1) + index) for index, tag in enumerate(TAGS)]


def _loads(text: str) -> bool:
    # The header says so; a legend is only there where a chart has several curves.
    return "loading" in text


def _seconds(times: list[float]) -> str:
    return f"{statistics.median(times):.2f} s" if times else "never"


def _took(seconds: float) -> str:
    return "> 60 s" if seconds >= 60 else f"{seconds:.1f} s"


def _kilobytes(count: int | None) -> str:
    return "–" if count is None else f"{count / 1000:.1f} KB"


def _p95(times: list[float]) -> str:
    return f"{measure.percentile(times, 0.95) * 1000:.0f} ms" if len(times) > 5 else "–"


def main() -> None:
    parts = ("start", "large", "live", "cursor", "append", "keys", "many", "slow")
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(parts))
    parser.add_argument("--peers", type=Path, metavar="DIR")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(Path(directory), options.peers)
        for part in options.parts or parts:
            getattr(bench, part)()


if __name__ == "__main__":
    main()
