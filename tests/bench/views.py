"""How quickly views of summaries open, and go through steps.

    python tests/bench/views.py

prints its table of tuimon/docs/measured.md. A view opens when it is drawn for the first time, its
record read and decoded; then one goes back through steps, none of them read before, at ten a second
as a key does that is held. Both at 160x48, as the thread of the screen does it.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import payload
import torch
from payload import record
from torch.utils.tensorboard import SummaryWriter

from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.store.store import Store
from tuimon.summaries.reader import SummaryReader
from tuimon.views.base import ViewOptions
from tuimon.views.kinds import draw, items, kind_of
from tuimon.views.subject import ItemContext

LOOK = ViewOptions(None, 160, 48)
STEPS = 12
PACE = 0.1
PARTIAL_AGAIN = 0.05
RATE = 44_100


def main() -> None:
    print("| view, 160x48 | opens | a step, at ten a second: median; worst |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as directory:
        for name, kind, keys, log in WORKLOADS:
            logdir = Path(directory, name.replace(" ", "-"))
            log(logdir)
            store = load([LogSource(path=str(logdir))]).store
            opening, complete, steps = measure(store, kind, keys)
            median, worst = (f"{1000 * one:.0f} ms" for one in (np.median(steps), max(steps)))
            opens = f"{1000 * opening:.0f} ms"
            if complete > opening:
                opens += f", all of it {1000 * complete:.0f} ms"
            print(f"| {name} | {opens} | {median}; {worst} |", flush=True)


def measure(store: Store, kind: str, keys: list[str]) -> tuple[float, float, list[float]]:
    """Seconds until the first drawing, until there is nothing to add, and of each further step."""
    item = next(item for item in items(store) if item.kind == kind)
    subject = ItemContext(item, store, SummaryReader())
    cls = kind_of(item)
    view = cls()
    for key in keys:
        view.press(key)
    began = time.perf_counter()
    shown = draw(view, subject, LOOK)
    opening = complete = time.perf_counter() - began
    while shown.partial:
        time.sleep(PARTIAL_AGAIN)
        shown = draw(view, subject, LOOK)
        complete = time.perf_counter() - began
    times = []
    due = time.perf_counter()
    for step in cls.steps(subject).tolist()[-2::-1]:
        due += PACE
        time.sleep(max(0.0, due - time.perf_counter()))
        began = time.perf_counter()
        draw(view, subject, LOOK._replace(step=step))
        times.append(time.perf_counter() - began)
    return opening, complete, times


Log = Callable[[Path], None]


def by_torch(write: Callable[[Any, int], None]) -> Log:
    def log(logdir: Path) -> None:
        with SummaryWriter(str(logdir)) as writer:
            for step in range(STEPS):
                write(writer, step)

    return log


def photos(logdir: Path) -> None:
    logdir.mkdir()
    with (logdir / "events.out.tfevents.1700000000.host.1.0").open("wb") as file:
        for step in range(STEPS):
            file.write(record(step, payload.image(step)))


def histogram(writer: Any, step: int) -> None:
    writer.add_histogram("h", np.random.default_rng(step).normal(size=5000), step)


def image(height: int, width: int) -> Callable[[Any, int], None]:
    def write(writer: Any, step: int) -> None:
        y, x = np.mgrid[:height, :width]
        pixels = np.stack([x + step, y, x * y // 999], 0) % 256
        writer.add_image("i", pixels.astype(np.uint8), step)

    return write


def audio(writer: Any, step: int) -> None:
    course = torch.sin(torch.arange(60 * RATE) / (20 + step))[None]
    writer.add_audio("a", course, step, sample_rate=RATE)


def pr_curve(writer: Any, step: int) -> None:
    random = np.random.default_rng(step)
    writer.add_pr_curve("p", random.integers(0, 2, 1000), random.random(1000), step)


def cloud(writer: Any, step: int) -> None:
    writer.add_mesh("m", torch.randn(1, 100_000, 3), global_step=step)


def surface(writer: Any, step: int) -> None:
    side = 224  # 100,000 triangles
    x, y = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    height = 20 * torch.sin(x / 20 + step) * torch.cos(y / 30)
    vertices = torch.stack([x, height, y], -1).reshape(1, -1, 3).float()
    first = (x[:-1, :-1] * side + y[:-1, :-1]).flatten()
    faces = torch.cat(
        [
            torch.stack([first, first + 1, first + side], 1),
            torch.stack([first + 1, first + side, first + side + 1], 1),
        ]
    )
    writer.add_mesh("m", vertices, faces=faces[None], global_step=step)


WORKLOADS: tuple[tuple[str, str, list[str], Log], ...] = (
    ("heatmap of histograms", "histogram", [], by_torch(histogram)),
    ("ridgeline of histograms", "histogram", ["histogram-mode"], by_torch(histogram)),
    ("image, 320x240", "image", [], by_torch(image(240, 320))),
    ("image, 3840x2160", "image", [], by_torch(image(2160, 3840))),
    ("image, 3840x2160, full of noise (8 MB)", "image", [], photos),
    ("strip of images, 320x240", "image", ["image-strip"], by_torch(image(240, 320))),
    ("strip of images, 3840x2160", "image", ["image-strip"], by_torch(image(2160, 3840))),
    ("strip of images, 3840x2160, noise", "image", ["image-strip"], photos),
    ("PR curve", "pr-curve", [], by_torch(pr_curve)),
    ("sound of a minute, 44.1 kHz", "audio", [], by_torch(audio)),
    ("point cloud, 100,000 points", "mesh", [], by_torch(cloud)),
    ("mesh, 100,000 triangles", "mesh", [], by_torch(surface)),
)


if __name__ == "__main__":
    # As in the viewer: one thread draws.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
