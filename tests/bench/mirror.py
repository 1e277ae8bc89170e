"""How fast the mirror is and what it costs a training: `python tests/bench/mirror.py`.

Prints a Markdown table. The rivals are wandb alone, logging the same rows, and a training that lets
wandb follow its event files (`sync_tensorboard=True`); `wandb sync` and `tuimon sync` upload the
same offline run to a server on the loopback interface. (`wandb sync` of event files is gone since
wandb 0.30.)
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

sys.path[:0] = [str(Path(__file__).parents[1])]

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from support.mirror_runs import MirrorUnderTest, end_run, new_run, offline_files
from support.wandb_history import history_rows
from support.wandb_server import KEY, wandb_server
from tuimon.mirror.offline_file import OfflineFile, last_step
from tuimon.runs.paths import RunPaths

TAGS = 10
STEPS = 30_000
MEMORY_STEPS = 200_000
EARLY = 300_000
LIVE_SECONDS = 20
ROUNDS = 5
UPLOADED_STEPS = 5_000

RIVAL = f"""
import time, wandb
run = wandb.init(mode="offline", settings=wandb.Settings(console="off", silent=True))
begin = time.perf_counter()
for step in range({STEPS}):
    run.log({{f"tag{{n}}": step / 3 for n in range({TAGS})}}, step=step, commit=True)
run.finish()
print({STEPS * TAGS} / (time.perf_counter() - begin))
"""

TRAINING = """
import os, sys, time
import numpy as np
if sys.argv[1] == "wandb":
    import wandb
    wandb.init(
        mode="offline", sync_tensorboard=True, dir=sys.argv[2],
        settings=wandb.Settings(console="off", silent=True),
    )
from torch.utils.tensorboard import SummaryWriter
weights = np.random.default_rng(0).normal(size=(192, 192))
with SummaryWriter(sys.argv[2]) as writer:
    begin, cpu = time.perf_counter(), time.process_time()
    for step in range(2500):
        for _ in range(12):
            weights = np.tanh(weights @ weights.T / 192)
        for name in "abcd":
            writer.add_scalar(name, float(weights[0, 0]), step)
    print(time.perf_counter() - begin, time.process_time() - cpu)
"""


def write(logdir: Path, steps: range, pause: float = 0.0) -> None:
    writer = EventFileWriter(str(logdir), flush_secs=1)
    for step in steps:
        values = [Summary.Value(tag=f"tag{n}", simple_value=step / 3) for n in range(TAGS)]
        for value in values:
            writer.add_event(
                Event(wall_time=time.time(), step=step, summary=Summary(value=[value]))
            )
        if pause:
            writer.flush()
            time.sleep(pause)
    writer.close()


def sustained(directory: Path) -> float:
    """Points a second from the first row on."""
    write(directory / "logs", range(STEPS))
    paths = new_run(directory, directory / "logs")
    end_run(paths)
    with MirrorUnderTest(paths) as mirror:
        mirror.wait_until(lambda record: record.state == "offline")
        begin = time.perf_counter()
        assert mirror.finish() == 0
        seconds = time.perf_counter() - begin
    assert mirror.record.points == STEPS * TAGS
    return STEPS * TAGS / seconds


def memory(directory: Path) -> list[tuple[float, ...]]:
    """Memory in MB of the mirror and of wandb-core: after `EARLY` points, after nine tenths of
    `MEMORY_STEPS * TAGS`, and the most from then to the end."""
    writer = EventFileWriter(str(directory / "much"))
    for step in range(MEMORY_STEPS):
        values = [Summary.Value(tag=f"tag{n}", simple_value=step / 3) for n in range(TAGS)]
        writer.add_event(Event(wall_time=time.time(), step=step, summary=Summary(value=values)))
    writer.close()
    paths = new_run(directory, directory / "much")
    end_run(paths)
    points = MEMORY_STEPS * TAGS
    with MirrorUnderTest(paths) as mirror:
        mirror.wait_until(lambda record: record.points > EARLY)
        early = _memory(mirror)
        mirror.wait_until(lambda record: record.points > 0.9 * points, 300)
        late = most = _memory(mirror)
        while mirror.process.poll() is None:
            with suppress(psutil.Error, ValueError):
                most = tuple(map(max, most, _memory(mirror)))
            time.sleep(0.05)
    assert mirror.record.points == points
    return [early, late, most]


def _memory(mirror: MirrorUnderTest) -> tuple[float, ...]:
    top = psutil.Process(mirror.process.pid)
    (core,) = top.children()
    return tuple(process.memory_info().rss / 1e6 for process in (top, core))


def alone() -> float:
    """Points a second of wandb alone."""
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run(
            [sys.executable, "-c", RIVAL], cwd=directory, capture_output=True, text=True, check=True
        )
        return float(done.stdout.split()[-1])


def lag(directory: Path) -> tuple[float, float]:
    """Median and longest time from a step in the event file to its row in W&B's, at 1 k points/s;
    and how much memory the mirror gains meanwhile, in MB."""
    paths = new_run(directory, directory / "live")
    with MirrorUnderTest(paths) as mirror:
        code = (
            "import sys; from pathlib import Path; sys.path[:0] = sys.argv[2:];"
            "from mirror import write;"
            f"write(Path(sys.argv[1]), range({LIVE_SECONDS * 100}), 0.0095)"
        )
        places = [str(Path(__file__).parent), sys.path[0]]
        writer = subprocess.Popen(
            [sys.executable, "-c", code, str(directory / "live"), *places], start_new_session=True
        )
        mirror.wait_until(lambda record: record.points > 0)
        (path,) = offline_files(paths)
        began, lags = time.time(), []
        while writer.poll() is None:
            time.sleep(0.1)
            newest = last_step(path)
            if newest is not None and time.time() - began > 3:
                lags.append(time.time() - _written_at(path))
        end_run(paths)
        assert mirror.finish() == 0
    return statistics.median(lags), max(lags)


def _written_at(path: Path) -> float:
    """When the newest step in W&B's file was written by the training."""
    *_, row = history_rows(OfflineFile(path))
    return float(row.values["_timestamp"])


def training(directory: Path, kind: str) -> tuple[float, float]:
    """Seconds, and seconds of CPU, that a training takes: plain, mirrored, or with wandb in it."""
    logdir = directory / f"{kind}-{time.time_ns()}"
    command = [sys.executable, "-c", TRAINING, kind, str(logdir)]
    environ = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    if kind != "mirror":
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
        wall, cpu = map(float, done.stdout.split())
        return wall, cpu
    paths = new_run(directory, logdir)
    with MirrorUnderTest(paths) as mirror:
        mirror.wait_until(lambda record: "waiting" in (record.detail or ""))
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
        end_run(paths)
        assert mirror.finish() == 0
    wall, cpu = map(float, done.stdout.split())
    return wall, cpu


def uploads(directory: Path) -> list[tuple[float, float]]:
    """Seconds, and seconds of CPU, of `wandb sync` and of `tuimon sync` for the same offline run.

    Medians of rounds in turn; the latter's mirror and wandb-core are counted, too.
    """
    began = time.time() - 30
    write(directory / "up", range(UPLOADED_STEPS))
    costs: dict[str, list[tuple[float, float]]] = {"wandb": [], "tuimon": []}
    for tool in [*costs] * ROUNDS:
        paths = new_run(directory, directory / "up", started_at=began)
        _resume_never(paths)
        end_run(paths)
        with MirrorUnderTest(paths) as mirror:
            assert mirror.finish() == 0
        with wandb_server() as server:
            what = [str(offline_files(paths)[0].parent)] if tool == "wandb" else [paths.id]
            begin, cpu = time.perf_counter(), _cpu_of_children()
            subprocess.run(
                [sys.executable, "-m", tool, "sync", *what],
                env=os.environ | {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
            )
            costs[tool].append((time.perf_counter() - begin, _cpu_of_children() - cpu))
            (run,) = server.runs.values()
            assert sum("tag0" in row for row in run.history) == UPLOADED_STEPS
    columns = [zip(*found, strict=True) for found in costs.values()]
    return [(statistics.median(wall), statistics.median(cpu)) for wall, cpu in columns]


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resume_never(paths: RunPaths) -> None:
    from tuimon.runs.record import RunRecord, read_record, write_record

    record = read_record(RunRecord, paths.run_json)
    assert record is not None
    options = record.mirror._replace(resume="never")
    write_record(paths.run_json, record._replace(mirror=options))


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"TUIMON_HOME": home, "WANDB_ERROR_REPORTING": "false"}
        directory = Path(home)
        print("| mirror | measured |\n|---|---|")
        speed = sustained(directory)
        print(
            f"| {STEPS * TAGS:,} points, {TAGS} a step, offline | {speed / 1000:.0f} k points/s |"
        )
        print(f"| wandb alone, the same rows | {alone() / 1000:.0f} k points/s |")
        mirror, core = (
            ", ".join(f"{one:.0f}" for one in kind) for kind in zip(*memory(directory), strict=True)
        )
        early, late = EARLY / 1e6, 0.9 * MEMORY_STEPS * TAGS / 1e6
        print(
            f"| memory after {early:.1f} M points, after {late:.1f} M, and the most until the end: "
            f"mirror; wandb-core | {mirror} MB; {core} MB |"
        )
        median, longest = lag(directory)
        print(f"| 1 k points/s, to W&B's file: median; longest | {median:.1f} s; {longest:.1f} s |")
        told = "; ".join(f"{wall:.1f} s, {cpu:.1f} s" for wall, cpu in uploads(directory))
        print(
            f"| upload of {UPLOADED_STEPS * TAGS:,} points: wandb sync, its CPU; tuimon sync "
            f"| {told} |"
        )
        times: dict[str, list[tuple[float, float]]] = {"plain": [], "mirror": [], "wandb": []}
        for _ in range(ROUNDS):
            for kind, found in times.items():
                found.append(training(directory, kind))
        plain = min(times["plain"])
        for kind, name in (("mirror", "mirrored"), ("wandb", "with sync_tensorboard=True")):
            wall, cpu = (
                min(one[n] for one in times[kind]) / min(one[n] for one in times["plain"]) - 1
                for n in (0, 1)
            )
            print(f"| training {name}: time; its CPU time | {wall:+.1%}; {cpu:+.1%} |")
        print(f"| (plain: {plain[0]:.1f} s) | best of {ROUNDS} |")


if __name__ == "__main__":
    main()
