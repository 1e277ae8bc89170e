"""Pictures of the screens, made by the app itself over runs that this writes.

    python tests/bench/screen_pictures.py [NAME...]

writes .github/screens/*.svg, and a page that shows them.
"""

import asyncio
import math
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from textual.app import App

from support.event_files import scalar, version, write
from support.screens import settle, type_keys
from support.stored_runs import made
from tuimon.cli.main import main as tuimon
from tuimon.present import whereabouts
from tuimon.runs.alerts import Alert, AlertLevel, AlertLog
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RecorderRecord, RunState, write_record
from tuimon.runs.sources import LogSource
from tuimon.session.session import Session
from tuimon.terminal.svg import screen_svg
from tuimon.terminal.terminal_app import screen_strips
from tuimon.tui.app import TuimonApp
from tuimon.tui.home_app import HomeApp

TARGET = Path(__file__).parents[2] / ".github/screens"
STEPS, EVERY = 3360, 12
RATES = (0.1, 0.01, 1e-3, 1e-4, 3e-4, 3e-3, 0.03, 0.3, 1e-5, 5e-4, 2e-3, 0.05)
NOW = time.time()


class ScreenPicture(NamedTuple):
    """A screen, and how one comes to see it."""

    name: str
    about: str
    size: tuple[int, int]
    open: Callable[[], App[Any]]
    keys: Sequence[str] = ()


def loss_at(step: int, rate: float) -> float:
    """Of a training that learns best at a rate of about 0.003."""
    off = abs(math.log10(rate / 3e-3))
    return (0.05 + 0.1 * off) + 2.2 * math.exp(-step * 5 / STEPS / (1 + off))


def records(
    rate: float = 1e-3, seed: int = 0, steps: int = STEPS, bad: int = 0, luck: float = 1.0
) -> Iterator[bytes]:
    """What a training logs; a loss that is NaN from the step `bad` on, if that is given."""
    chance = random.Random(seed)
    yield version()
    for step in range(0, steps, EVERY):
        at = NOW - 600 + step / 20
        loss = luck * loss_at(step, rate) * (1 + chance.gauss(0, 0.12))
        if bad and step >= bad:
            loss = math.nan
        elif bad:
            loss *= math.exp(max(0, step - bad / 2) / bad * 4)
        yield scalar("loss/train", step, loss, at)
        yield scalar("accuracy/train", step, 1 - loss / 2.4, at)
        yield scalar("grad_norm", step, 1 + loss + chance.gauss(0, 0.1), at)
        yield scalar("lr", step, rate * (0.5 + 0.5 * math.cos(step / STEPS * math.pi)), at)
        if step % (10 * EVERY) == 0 and not bad:
            val = luck * loss_at(step, rate) * 1.08 + 0.02 + chance.gauss(0, 0.01)
            yield scalar("loss/val", step, val, at)
            yield scalar("accuracy/val", step, 1 - val / 2.4, at)


def many_tags() -> Iterator[bytes]:
    """300 tags in sections, as a transformer that logs its layers has them."""
    yield version()
    tags = [f"{part}/{what}" for part in ("train", "val") for what in ("loss", "accuracy")]
    parts = ("attention/query", "attention/key", "attention/value", "mlp/in", "mlp/out", "norm")
    tags += [f"layer_{n}/{part}/grad" for n in range(48) for part in parts]
    tags += [f"gpu/{n}/memory" for n in range(8)]
    for step in range(0, 600, 20):
        for index, tag in enumerate(tags):
            yield scalar(
                tag, step, math.exp(-step / (150 + index % 90)) + index % 7 / 10, NOW + step
            )


def logged(where: Path, points: Iterator[bytes]) -> None:
    where.mkdir(parents=True, exist_ok=True)
    write(where, list(points))


def runs_below(count: int) -> Session:
    where = Path(f"sweep-{count}")
    for seed, rate in enumerate(RATES[:count]):
        logged(where / f"lr={rate:g}", records(rate, seed))
    return started(Session.of_logdirs([where]))


def seeds() -> TuimonApp:
    """Four rates, three seeds each."""
    for seed, luck in enumerate((1.0, 1.2, 0.85)):
        for rate in RATES[:4]:
            points = records(rate, 100 * seed + int(rate * 50), luck=luck)
            logged(Path(f"seeds/lr={rate:g}/seed{seed}"), points)
    return TuimonApp(started(Session.of_logdirs([Path("seeds")])))


def started(session: Session) -> Session:
    session.start()
    return session


def stored(name: str, rate: float, seed: int, **changes: Any) -> RunPaths:
    """A run as if it had been launched here."""
    bad = changes.pop("bad", 0)
    where = Path("logs") / f"{name}-{seed}"
    logged(where, records(rate, seed, changes.pop("steps", STEPS), bad))
    argv = ("train.py", "--lr", f"{rate:g}", "--seed", str(seed))
    took = 600.0 if changes["ended"] is not None else 300.0
    changes |= {"cwd": str(Path.cwd()), "argv": argv, "command": ("python", *argv)}
    changes |= {"started_at": NOW - (changes["ended"] or 0.0) - took}
    if changes["ended"] is not None:
        changes["host"] = "gpu1"
    paths = made(name, logdir=str(where), **changes)
    write_record(
        paths.recorder_json,
        RecorderRecord(
            logdirs=(LogSource(path=str(where.absolute())),),
            git_commit="5ebb11d3",
            git_dirty=False,
            git_subject="Warm up for 200 steps",
            git_branch="main",
            python="/home/ada/venv/bin/python",
            versions={"python": "3.11.9", "torch": "2.9.1", "CUDA": "12.8"},
            gpus=("NVIDIA H200",),
            driver="570.86",
            updated_at=NOW,
        ),
    )
    lines = [f"epoch {epoch}/80  loss {loss_at(epoch * 42, rate):.4f}\r\n" for epoch in range(80)]
    paths.console_log.write_bytes("".join(lines).encode())
    if bad:
        AlertLog(paths.alerts).add(
            Alert(
                key="not finite: loss/train",
                level=AlertLevel.ERROR,
                title="loss/train is NaN",
                text=f"NaN at step {bad}.",
                wall_time=NOW - 300,
                step=bad,
            )
        )
    return paths


def one_run() -> TuimonApp:
    return TuimonApp(started(Session(stored("mnist", 1e-3, 1, ended=30.0))))


def run_with_nan() -> TuimonApp:
    return TuimonApp(started(Session(stored("diverged", 0.3, 2, ended=30.0, bad=1200))))


def tags_300() -> TuimonApp:
    logged(Path("transformer"), many_tags())
    return TuimonApp(started(Session.of_logdirs([Path("transformer")])))


def home_of_12() -> HomeApp:
    for seed, rate in enumerate(RATES):
        changes: dict[str, Any] = {"ended": 60.0 + 4000 * seed}
        if seed == 0:
            changes = {"ended": None, "steps": STEPS // 2}
        elif seed == 3:
            changes |= {"bad": 900}
        elif seed == 7:
            cause = "RuntimeError: CUDA out of memory"
            changes |= {"state": RunState.FAILED, "exit_code": 1, "cause": cause}
        stored("mnist" if seed % 3 else "resnet", rate, seed, **changes)
    return HomeApp()


def empty_home() -> HomeApp:
    return HomeApp()


PICTURES = (
    ScreenPicture("one-run-80x24", "a run that has ended, 80x24", (80, 24), one_run),
    ScreenPicture("one-run-160x50", "the same, 160x50", (160, 50), one_run),
    ScreenPicture("three-runs", "three runs", (120, 36), lambda: TuimonApp(runs_below(3))),
    ScreenPicture("twelve-runs", "twelve runs", (160, 50), lambda: TuimonApp(runs_below(12))),
    ScreenPicture("groups", "twelve runs in four groups (g)", (120, 36), seeds, ["g", "enter"]),
    ScreenPicture("300-tags", "300 tags in sections", (120, 36), tags_300),
    ScreenPicture("nan", "a loss that became NaN", (120, 30), run_with_nan),
    ScreenPicture("home", "twelve runs of this host", (120, 30), home_of_12),
    ScreenPicture("home-empty", "no run yet", (80, 24), empty_home),
    ScreenPicture("run-page", "what is known of a run (i)", (120, 36), one_run, ["i"]),
)
SAVED = "saved-chart", "a page that `tuimon show --svg` draws"


async def taken(picture: ScreenPicture) -> str:
    """The screen as SVG."""
    app = picture.open()
    async with app.run_test(size=picture.size) as pilot:
        if isinstance(app, HomeApp):
            await pilot.pause(1.5)
        else:
            await settle(pilot)
            if picture.keys:
                await type_keys(pilot, *picture.keys)
            await pilot.pause(0.5)
        drawn = screen_svg(screen_strips(app.screen), picture.about)
    if isinstance(app, TuimonApp):
        app._session.stop()
    return drawn


def in_new_home(make: Callable[[], str]) -> str:
    """What is made where there is no run yet, and nothing lies around."""
    place = Path(tempfile.gettempdir()) / "ada"
    (place / "mnist").mkdir(parents=True)  # never over what is there
    os.environ["TUIMON_HOME"] = str(place / "state")
    before = Path.cwd()
    os.chdir(place / "mnist")
    try:
        return make()
    finally:
        os.chdir(before)
        shutil.rmtree(place)


def saved_chart() -> str:
    runs_below(3).stop()
    assert tuimon(["show", "--svg", "page.svg", "sweep-3"]) == 0
    return Path("page.svg").read_text()


def main() -> None:
    # What else runs on the machine that makes the pictures is none of their business.
    whereabouts.find_strays = lambda known=(): []
    TARGET.mkdir(exist_ok=True)
    made_of: dict[str, Callable[[], str]] = {
        one.name: lambda one=one: asyncio.run(taken(one)) for one in PICTURES
    }
    made_of[SAVED[0]] = saved_chart
    for name in sys.argv[1:] or made_of:
        path = TARGET / f"{name}.svg"
        path.write_text(in_new_home(made_of[name]))
        print(f"{path}: {path.stat().st_size:,} bytes")
    lines = ["# Screens", "", "Drawn by `python tests/bench/screen_pictures.py`.", ""]
    for name, about in (*((one.name, one.about) for one in PICTURES), SAVED):
        lines += [f"## {about[0].upper()}{about[1:]}", "", f"![{about}]({name}.svg)", ""]
    (TARGET / "README.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
