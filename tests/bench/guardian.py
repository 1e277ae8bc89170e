"""What a guardian costs, measured on real ones: `python tests/bench/guardian.py`.

Prints a Markdown table. Times are medians on an otherwise idle machine; the baselines of the
throughput are the same script into a file and into a terminal that a minimal loop in Python
empties.
"""

import os
import resource
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tuimon.console.emulation import ConsoleScreen
from tuimon.console.folding import fold
from tuimon.guardian.client import ControlClient
from tuimon.guardian.descendants import COMPANION_VARIABLE
from tuimon.guardian.launch import start_guardian
from tuimon.hook import hooked
from tuimon.runs.paths import RunPaths, new_run_directory
from tuimon.runs.process import boot_id, machine_id
from tuimon.runs.record import MirrorOptions, RunRecord, read_record, write_record

STARTS = 9
ROUNDS = 5
PYTHONS = 200
LINES = 100_000
SLOW_SECONDS = 20

PRINTER = f"""
import sys, time
line, begin = "x" * 84, time.perf_counter()
for _ in range({LINES}):
    print(line, flush=True)
open(sys.argv[1], "w").write(str(time.perf_counter() - begin))
"""
SLOW_PRINTER = 'import time\nwhile True: print("x" * 84, flush=True); time.sleep(0.01)'


def launch(*command: str) -> RunPaths:
    paths = new_run_directory("bench")
    record = RunRecord(
        id=paths.id,
        name="bench",
        host=socket.gethostname(),
        machine_id=machine_id(),
        boot_id=boot_id(),
        argv=command,
        command=command,
        cwd="/",
        mirror=MirrorOptions(mode="off"),
        started_at=time.time(),
    )
    write_record(paths.run_json, record)
    start_guardian(paths)
    return paths


def record_of(paths: RunPaths) -> RunRecord:
    record = read_record(RunRecord, paths.run_json)
    assert record is not None
    assert record.guardian is not None
    return record


def wait_until_gone(paths: RunPaths) -> None:
    while paths.control_sock.exists():
        time.sleep(0.02)


def launch_time() -> float:
    begin = time.perf_counter()
    paths = launch("true")
    seconds = time.perf_counter() - begin
    wait_until_gone(paths)
    return seconds


def memory_and_load() -> tuple[float, float, float]:
    """RSS of the guardian and PSS of it and its forks, in MB; the share of a core that they take at
    a hundred lines a second."""
    paths = launch(sys.executable, "-S", "-c", SLOW_PRINTER)
    guardian = record_of(paths).guardian
    assert guardian is not None
    found = psutil.Process(guardian.pid)
    time.sleep(2)  # what has just been forked, to execute the recorder, looks like a pump
    ours = [child for child in found.children() if COMPANION_VARIABLE in child.environ()]
    both = [found, *(fork for fork in ours if "tuimon.recorder" not in fork.cmdline())]
    before = sum(map(seconds_of, both))
    time.sleep(SLOW_SECONDS)
    load = (sum(map(seconds_of, both)) - before) / SLOW_SECONDS
    resident = found.memory_info().rss / 1e6
    proportional = sum(process.memory_full_info().pss for process in both) / 1e6
    ControlClient(paths).stop("kill")
    wait_until_gone(paths)
    return resident, proportional, load


def seconds_of(process: psutil.Process) -> float:
    return int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[0]) / 1e9


def printing_under_a_guardian(result: Path) -> None:
    wait_until_gone(launch(sys.executable, "-S", "-c", PRINTER, str(result)))


def printing_to_a_file(result: Path) -> None:
    output = os.open(result.with_suffix(".out"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.waitpid(_spawn(result, output), 0)
    os.close(output)


def printing_to_a_terminal(result: Path) -> None:
    master, slave = os.openpty()
    pid = _spawn(result, slave)
    os.close(slave)
    try:
        while select.select([master], [], []) and os.read(master, 65536):
            pass
    except OSError:
        os.waitpid(pid, 0)
    os.close(master)


def _spawn(result: Path, output: int) -> int:
    command = [sys.executable, "-S", "-c", PRINTER, str(result)]
    actions = [(os.POSIX_SPAWN_DUP2, output, 1)]
    return os.posix_spawn(command[0], command, os.environ, file_actions=actions, setsid=True)


def printing_time(print_lines: Callable[[Path], None]) -> float:
    with tempfile.TemporaryDirectory() as directory:
        result = Path(directory) / "seconds"
        print_lines(result)
        return float(result.read_text())


def add_scalar_costs() -> dict[str, tuple[float, float]]:
    """Microseconds per call, without and with the hook in the training's Python."""
    code = (
        "import sys, tempfile, time, importlib\n"
        "writer = importlib.import_module(sys.argv[1]).SummaryWriter(tempfile.mkdtemp())\n"
        "begin = time.perf_counter()\n"
        "for step in range(20_000): writer.add_scalar('loss', 0.5, step)\n"
        "print((time.perf_counter() - begin) / 20_000 * 1e6)\n"
        "writer.close()"
    )
    found = {}
    for module in ("tensorboardX", "torch.utils.tensorboard"):
        with tempfile.TemporaryDirectory() as reports:
            costs = []
            for environment in (dict(os.environ), hooked(os.environ, Path(reports))):
                command = [sys.executable, "-c", code, module]
                runs = [
                    subprocess.run(command, env=environment, capture_output=True, check=True)
                    for _ in range(3)
                ]
                costs.append(statistics.median(float(run.stdout) for run in runs))
        found[module] = costs[0], costs[1]
    return found


def start_costs() -> tuple[float, float]:
    """Milliseconds of CPU of a Python that does nothing, without and with the hook, in turn."""
    with tempfile.TemporaryDirectory() as reports:
        environments = dict(os.environ), hooked(os.environ, Path(reports))
        pairs = [tuple(map(_start_cost, environments)) for _ in range(PYTHONS)]
    plain, with_hook = (statistics.median(costs) * 1000 for costs in zip(*pairs, strict=True))
    return plain, with_hook


def _start_cost(environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "pass"], env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def megabytes_per_second(work: Callable[[bytes], object], line: bytes) -> float:
    data = line * (1_000_000 // len(line))
    begin = time.perf_counter()
    work(data)
    return len(data) / 1e6 / (time.perf_counter() - begin)


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["TUIMON_HOME"] = home
        starts = [launch_time() * 1000 for _ in range(STARTS)]
        print("| | |\n|---|---|")
        print(f"| launch to ready | {statistics.median(starts):.0f} ms (best {min(starts):.0f}) |")
        resident, proportional, load = memory_and_load()
        print(f"| memory: guardian's RSS | {resident:.1f} MB |")
        print(f"| memory: guardian and pump, shared pages once (PSS) | {proportional:.1f} MB |")
        print(f"| CPU at 100 lines/s | {load:.2%} of a core |")
        ways = {
            "a file": printing_to_a_file,
            "a bare terminal": printing_to_a_terminal,
            "a guardian": printing_under_a_guardian,
        }
        # In turn, so that what else the machine does meets all of them.
        times = [{name: printing_time(way) for name, way in ways.items()} for _ in range(ROUNDS)]
        for name in ways:
            seconds = statistics.median(one[name] for one in times)
            print(f"| {LINES} flushed lines into {name} | {seconds:.2f} s |")
    print(
        "| python -c pass: without the hook; with | {:.1f} ms; {:.1f} ms |".format(*start_costs())
    )
    for writer, (plain_cost, hooked_cost) in add_scalar_costs().items():
        print(f"| add_scalar of {writer}: without the hook; with | ", end="")
        print(f"{plain_cost:.1f} µs; {hooked_cost:.1f} µs |")
    plain, colour = b"x" * 84 + b"\r\n", b"\x1b[32mepoch\x1b[0m " + b"x" * 70 + b"\r\n"
    for name, line in (("plain", plain), ("coloured", colour)):
        screen = megabytes_per_second(ConsoleScreen().feed, line)
        print(f"| {name} lines on the screen; folded | {screen:.1f} MB/s; ", end="")
        print(f"{megabytes_per_second(fold, line):.0f} MB/s |")


if __name__ == "__main__":
    main()
