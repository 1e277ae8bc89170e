"""Whoever reads the end of a console is bounded in time, whatever a training has printed.

Four times the output may take four times as long, not sixteen.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tuimon.console.emulation import ConsoleScreen
from tuimon.console.folding import fold
from tuimon.console.harmless import HarmlessStream
from tuimon.guardian.cause import explain
from tuimon.guardian.child import Outcome
from tuimon.guardian.console_end import MOST_KEPT, console_end
from tuimon.guardian.last_words import crash_at_end, last_words
from tuimon.guardian.oom import OomKills
from tuimon.guardian.queries import QueryReader
from tuimon.recorder.console_metrics.feed import SegmentReader
from tuimon.recorder.console_metrics.parser import MetricParser

PIECES = (
    # What the patterns of last words, metrics and escapes begin with, over and over.
    *("C", "A", "a.", "A.", "E.Error", "AError: ", "CUDA ", "CUDA error", "CUDA out of memor"),
    *("DataLoader worker ", "DataLoader worker killed by ", "NCCL erro", "ncclSyste", "[Errno 28"),
    *("No space left on devic", "Watchdog caught collective ", "OutOfMemoryError:", "torch.cuda."),
    *("[rank0]: ", '", line 1x', 'File "', "python1.", "python: ", "x: error:", "x: line 1: "),
    *(
        "Root Cause (\n",
        "slurmstepd: error: ",
        "CANCELLED AT x",
        "terminate called after '",
        "nan ",
    ),
    *("[rank0]: Traceback (most recent call last):\n", "╭─ Traceback (most recent call last) ─╮\n"),
    *("Current thread 0x1 (most recent call first):\n", "Error: x --help\n", "loss is nan, "),
    *(
        "Traceback (most recent call last):\n",
        'File "x", line 1\n',
        "The above exception was the direct cause of the following exception:\n\n",
        "  warnings.warn(\n",
        "ValueError: x\n",
        "KeyError\r",
    ),
    *("0.1234, ", "1,", "1.", "1e", "-", "(", "[", "{", "'a': ", '"', "loss=", "loss: 1 ", "a b "),
    *("1it [0:00<", "1/2 [0:00, ", "1%|", "|", "━", "[=>] ", "Step: 1D", "epoch ", "tensor("),
    *(
        "np.float64(",
        "{'a': 1, ",
        "10/100 ",
        "12:34:56 ",
        "::",
        "\t",
        " ",
        "\n",
        "\r",
        "\r\n",
        "\b",
    ),
    *(
        "[rank0]: ",
        "[1,0]<stdout>:",
        "(main pid=1) ",
        "a-1 | ",
        "0: ",
        "12\t",
        "2026-01-01 ",
        "INFO:",
    ),
    *(
        "[[",
        "a/",
        "a: ",
        "a.",
        "a-",
        "1/2 ",
        "[1/2]",
        "1 of ",
        "/ a",
        "-- ",
        "|1|",
        "│ ",
        "├── ",
        "1:",
    ),
    *(
        "━━ 1/2 0:00 • ",
        "1/2 [5%] in ",
        "\n{'a': 1,\n",
        "\nFold 1\n",
        "\nstep 1\n",
        "train: ",
        "=a ",
    ),
    *("\x1b", "\x1b[", "\x1b[1;", "\x1b[31m", "\x1b]", "\x1b]0;t", "\x1bP", "\x1b[A", "\x1b[6n"),
    *(
        "\x1b[999C",
        "\x1b[A\n",
        "\n\x1b[5A",
        "\x1b[Kx",
        "x\b",
        "\x00",
        "\x9b",
        "é",
        "漢",
        "\U0001f600",
    ),
    *("x" * 16000 + "\b", "\x1b7", "\x1b8", "\x1b[?1049h", "\x1b[2J", "\x1b[1;1H", "\x1b[L"),
)


def _segments(text: bytes) -> None:
    reader, parser = SegmentReader(), MetricParser()
    for start in range(0, len(text), 65536):
        for segment in reader.feed(text[start : start + 65536]):
            parser.feed(segment)


def _screen(text: bytes) -> None:
    screen = ConsoleScreen()
    screen.feed(text)
    screen.lines()


def _queries(text: bytes) -> None:
    master, slave = os.openpty()
    reader = QueryReader(master)
    for start in range(0, len(text), 4096):
        reader.answers(text[start : start + 4096])
    os.close(master)
    os.close(slave)


def _cause(text: bytes) -> None:
    explain(Outcome(1, None), None, OomKills(0, 0, None), b"", text)


READERS: dict[str, Callable[[bytes], object]] = {
    "last words": last_words,
    "crash": crash_at_end,
    "cause": _cause,
    "folding": fold,
    "screen": _screen,
    "foreground": lambda text: HarmlessStream().feed(text),
    "metrics": _segments,
    "queries": _queries,
}
_BEFORE = ("", "Traceback (most recent call last):\n", "epoch 1 loss: ")
_SMALL, _LARGE = 12_000, 48_000
_NOTHING = 0.03
"""Seconds below which a time tells nothing."""


def _seconds(read: Callable[[bytes], object], text: bytes) -> float:
    """The best of a few: what else the machine does only adds to it."""
    times = []
    for _ in range(3):
        begin = time.process_time()
        read(text)
        times.append(time.process_time() - begin)
        if times[-1] < _NOTHING:
            break
    return min(times)


def _tail(before: str, piece: str, size: int) -> bytes:
    text = before.encode() + piece.encode() * (size // len(piece.encode()))
    return text + b"\n" if size % 2 == 0 else text


_OF_LINES = ("last words", "crash", "cause", "metrics")
"""Readers for which it matters what stands before."""


@pytest.mark.parametrize(
    "reader",
    [
        pytest.param(name, marks=pytest.mark.long if name in ("screen", "metrics", "cause") else ())
        for name in READERS
    ],
)
def test_time_grows_as_the_output_does(reader: str):
    read = READERS[reader]
    read(b"what is compiled, or imported, when it is needed: loss=0.5 \x1b[1m")
    slow = []
    for piece in PIECES:
        for before in _BEFORE if reader in _OF_LINES else ("",):
            large = _seconds(read, _tail(before, piece, _LARGE))
            if large > 4 * _NOTHING and large > 9 * _seconds(read, _tail(before, piece, _SMALL)):
                slow.append((before, piece, large))
    assert slow == []


def test_the_cause_at_the_head_of_a_line_of_megabytes_is_found(tmp_path: Path):
    log = tmp_path / "console.log"
    numbers = ", ".join(f"{number / 7:.16f}" for number in range(400_000))
    log.write_bytes(
        f"epoch 1\r\nTraceback (most recent call last):\r\n  File 'x.py', line 1\r\n"
        f"AssertionError: [{numbers}]\r\n".encode()
    )
    begin = time.process_time()
    before, since = console_end(log, 0)
    words = last_words(before)
    assert time.process_time() - begin < 2
    assert (words or "").startswith("AssertionError: [0.0000000000000000, 0.142")
    assert since == b""
    assert len(before) <= MOST_KEPT


@pytest.mark.parametrize("later", [0, 1, 7, 100, 70_000, 200_000, 10_000_000])
def test_the_end_of_a_console_is_cut_where_it_was_asked(tmp_path: Path, later: int):
    log = tmp_path / "console.log"
    log.with_name("console.log.1").write_bytes(b"".join(b"old %d\r\n" % n for n in range(20_000)))
    log.write_bytes(b"".join(b"new %d\r\n" % n for n in range(10_000)))
    waiting = b"waiting\r\n"
    whole = log.with_name("console.log.1").read_bytes() + log.read_bytes() + waiting
    before, since = console_end(log, later, lambda _size: [waiting])
    cut = max(0, len(whole) - later)
    assert whole[cut:].endswith(since)
    assert whole[:cut].endswith(before)
    assert len(since) == min(MOST_KEPT, len(whole) - cut)
    assert len(before) + len(since) == MOST_KEPT


def test_a_console_that_cannot_be_read_has_no_end(tmp_path: Path):
    assert console_end(tmp_path / "gone" / "console.log", 5) == (b"", b"")
