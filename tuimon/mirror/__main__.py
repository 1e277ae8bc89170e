"""``python -m tuimon.mirror DIRECTORY``: mirror one run, or log directory, to W&B, to its end.

A process of its own because wandb may block, crash or exit; whoever starts it waits for nothing.
"""

import gc
import logging
import os
import shlex
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

from tuimon.guardian.descendants import COMPANION_VARIABLE
from tuimon.mirror.context import MirrorContext
from tuimon.mirror.destination import clean
from tuimon.mirror.launch_owner import LaunchOwner
from tuimon.mirror.leftovers import own_temporary_directory
from tuimon.mirror.mirror_process import EXIT_UNUSABLE
from tuimon.mirror.owner import Owner
from tuimon.mirror.status import EXIT_AGAIN, MirrorStatus, one_line
from tuimon.mirror.upload import UploadRequests
from tuimon.mirror.watchdog import Watchdog
from tuimon.runs.background import begin
from tuimon.runs.lock import locked
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import TRYING_AGAIN, LogdirRecord, read_record

IMPORT_TIMEOUT = 60.0

log = logging.getLogger("tuimon.mirror")


def main(directory: Path) -> int:
    """Mirror what `directory` describes; returns the exit code."""
    paths = RunPaths(directory)
    os.nice(5)  # the training comes first
    stop = begin("mirror", guarded=COMPANION_VARIABLE in os.environ)
    # An old wandb sends it to its own process when somebody presses "Stop run" on its page.
    signal.signal(signal.SIGINT, lambda *_: None)
    with locked(paths.mirror) as free, ExitStack() as stack:
        if not free:
            log.error("another mirror of this run is at work")
            return EXIT_AGAIN
        environ = dict(os.environ)  # before the mirrors of trials would share what follows
        stack.enter_context(own_temporary_directory(directory))
        # Files of artifacts wait there to be uploaded, those of an offline run for as long as that.
        os.environ.setdefault("WANDB_DATA_DIR", str(paths.mirror / "data"))
        status = MirrorStatus(paths.mirror_json)
        try:
            return _mirror(paths, status, stop, environ)
        except Exception as error:
            if not directory.exists():
                return 0
            log.exception("the mirror failed")
            status.update(state="failed", detail=f"{one_line(error)}{TRYING_AGAIN}")
            return EXIT_AGAIN


def _subject(paths: RunPaths) -> Owner:
    """What a directory describes: a launch, log directories or a trial; raises RecordError."""
    record = read_record(LogdirRecord, paths.logdir_json)
    if record is None:
        return LaunchOwner(paths)
    from tuimon.mirror.logdir_owner import LogdirOwner
    from tuimon.mirror.trial_owner import TrialOwner

    return TrialOwner(paths, record) if record.launch else LogdirOwner(record, paths)


def _mirror(
    paths: RunPaths, status: MirrorStatus, stop: threading.Event, environ: dict[str, str]
) -> int:
    def blocked(what: str, seconds: float) -> None:
        log.error("wandb did not return from %s within %.0f s", what, seconds)
        status.update(
            state="failed", detail=f"wandb blocked in {what} for {seconds:.0f} s{TRYING_AGAIN}"
        )

    subject = _subject(paths)
    options = subject.record.mirror
    uploads = UploadRequests(paths, whenever_possible=options.when_online)
    was_finished = status.record.state == "finished"
    if was_finished and subject.ended and not uploads.is_asked:
        return 0
    watchdog = Watchdog(blocked)
    status.update(state="starting", detail=None)
    clean(os.environ)
    try:
        gc.disable()  # nothing that wandb imports is garbage: looking for it takes a tenth
        with watchdog.limit("import", IMPORT_TIMEOUT):
            import wandb  # noqa: F401
    except BaseException as error:  # a broken package may even exit
        log.exception("wandb cannot be imported")
        again = shlex.join([sys.executable, "-m", "pip", "install", "--force-reinstall", "wandb"])
        status.update(
            state="failed", detail=f"wandb cannot be imported ({one_line(error)}): {again}"
        )
        return EXIT_UNUSABLE
    finally:
        gc.freeze()
        gc.enable()
    from tuimon.mirror.life import mirror_subject
    from tuimon.mirror.wandb_client import about_version

    if about := about_version():
        log.warning("%s", about)
    return mirror_subject(
        MirrorContext(
            subject=subject,
            paths=paths,
            environ=environ,
            status=status,
            stop=stop,
            guard=watchdog.limit,
            uploads=uploads,
            was_finished=was_finished,
        )
    )


def run(directory: Path) -> NoReturn:
    """Mirror what `directory` describes, and end the process."""
    code = main(directory)
    logging.shutdown()
    # Not by way of wandb's exit hooks, which wait for a run that could not be finished.
    os._exit(code)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tuimon.mirror DIRECTORY")
    run(Path(sys.argv[1]).absolute())
