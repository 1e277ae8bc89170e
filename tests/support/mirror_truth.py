"""What a training had, by its own word and TensorBoard's reader, beside what W&B has of it."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader

from support.event_files import frame
from support.wandb_server import ServedRun
from tuimon.mirror.offline_file import OfflineFile

TRAINING = '''
"""Trains so many steps; tells in files below TOLD what it did."""
import argparse, json, os, time
began = time.time()
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--steps", type=int, default=100)
parser.add_argument("--pause", type=float, default=0.05)
parser.add_argument("--runs", default="runs")
parser.add_argument("--trials", type=int, default=1)
parser.add_argument("--images", type=int, default=3)
parser.add_argument("--scalars", action="store_true")
parser.add_argument("--first", type=int, default=0)
parser.add_argument("--wandb", action="store_true")
args = parser.parse_args()
if args.wandb:
    import wandb
    wandb.init(sync_tensorboard=True, config={"lr": args.lr}, project="truth")
    began = time.time()
import numpy as np, torch
from torch.utils.tensorboard import SummaryWriter
rank = os.environ.get("RANK")
runs = args.runs if rank is None else f"{args.runs}/rank{rank}"
place = f"{os.environ['TOLD']}/{began}"
printed = open(f"{place}.lines", "w")
def say(**ended):
    with open(f"{place}.json", "w") as file:
        json.dump(dict(began=began, pid=os.getpid(), rates=rates, **ended), file)
def tell(line):
    print(line, file=printed, flush=True)
    print(line, flush=True)
def train(directory, lr):
    with SummaryWriter(directory) as writer:
        for step in range(args.first, args.first + args.steps):
            writer.add_scalar("loss", lr / (step + 1), step)
            writer.add_scalar("odd", float("nan") if step % 10 == 7 else step / 3, step)
            if step % 10 == 0:
                writer.add_scalar("acc/val", 1 - lr / (step + 1), step)
            if step % 10 == 0 and not args.scalars:
                writer.add_histogram("weights", np.arange(step + 2), step)
                writer.add_text("note", f"step {step}", step)
                writer.add_pr_curve("pr", np.array([0, 1, 1]), np.array([0.2, 0.7, 0.9]), step)
            for image in range(args.images if step % 10 == 0 else 0):
                chosen = np.random.default_rng(step + image)
                writer.add_image(f"image/{image}", chosen.random((3, 16, 16)), step)
            tell(f"step {step} of lr {lr}")
            time.sleep(args.pause)
        if not args.scalars:
            writer.add_audio("voice", torch.zeros(1, 400), 0, sample_rate=8000)
        writer.add_hparams({"lr": lr, "depth": 3}, {"hparam/acc": 1 - lr}, run_name=".")
rates = [args.lr / 10 ** trial for trial in range(args.trials)]
say()
for trial, lr in enumerate(rates):
    train(runs if args.trials == 1 else f"{runs}/trial{trial}", lr)
say(ended=time.time())
if args.wandb:
    wandb.finish(3)
os._exit(3)  # torch takes its time to end
'''
OWN = '''
"""Logs to W&B itself; tells in a file below TOLD what."""
import argparse, json, os, time
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
args = parser.parse_args()
import wandb
run = wandb.init(config={"lr": args.lr, "depth": 3}, project="truth")
began = time.time()
logged = []
place = f"{os.environ['TOLD']}/{began}"
printed = open(f"{place}.lines", "w")
for step in range(60):
    row = {"loss": args.lr / (step + 1), "odd": float("nan") if step % 10 == 7 else step / 3}
    logged += [(key, step, value, time.time()) for key, value in row.items()]
    wandb.log(row)
    print(f"step {step} of lr {args.lr}", flush=True)
    print(f"step {step} of lr {args.lr}", file=printed, flush=True)
    time.sleep(0.1)
with open(f"{place}.json", "w") as file:
    json.dump(dict(began=began, ended=time.time(), logged=logged, rates=[args.lr]), file)
wandb.finish(3)
os._exit(3)
'''
EXIT_CODE = 3
SECONDS_OF_A_LAUNCH = 1.5
"""That the beginning and the end of a launch may lie beside those that its script tells."""

LATE = 10.0
"""Seconds that wandb goes on measuring until its run is closed."""

SECONDS_OF_A_ROW = 0.5
"""Over which the points of a step may be spread: a row has the time of the last one."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z? ?")


class Point(NamedTuple):
    """One value that is no media."""

    key: str
    step: int
    value: str
    """In single precision, as text: NaN is NaN, whichever digits name a value."""

    @classmethod
    def of(cls, key: str, step: int, value: Any) -> "Point":
        """One whose value is a number, or W&B's word for it."""
        try:
            number = float(value)
        except (TypeError, ValueError):
            return cls(key, step, repr(value))
        known = math.isfinite(number)
        return cls(key, step, repr(np.float32(number).item() if known else number))


class Launch(NamedTuple):
    """From when to when (Unix s) a training was running."""

    began: float
    ended: float

    @property
    def took(self) -> float:
        """Seconds."""
        return self.ended - self.began


@dataclass
class Training:
    """What one W&B run is to have; None is not compared."""

    lr: float
    """What its run is known by."""
    launches: list[Launch]
    points: dict[Point, list[float]] = field(default_factory=dict)
    """The times of each."""
    media: Counter[tuple[str, int]] = field(default_factory=Counter)
    output: list[str] | None = None
    config: dict[str, Any] = field(default_factory=dict)
    exit_code: int | None = None
    is_measured: bool = True
    """Whether it has system metrics."""
    shown: list[Point] | None = None
    """What tuimon has read of it, where that is not mirrored."""

    def read(self, directory: Path, prefix: str = "", files: str = "*tfevents*") -> None:
        """Add what event files of a directory hold, by TensorBoard's own reader."""
        for path in sorted(directory.glob(files)):
            plugins: dict[str, str] = {}
            for event in LegacyEventFileLoader(str(path)).Load():
                for value in event.summary.value:
                    plugin = value.metadata.plugin_data.plugin_name
                    kind = plugins.setdefault(value.tag, plugin)
                    key = prefix + value.tag
                    if value.HasField("simple_value"):
                        self.add(key, event.step, value.simple_value, event.wall_time)
                    elif kind != "hparams":
                        self.media[key, event.step] += 1

    def add(self, key: str, step: int, value: float, wall_time: float) -> None:
        """Add a point."""
        self.points.setdefault(Point.of(key, step, value), []).append(wall_time)

    def passed(self, at: float) -> float:
        """How long it had been running at a time (Unix s)."""
        begun = [one for one in self.launches if one.began <= at + SECONDS_OF_A_LAUNCH]
        *before, last = begun or self.launches[:1]
        return sum(one.took for one in before) + at - last.began

    @property
    def lasted(self) -> float:
        """Seconds that it was running in all."""
        return sum(one.took for one in self.launches)

    @property
    def summary(self) -> list[Point]:
        """The last value of each scalar."""
        last: dict[str, tuple[float, str]] = {}
        for point, times in self.points.items():
            newest = max(times), point.value
            last[point.key] = max(last.get(point.key, newest), newest)
        return [Point(key, 0, value) for key, (_, value) in last.items()]


@dataclass
class Verdict:
    """What W&B has of trainings, by aspect, and how much of it is lost, doubled or wrong."""

    has: dict[str, int | str] = field(default_factory=dict)
    had: dict[str, int | str] = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)
    doubled: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def count(self, aspect: str, had: Counter[Any], has: Counter[Any]) -> None:
        """Compare things that are counted."""
        missing, more = had - has, has - had
        self.lost[aspect] += missing.total()
        self.doubled[aspect] += sum(number for one, number in more.items() if one in had)
        self.wrong[aspect] += sum(number for one, number in more.items() if one not in had)
        self._add(aspect, had.total(), has.total())
        self.examples += [f"{aspect}: not {one}" for one in list(missing)[:3]]
        self.examples += [f"{aspect}: more {one}" for one in list(more)[:3]]

    def judge(self, aspect: str, had: object, has: object, *, right: bool) -> None:
        """Compare what is one thing."""
        for told, one in ((self.had, had), (self.has, has)):
            told[aspect] = f"{told[aspect]}; {one}" if aspect in told else str(one)
        if not right:
            self.wrong[aspect] += 1
            self.examples.append(f"{aspect}: {has} is not {had}")

    def _add(self, aspect: str, had: int, has: int) -> None:
        self.had[aspect] = int(self.had.get(aspect, 0)) + had
        self.has[aspect] = int(self.has.get(aspect, 0)) + has


def stretch(path: Path, began: float, seconds: float) -> None:
    """Write an event file anew, as one that was written over so many seconds, by its steps.

    One without steps was written at the end.
    """
    events = list(LegacyEventFileLoader(str(path)).Load())
    last = max(event.step for event in events)
    at = began if last else began + seconds
    for event in events:
        event.wall_time = at = max(at, began + event.step * seconds / max(last, 1))
    path.write_bytes(b"".join(frame(event.SerializeToString()) for event in events))


def measured(directory: Path) -> dict[str, set[float]]:
    """The times of system metrics in wandb's files below a directory, by the run's id."""
    from wandb.proto.wandb_internal_pb2 import Record

    times: dict[str, set[float]] = {}
    for path in directory.rglob("run-*.wandb"):
        for stats in (Record.FromString(one).stats for one in OfflineFile(path).records()):
            if stats.item:
                at = stats.timestamp.seconds + stats.timestamp.nanos / 1e9
                times.setdefault(path.stem.removeprefix("run-"), set()).add(at)
    return times


def compare(
    trainings: Sequence[Training],
    runs: Mapping[str, ServedRun],
    measured: Mapping[str, set[float]],
) -> Verdict:
    """Compare all that trainings had with all that W&B's runs have, whose ids are given.

    `measured` are the times of the system metrics of each.

    A run is the training's whose learning rate it has. One more than there are trainings is doubled
    with all that it has, and counts as nothing else.
    """
    verdict = Verdict()
    left = dict(runs)
    for training in trainings:
        run_id = next((id for id, one in left.items() if _rate(one) == training.lr), "")
        run = left.pop(run_id, None)
        verdict.count("runs", Counter([training.lr]), Counter([training.lr] if run else []))
        _compare(verdict, training, run or ServedRun(""))
        if training.is_measured:
            times = measured.get(run_id, set())
            _compare_system_rows(verdict, training, run or ServedRun(""), times)
    verdict.doubled["runs"] += len(left)
    verdict.has["runs"] = int(verdict.has.get("runs", 0)) + len(left)
    verdict.examples += [f"runs: more with lr {_rate(run)}" for run in left.values()]
    return verdict


def _rate(run: ServedRun) -> object:
    return run.config.get("lr", {}).get("value")


def _compare(verdict: Verdict, training: Training, run: ServedRun) -> None:
    rows = run.history
    has = Counter(point for row in rows for point in _points(row))
    had = Counter({point: len(times) for point, times in training.points.items()})
    verdict.count("points", had, has)
    if training.shown is not None:
        verdict.count("shown", had, Counter(training.shown))
    verdict.count("media", training.media, Counter(_media(rows, run.stored)))
    _compare_times(verdict, training, rows)
    summary = run.summary if "wandb-summary.json" in run.files else {}
    seconds = (summary.get("_wandb") or {}).get("runtime", 0)
    near = SECONDS_OF_A_LAUNCH * len(training.launches)
    right = abs(seconds - training.lasted) <= near
    verdict.judge("run time", f"{training.lasted:.0f} s", f"{seconds:.0f} s", right=right)
    wanted = Counter(training.summary)
    told = Counter(
        {Point.of(one.key, 0, summary[one.key]): 1 for one in wanted if one.key in summary}
    )
    verdict.count("summary", wanted, told)
    config = {name: entry.get("value") for name, entry in run.config.items()}
    told = Counter({(key, str(config[key])): 1 for key in training.config if key in config})
    verdict.count("config", Counter((k, str(v)) for k, v in training.config.items()), told)
    if training.output is not None:
        printed = [_TIME.sub("", line, count=1).rstrip("\n") for line in run.lines("output.log")]
        lines = [line for line in printed if " wandb: " not in line]  # what it says of itself
        verdict.count("console", _bytes(training.output), _bytes(lines))
    if training.exit_code is not None:
        right = run.exit_code == training.exit_code
        verdict.judge("exit code", training.exit_code, run.exit_code, right=right)


def _compare_times(verdict: Verdict, training: Training, rows: Iterable[Mapping[str, Any]]) -> None:
    """Each row's time is that of its points, on the clock and since the beginning."""
    far = worst = 0.0
    wrong = 0
    for row in rows:
        for point in _points(row):
            at = row.get("_timestamp", 0.0)
            apart = min((abs(at - time) for time in training.points.get(point, ())), default=0.0)
            passed = abs(row.get("_runtime", 0.0) - training.passed(at))
            far, worst = max(far, apart), max(worst, passed)
            near = SECONDS_OF_A_LAUNCH * len(training.launches)
            wrong += apart > SECONDS_OF_A_ROW or passed > near
    verdict.wrong["times"] += wrong
    verdict.had["times"] = "±0 s"
    before = float(str(verdict.has.get("times", "±0 s"))[1:-2])
    verdict.has["times"] = f"±{max(before, far, worst):.1f} s"
    if wrong:
        verdict.examples.append(f"times: {wrong} wrong, by up to {far:.1f} and {worst:.1f} s")


def _compare_system_rows(
    verdict: Verdict, training: Training, run: ServedRun, measured: set[float]
) -> None:
    """What was measured while the training was running is there once, and nothing much later."""
    began = training.launches[0].began
    launches = [Launch(*(at - began for at in one)) for one in training.launches]
    lines = run.lines("wandb-events.jsonl")
    times = [round(json.loads(line)["_timestamp"] - began, 3) for line in lines]
    # What is at W&B was measured, if a kill has cost the file its end.
    had = set(times)
    for at in (round(at - began, 3) for at in measured):
        had |= {at for one in launches if one.began <= at <= one.ended}
    near = SECONDS_OF_A_LAUNCH
    outside = [
        at for at in had if not any(-near <= at - one.began <= one.took + LATE for one in launches)
    ]
    verdict.count("system rows", Counter(had), Counter(times))
    verdict.wrong["system rows"] += len(outside)
    verdict.examples += [f"system rows: at {at}" for at in outside[:3]]


def _points(row: Mapping[str, Any]) -> Iterator[Point]:
    for key, value in row.items():
        own_step = key.rpartition("/")[2] == "global_step"
        if not isinstance(value, dict | list) and not key.startswith("_") and not own_step:
            yield Point.of(key, _step(row), value)


def _media(
    rows: Iterable[Mapping[str, Any]], stored: Mapping[str, bytes | None]
) -> Iterator[tuple[str, int]]:
    """What is there with its files, by key and step."""
    for row in rows:
        for key, value in row.items():
            if isinstance(value, dict) and "_type" in value:
                files = [value["path"]] if "path" in value else value.get("filenames", [])
                if all(stored.get(name) for name in files):
                    yield key, _step(row)


def _step(row: Mapping[str, Any]) -> int:
    """TensorBoard's; that of wandb where the script itself has logged."""
    return int(row.get("global_step", row["_step"]))


def _bytes(lines: Sequence[str]) -> Counter[tuple[str, int]]:
    """Lines by what they say, each as often as it has bytes."""
    counted: Counter[tuple[str, int]] = Counter()
    for line in lines:
        counted[line, 0] += len(line.encode()) + 1
    return counted
