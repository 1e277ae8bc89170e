"""How much memory views take over a log with a gigabyte of payload, and more.

    python tests/bench/payload.py [--bytes 1200000000]

Writes images, sounds and meshes, goes through all of their steps forth and back in a process of its
own, as the screen's thread does, and prints a Markdown table: the resident memory of that process.
"""

import argparse
import json
import re
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import google_crc32c
import numpy as np
import psutil
from PIL import Image
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.summaries.reader import SummaryReader
from tuimon.terminal.memory import give_large_blocks_back
from tuimon.views.base import ViewOptions
from tuimon.views.kinds import draw, items, kind_of
from tuimon.views.subject import ItemContext

LOOK = ViewOptions(None, 160, 48, inside=True, cell=(10, 20))
RATE = 44_100


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bytes", type=int, default=1_200_000_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--measure", type=Path)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measured(options.measure)))
        return
    with tempfile.TemporaryDirectory() as directory:
        size = write_log(Path(directory), options.bytes)
        command = [sys.executable, __file__, "--measure", directory]
        found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    if options.json:
        print(json.dumps({"bytes": size, **found}))
        return
    print(f"| a log of {size / 1e9:.1f} GB | memory |\n|---|---|")
    print(f"| once it is loaded | {found['loaded'] >> 20} MB |")
    for kind, most in found["kinds"].items():
        forth, back = (f"{one >> 20} MB" for one in most["most"])
        print(f"| {kind}, {most['steps']} steps: the most forth; back | {forth}; {back} |")


def write_log(directory: Path, size: int) -> int:
    """Bytes of a log of images, sounds and meshes, a third each."""
    path = directory / "events.out.tfevents.1700000000.host.1.0"
    with path.open("wb") as file:
        for make in (image, sound, mesh):
            start, step = file.tell(), 0
            while file.tell() - start < size // 3:
                file.write(record(step, make(step)))
                step += 1
        return file.tell()


def record(step: int, made: Summary) -> bytes:
    """A record of an event file; TensorBoard's own checksum takes a second for 10 MB."""
    payload = Event(wall_time=1.7e9 + step, step=step, summary=made).SerializeToString()
    parts = []
    for part in (struct.pack("<Q", len(payload)), payload):
        crc = google_crc32c.value(part)
        masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
        parts += [part, struct.pack("<I", masked)]
    return b"".join(parts)


def image(step: int) -> Summary:
    """3840x2160, with so much noise that it takes 8 MB."""
    random = np.random.default_rng(step)
    noise = random.integers(0, 256, (1080, 1920, 3), dtype=np.uint8)
    buffer = BytesIO()
    picture = Image.fromarray(noise).resize((3840, 2160), Image.Resampling.NEAREST)
    picture.save(buffer, "PNG", compress_level=1)
    one = Summary.Image(
        height=2160, width=3840, colorspace=3, encoded_image_string=buffer.getvalue()
    )
    return Summary(value=[Summary.Value(tag="image", image=one)])


def sound(step: int) -> Summary:
    """A minute; 5 MB."""
    import torch  # not in the process that is measured
    from torch.utils.tensorboard import summary

    course = torch.sin(torch.arange(60 * RATE) / (20 + step))[None]
    made: Summary = summary.audio("sound", course, RATE)
    return made


def mesh(step: int) -> Summary:
    """100,000 points with colours; 1.5 MB."""
    import torch
    from torch.utils.tensorboard import summary

    points = torch.randn(1, 100_000, 3, generator=torch.Generator().manual_seed(step))
    colours = torch.randint(0, 256, (1, 100_000, 3), dtype=torch.uint8)
    made: Summary = summary.mesh("mesh", points, colours, None, None)
    return made


def measured(directory: Path) -> dict[str, object]:
    """The most memory [bytes] when the log is loaded, and while each kind is gone through."""
    give_large_blocks_back()  # as the screen does
    store = load([LogSource(path=str(directory))]).store
    reader = SummaryReader()
    process = psutil.Process()
    loaded = process.memory_info().rss
    kinds = {}
    for item in items(store):
        cls = kind_of(item)
        view, subject = cls(), ItemContext(item, store, reader)
        steps = cls.steps(subject).tolist()

        def go(order: list[int], view: object = view, subject: ItemContext = subject) -> None:
            for step in order:
                draw(view, subject, LOOK._replace(step=step))  # type: ignore[arg-type]

        most = [
            most_while(process, lambda order=order: go(order)) for order in (steps, steps[::-1])
        ]
        kinds[cls.name] = {"steps": len(steps), "most": most}
    return {"loaded": loaded, "kinds": kinds, "peak": most_ever()}


def most_ever() -> int:
    """VmHWM of proc_pid_status(5); ru_maxrss of getrusage(2) would include what has forked us."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) << 10


def most_while(process: psutil.Process, call: Callable[[], None]) -> int:
    """The most resident memory, looked at every 5 ms."""
    done = threading.Event()
    seen = [process.memory_info().rss]

    def watch() -> None:
        while not done.is_set():
            seen.append(process.memory_info().rss)
            time.sleep(0.005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    call()
    done.set()
    watcher.join()
    return max(seen)


if __name__ == "__main__":
    main()
