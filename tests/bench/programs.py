"""Programs that show curves in a terminal, and what a pty can measure of any of them."""

import re
import select
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from support.terminal import Terminal

_CURVE = re.compile("[\u2801-\u28ff]|[▖-▟]{3}")
COLUMNS, ROWS = 160, 50


@dataclass(frozen=True)
class Program:
    """A program, and how it is used.

    Attributes:
        command: shows the log that is in the working directory.
        keys: two keys that change the screen forth and back.
        loading: whether its screen says that it still reads.
    """

    name: str
    command: tuple[str, ...]
    keys: tuple[str, str]
    loading: Callable[[str], bool] = lambda text: False


class Meter(Terminal):
    """A terminal that looks at bytes as they come, without the time of an emulator."""

    def run(self, seconds: float, until: Callable[[bytes], object] | None = None) -> float | None:
        """Read for so long; the time since the start when `until` held for what was received."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.pump_once(left)
            if until is not None and until(self.received):
                return time.monotonic() - self.started
        return None

    def pump_once(self, left: float) -> None:
        """Wait for bytes for so long at most."""
        if select.select([self._master], [], [], left)[0]:
            self._read(1 << 16)

    def screenful(self) -> str:
        """The screen, by an emulator that reads all at once."""
        data, self.received = self.received, b""
        self._receive(data)
        return self.text

    def to_frame(self, keys: str, holds: Callable[[str], object], seconds: float = 0.2) -> float:
        """Seconds until `holds` is true of the screen after a key; `seconds` if it never is.

        The emulator reads afterwards: it would take longer than the program.
        """
        self.screenful()
        chunks: list[tuple[float, int]] = []
        began = time.perf_counter()
        self.press(keys)
        while (left := began + seconds - time.perf_counter()) > 0:
            self.pump_once(left)
            chunks.append((time.perf_counter() - began, len(self.received)))
        received, self.received = self.received, b""
        shown, took = 0, seconds
        for at, size in chunks:
            self._receive(received[shown:size])
            shown = size
            if took == seconds and holds(self.text):
                took = at
        return took

    def to_first_byte(self, keys: str, seconds: float = 1.0) -> float:
        """Seconds until anything answers a key; `seconds` when nothing does."""
        self.run(0.05)
        seen, began = len(self.received), time.perf_counter()
        self.press(keys)
        while (left := began + seconds - time.perf_counter()) > 0:
            self.pump_once(left)
            if len(self.received) > seen:
                return time.perf_counter() - began
        return seconds

    @property
    def tree(self) -> list[psutil.Process]:
        process = psutil.Process(self.process.pid)
        return [process, *process.children(recursive=True)]

    def cpu(self) -> float:
        """Seconds that the program and its children have computed."""
        return sum(sum(process.cpu_times()[:2]) for process in self.tree)

    def memory(self) -> float:
        """Resident memory of the program and its children, in bytes."""
        return float(sum(process.memory_info().rss for process in self.tree))


@contextmanager
def opened(
    program: Program, log: Path, env: dict[str, str], size: tuple[int, int] = (COLUMNS, ROWS)
) -> Iterator[Meter]:
    with Meter(program.command, cwd=log, env=env, columns=size[0], rows=size[1]) as meter:
        yield meter


def has_curve(data: bytes) -> object:
    return _CURVE.search(data[-60_000:].decode(errors="replace"))


def first_curve(program: Program, log: Path, env: dict[str, str], within: float) -> float | None:
    """Seconds from the start to the first curve."""
    with opened(program, log, env) as meter:
        return meter.run(within, has_curve)


def whole(program: Program, log: Path, env: dict[str, str], within: float) -> tuple[float, float]:
    """Seconds until all is read and drawn, and the memory then."""
    with opened(program, log, env) as meter:
        meter.run(within, has_curve)
        while time.monotonic() - meter.started < within:
            if not program.loading(meter.screenful()):
                break
            meter.run(0.05)
        took = time.monotonic() - meter.started
        meter.run(1)
        return took, meter.memory()


def start_bytes(
    program: Program, log: Path, env: dict[str, str], size: tuple[int, int]
) -> int | None:
    """Bytes of the first screen."""
    with opened(program, log, env, size) as meter:
        if meter.run(10, has_curve) is None:
            return None
        meter.run(1.5)
        return len(meter.received)


def load(
    program: Program,
    log: Path,
    env: dict[str, str],
    seconds: float,
    write: Callable[[int], None],
    keys: str = "",
) -> tuple[float, float]:
    """Bytes a second and share of a core behind `keys`, while `write` is called twice a second."""
    with opened(program, log, env) as meter:
        meter.run(10, has_curve)
        meter.run(2)
        meter.press(keys)
        meter.run(2)
        with twice_a_second(write):
            meter.run(2)
            received, cpu, began = len(meter.received), meter.cpu(), time.monotonic()
            meter.run(seconds)
            took = time.monotonic() - began
            return (len(meter.received) - received) / took, (meter.cpu() - cpu) / took


def append_to_screen(
    program: Program, log: Path, env: dict[str, str], times: int, write: Callable[[], None]
) -> list[float]:
    """Seconds from an appended step to the first byte that shows it."""
    found = []
    with opened(program, log, env) as meter:
        meter.run(10, has_curve)
        meter.run(3)
        for index in range(times):
            meter.run(0.5 + 0.037 * (index % 7))  # at any phase of a clock
            seen, began = len(meter.received), time.perf_counter()
            write()
            while len(meter.received) == seen and time.perf_counter() < began + 5:
                meter.pump_once(5)
            found.append(time.perf_counter() - began)
    return found


def key_times(
    program: Program, log: Path, env: dict[str, str], times: int, *, loading: bool = False
) -> list[float]:
    """Seconds from a key to the first byte that answers it, once loaded or while it loads."""
    found: list[float] = []
    with opened(program, log, env) as meter:
        meter.run(20, has_curve)
        if not loading:
            meter.run(4)
        while len(found) < times:
            found.append(meter.to_first_byte(program.keys[len(found) % 2]))
            if loading and not program.loading(meter.screenful()):
                break
    return found


def cursor_moves(
    program: Program, log: Path, env: dict[str, str], times: int
) -> tuple[list[float], float]:
    """Seconds from an arrow to the first byte of the moved cursor, and bytes of a move."""
    found: list[float] = []
    with opened(program, log, env) as meter:
        meter.run(10, has_curve)
        meter.run(2)
        meter.press("c")
        meter.run(1)
        received = len(meter.received)
        while len(found) < times:
            found.append(meter.to_first_byte(("\x1b[D", "\x1b[C")[len(found) % 2]))
        meter.run(1)
        return found, (len(meter.received) - received) / times


def leave_slowly(
    program: Program, log: Path, env: dict[str, str], seconds: float, write: Callable[[int], None]
) -> float:
    """Seconds from `q` to the end of the program behind 5 KB/s, after so long of live updates."""
    terminal = Terminal(program.command, cwd=log, env=env, columns=COLUMNS, rows=ROWS, rate=5000)
    with terminal, twice_a_second(write):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            terminal.pump(0.5)
        terminal.press("q")
        began = time.monotonic()
        while terminal.process.poll() is None and time.monotonic() < began + 60:
            terminal.pump(0.02)
        return time.monotonic() - began


@contextmanager
def twice_a_second(write: Callable[[int], None]) -> Iterator[None]:
    stop = threading.Event()

    def run() -> None:
        number = 0
        while not stop.wait(0.5):
            write(number)
            number += 1

    writer = threading.Thread(target=run)
    writer.start()
    try:
        yield
    finally:
        stop.set()
        writer.join()


def percentile(values: list[float], share: float) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]
