"""``python -m tuimon.mirror RUN_DIR``: mirror one run to W&B, to its end.

A process of its own because wandb may block, crash or exit; whoever starts it waits for nothing.
"""

import fcntl
import logging
import os
import shlex
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tuimon.mirror.destination import clean
from tuimon.mirror.status import MirrorStatus, one_line
from tuimon.mirror.watchdog import Watchdog
from tuimon.runs.paths import RunPaths

EXIT_AGAIN = 75
"""Something failed that may succeed later (EX_TEMPFAIL of sysexits.h)."""

EXIT_UNUSABLE = 78
"""wandb itself does not work here (EX_CONFIG)."""

IMPORT_TIMEOUT = 60.0

log = logging.getLogger("tuimon.mirror")


def main(directory: Path) -> int:
    """Mirror the run in `directory`; returns the exit code."""
    paths = RunPaths(directory)
    os.nice(5)  # the training comes first
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(asctime)s mirror[%(process)d] %(message)s",
        datefmt="%Y-%m-%d %H:%M:%S",
    )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with locked(directory / "mirror") as free:
        if not free:
            log.error("another mirror of this run is at work")
            return EXIT_AGAIN
        status = MirrorStatus(paths.mirror_json)
        try:
            return _mirror(paths, status, stop)
        except Exception as error:
            if not directory.exists():
                return 0
            log.exception("the mirror failed")
            status.update(state="failed", detail=f"{one_line(error)}; trying again")
            return EXIT_AGAIN


def _mirror(paths: RunPaths, status: MirrorStatus, stop: threading.Event) -> int:
    def blocked(what: str, seconds: float) -> None:
        log.error("wandb did not return from %s within %.0f s", what, seconds)
        status.update(
            state="failed", detail=f"wandb blocked in {what} for {seconds:.0f} s; trying again"
        )

    if status.record.state == "finished":
        return 0
    watchdog = Watchdog(blocked)
    status.update(state="starting", detail=None)
    environ = dict(os.environ)
    clean(os.environ)
    try:
        with watchdog.limit("import", IMPORT_TIMEOUT):
            import wandb  # noqa: F401
    except BaseException as error:  # a broken package may even exit
        log.exception("wandb cannot be imported")
        again = shlex.join([sys.executable, "-m", "pip", "install", "--force-reinstall", "wandb"])
        status.update(
            state="failed", detail=f"wandb cannot be imported ({one_line(error)}): {again}"
        )
        return EXIT_UNUSABLE
    from tuimon.mirror.journal import Journal
    from tuimon.mirror.mirror import IncompleteError, Interrupted, Mirror
    from tuimon.mirror.opening import MirrorOff

    with Journal(paths.directory / "mirror" / "journal.jsonl") as journal:
        mirror = Mirror(paths, environ, journal, status, stop, watchdog.limit)
        # Where W&B looks for its settings file and for the repository.
        with suppress(OSError):
            os.chdir(mirror.cwd)
        again = shlex.join([sys.executable, "-m", "tuimon.mirror", str(paths.directory)])
        try:
            mirror.mirror()
        except MirrorOff:
            status.update(state="off", detail="W&B is disabled (WANDB_MODE, or its settings)")
        except Interrupted:
            status.update(state="failed", detail=f"stopped before the end; go on with: {again}")
        except IncompleteError as error:
            log.error("%s", error)
            status.update(state="failed", detail=str(error), sync_command=again)
            return EXIT_AGAIN
    return 0


@contextmanager
def locked(directory: Path) -> Iterator[bool]:
    """Hold the lock of a mirror directory (created); False when another process holds it."""
    directory.mkdir(mode=0o700, exist_ok=True)
    file = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(file)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tuimon.mirror RUN_DIR")
    code = main(Path(sys.argv[1]).absolute())
    logging.shutdown()
    # Not by way of wandb's exit hooks, which wait for a run that could not be finished.
    os._exit(code)
