"""Hints from the system that something changed in directories, where the file system gives them.

Hints only make polling happen earlier. Network file systems tell nothing of what other machines
write, and the number of watches is limited: who relies on hints alone misses news.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence

MAX_DIRECTORIES = 1024
"""Watches are a limited good that all programs of a user share."""

_STEP_MS, _QUIET_STEP_MS = 50, 300
"""Each look of watchfiles at what the system has told costs 40 µs."""
_QUIET_AFTER_MS = 20_000
_DEBOUNCE_MS = 100
_RETRY_SECONDS = 30.0


class ChangeHints:
    """Watches directories in a thread of its own and calls back with the paths that changed."""

    def __init__(self, on_change: Callable[[Iterable[str]], None]) -> None:
        self._on_change = on_change
        self._directories: frozenset[str] = frozenset()
        self._stop = threading.Event()
        self._failed_at: float | None = None

    def watch(self, directories: Sequence[str]) -> None:
        """Watch these directories (the first `MAX_DIRECTORIES`) instead of the ones before."""
        wanted = frozenset(directories[:MAX_DIRECTORIES])
        failed = self._failed_at is not None
        if wanted == self._directories and not failed:
            return
        if self._failed_at is not None and time.monotonic() < self._failed_at + _RETRY_SECONDS:
            return
        self.stop()
        if not wanted:
            return
        self._directories, self._failed_at = wanted, None
        self._stop = threading.Event()
        thread = threading.Thread(
            target=self._run, args=(wanted, self._stop), name="tuimon-hints", daemon=True
        )
        try:
            thread.start()
        except RuntimeError as error:  # the user's limit of threads
            self._fail(error)

    def stop(self) -> None:
        """Stop watching; returns before the thread has ended, which takes some 50 ms."""
        self._stop.set()
        self._directories = frozenset()

    def _fail(self, error: Exception) -> None:
        import logging

        logging.getLogger(__name__).info("no hints on changed files: %s", error)
        self._failed_at = time.monotonic()

    def _run(self, directories: frozenset[str], stop: threading.Event) -> None:
        import watchfiles  # slow to import, and the first curves do not wait for it

        step = _STEP_MS
        try:
            while not stop.is_set():
                for changes in watchfiles.watch(
                    *directories,
                    watch_filter=None,
                    stop_event=stop,
                    step=step,
                    debounce=max(step, _DEBOUNCE_MS),
                    rust_timeout=_QUIET_AFTER_MS,
                    yield_on_timeout=True,
                    recursive=False,
                    raise_interrupt=False,
                    ignore_permission_denied=True,
                ):
                    self._on_change([path for _, path in changes])
                    wanted = _STEP_MS if changes else _QUIET_STEP_MS
                    if wanted != step:
                        step = wanted
                        break
        except Exception as error:
            # No inotify, too many watches, a directory that is gone: polling goes on.
            self._fail(error)
