"""What goes to W&B line by line, besides the points: console output and alerts."""

import time
from pathlib import Path

from tuimon.console.folding import LineFolder
from tuimon.console.rotation import ConsoleReader
from tuimon.mirror.journal import Journal, SentEntry
from tuimon.mirror.wandb_run import WandbRun
from tuimon.runs.alerts import AlertLevel, read_alerts

_CONSOLE_EVERY = 1.0
_CONSOLE_BYTES = 1 << 18
"""Sent at a time: a training that prints more than this in a second is mirrored later."""


class ConsoleFeed:
    """Sends a console.log on, folded into lines, progress bars as they were left standing."""

    def __init__(self, path: Path, journal: Journal) -> None:
        self._path = path
        self._journal = journal
        self._reader = ConsoleReader(path)
        self._folder = LineFolder(reach=0)
        self._sent = 0
        self._due = 0.0
        self._pass_over(journal.sent.get(str(path), 0))

    def send(self, run: WandbRun) -> None:
        """Send what is new, at most once a second."""
        now = time.monotonic()
        if now >= self._due:
            self._due = now + _CONSOLE_EVERY
            self._send_piece(run)

    def finish(self, run: WandbRun) -> None:
        """Send all that is left: nothing will be printed any more."""
        while self._send_piece(run):
            pass
        if rest := self._folder.finish():
            run.write_logs(rest)

    def _send_piece(self, run: WandbRun) -> bool:
        data = self._read(_CONSOLE_BYTES)
        if not data:
            return False
        lines = self._folder.feed(data)
        self._journal.append(SentEntry(path=str(self._path), amount=self._sent))
        if lines:
            run.write_logs(lines)
        return True

    def _pass_over(self, amount: int) -> None:
        while self._sent < amount and self._read(min(amount - self._sent, _CONSOLE_BYTES)):
            pass

    def _read(self, most: int) -> bytes:
        try:
            data = self._reader.read(most)
        except OSError:
            return b""
        self._sent += len(data)
        return data


class AlertFeed:
    """Sends alerts on, each at most once."""

    def __init__(self, path: Path, journal: Journal) -> None:
        self._path = path
        self._journal = journal
        self._count = journal.sent.get(str(path), 0)
        self._size = -1

    def send(self, run: WandbRun) -> None:
        """Send what is new; that a training ended well W&B tells itself."""
        try:
            size = self._path.stat().st_size
        except OSError:
            return
        if size == self._size:
            return
        self._size = size
        for alert in read_alerts(self._path)[self._count :]:
            self._count += 1
            self._journal.append(SentEntry(path=str(self._path), amount=self._count))
            if alert.level is not AlertLevel.INFO:
                run.alert(alert.title, alert.text, str(alert.level))
