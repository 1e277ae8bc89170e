"""A terminal for end-to-end tests: a real pty, with pyte in the place of the emulator."""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import pyte

_MODE = re.compile(r"\x1b\[\?([\d;]+)([hl])|\x1b\[([<>])\d*u")
_REQUEST = b"\x1b[6n"
"""Asks for the position of the cursor, as the viewer does at the end of each packet."""
_BACKGROUND = b"\x1b]11;?"
_KITTY_KEYS = -1
"""In `Terminal.modes`: the keyboard protocol of kitty, which has no mode number."""

# pyte prints the parts of these that it does not know; terminals swallow them whole.
_UNKNOWN = re.compile(
    r"\x1b\[[<>=?][0-9;]*[a-zA-Z$]*[a-zA-Z]|\x1bP[^\x1b]*\x1b\\|\x1b\][^\x07\x1b]*(\x07|\x1b\\)"
    r"|\x1b\[\d* q"
)


class Terminal:
    """Runs a command in a pty of `columns` x `rows` and keeps its screen.

    Everything the command writes goes through the emulator; cursor-position requests are answered.

    Attributes:
        modes: DEC private modes that are on (1049: alternate screen, 25: cursor, 1000…: mouse).
        rate: bytes a second that the link carries, when given.
        background: ``RRRR/GGGG/BBBB`` that it tells when it is asked; empty where it tells nothing.
    """

    background = ""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        columns: int = 120,
        rows: int = 40,
        rate: float | None = None,
    ) -> None:
        self.modes = {7, 25}
        self.rate = rate
        self._carried_until = 0.0
        self.screen = pyte.Screen(columns, rows)
        self.received = b""
        self._stream = pyte.Stream(self.screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._unsent = b""
        self._master, slave = pty.openpty()
        os.set_blocking(self._master, False)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.settings = termios.tcgetattr(self._master)
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(env),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(slave)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.close()
        self.process.wait(10)

    @property
    def text(self) -> str:
        """The screen as lines of text."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def is_as_it_was(self) -> bool:
        """Whether the command left the modes and settings that it found."""
        return self.modes == {7, 25} and termios.tcgetattr(self._master) == self.settings

    def press(self, keys: str) -> None:
        """Type; like any terminal it reads on while the command takes no more keys."""
        self._send(keys.encode())
        end = time.monotonic() + 20
        while self._unsent:
            assert time.monotonic() < end, f"takes no keys:\n{self.text}"
            self.pump(0.05)
            self._send(b"")

    def suspend(self, timeout: float = 10) -> psutil.Process:
        """Press Ctrl-Z and wait until that has stopped the command; SIGCONT has it go on."""
        process = psutil.Process(self.process.pid)
        self.press("\x1a")
        end = time.monotonic() + timeout
        while process.status() != psutil.STATUS_STOPPED:
            assert time.monotonic() < end, "not suspended"
            self.pump(0.05)
        self.pump(0.1)
        return process

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal; the command gets SIGWINCH from the kernel."""
        self.screen.resize(rows, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def close(self) -> None:
        """Take the terminal away, as a dropped connection does."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def pump(self, seconds: float) -> None:
        """Read what the command writes for so long, or until it hangs up."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self.rate and (busy := self._carried_until - time.monotonic()) > 0:
                time.sleep(min(busy, left))  # as the link does
                continue
            if not select.select([self._master], [], [], left)[0]:
                return
            data = self._read(64 if self.rate else 65536)
            if self.rate:
                self._carried_until = time.monotonic() + len(data) / self.rate
            if not data:
                return
            self._receive(data)

    def wait_for(self, wanted: str | Callable[[str], object], timeout: float = 20) -> str:
        """Read until the screen shows a text, or satisfies a predicate; returns the screen."""
        holds = wanted if callable(wanted) else lambda text: wanted in text
        end = time.monotonic() + timeout
        while not holds(self.text):
            assert time.monotonic() < end, f"not on the screen: {wanted}\n{self.text}"
            self.pump(0.05)
        return self.text

    def wait_for_exit(self, timeout: float = 20) -> int:
        """Read until the command ends; returns its exit code."""
        end = time.monotonic() + timeout
        while self.process.poll() is None:
            assert time.monotonic() < end, f"still runs:\n{self.text}"
            self.pump(0.05)
        self.pump(0.2)
        return self.process.returncode

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to the command."""
        self.process.send_signal(number)

    def _read(self, most: int) -> bytes:
        """Take over what the command has written, nothing after it hung up; answer requests."""
        try:
            data = os.read(self._master, most)
        except OSError:
            return b""
        begin = max(0, len(self.received) + 1 - len(_REQUEST))  # one may be split
        self.received += data
        if self.background and _BACKGROUND in data:
            self._send(b"\x1b]11;rgb:%s\x1b\\" % self.background.encode())
        self._send(b"\x1b[1;1R" * self.received.count(_REQUEST, begin))
        return data

    def _send(self, data: bytes) -> None:
        self._unsent += data
        with suppress(BlockingIOError):
            self._unsent = self._unsent[os.write(self._master, self._unsent) :]

    def _receive(self, data: bytes) -> None:
        """Let the emulator read."""
        text = self._held + self._decoder.decode(data)
        text, self._held = _split_escape(text)
        for numbers, on, kitty in _MODE.findall(text):
            switch = self.modes.add if on == "h" or kitty == ">" else self.modes.discard
            for number in numbers.split(";") if numbers else [_KITTY_KEYS]:
                switch(int(number))
        self._stream.feed(_UNKNOWN.sub("", text))


def _split_escape(text: str) -> tuple[str, str]:
    """Hold an escape sequence back that the next read completes."""
    start = text.rfind("\x1b")
    if (
        start >= 0
        and len(text) - start < 64
        and not re.search(r"[a-zA-Z\\\x07]", text[start + 1 :])
    ):
        return text[:start], text[start:]
    return text, ""


def _take_terminal() -> None:
    """In the child: what a login shell does before it executes a command."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # Ignored where the tests run in the background of a shell, or below nohup.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
