"""One life of a mirror: from a subject to its journal, and through W&B to an exit code."""

import logging
import os
import shlex
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path

from tuimon.mirror.home import is_settled, settle_home
from tuimon.mirror.journal import Journal
from tuimon.mirror.leftovers import HOME_VARIABLE, kill_leftovers
from tuimon.mirror.lock import locked
from tuimon.mirror.mirror import GoesOnline, IncompleteError, Interrupted, Mirror
from tuimon.mirror.offline_file import is_offline_run
from tuimon.mirror.opening import MirrorOff, NotUploaded, Opening
from tuimon.mirror.status import EXIT_AGAIN, MirrorStatus
from tuimon.mirror.subject import NewFile, Subject
from tuimon.mirror.upload import UploadRequests
from tuimon.mirror.wandb_run import teardown
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RecordError, RunRecord, read_record

_LOOK_EVERY = 0.5
_LOOK_FOR_LOCK_EVERY = 1.0
_TEARDOWN_TIMEOUT = 40.0

log = logging.getLogger("tuimon.mirror")


def mirror_subject(
    subject: Subject,
    paths: RunPaths,
    environ: Mapping[str, str],
    status: MirrorStatus,
    stop: threading.Event,
    guard: Callable[[str, float], AbstractContextManager[None]],
    uploads: UploadRequests,
) -> int:
    """Mirror a subject whose own directory is `paths`; returns the exit code.

    `environ` is the environment as it was given; the other arguments are those of `Mirror`.
    """
    # Where W&B looks for its settings file and for the repository.
    with suppress(OSError):
        os.chdir(subject.record.cwd)
    try:
        Opening.check_wanted(subject.record.mirror, environ, guard)
        files = _first_files(subject, paths, status, stop)
        if files is None:
            if subject.own_run is None:
                detail = "the training wrote no event file: nothing to mirror"
                status.update(state="finished", detail=detail)
            return 0
        logdir = str(Path(files[0].path).parent) if files else None
        home = settle_home(paths, subject.record.mirror, environ, logdir)
        with ExitStack() as stack:
            if home != paths:
                _wait_for_lock(stack, home, status, stop)
                _go_on_from(subject, home)
                kill_leftovers(home.directory)
            kill_leftovers(home.directory, HOME_VARIABLE)
            if home != paths:
                os.environ[HOME_VARIABLE] = str(home.directory)
                with guard("teardown", _TEARDOWN_TIMEOUT):
                    teardown()  # wandb-core begins anew, with the variable
            _mirror(subject, home, files, environ, status, stop, guard, uploads)
    except MirrorOff:
        status.update(state="off", detail="W&B is disabled (WANDB_MODE, or its settings)")
    except Interrupted:
        detail = status.record.detail or ""
        why = detail if detail.startswith("trying again: ") else "stopped before the end"
        status.update(
            state="failed",
            detail=f"{why.removeprefix('trying again: ')}; go on with: {subject.upload_command}",
        )
    except NotUploaded as error:
        status.update(state="finished", detail=str(error))
    except IncompleteError as error:
        log.error("%s", error)
        status.update(state="failed", detail=str(error))
        return EXIT_AGAIN
    return 0


def _mirror(
    subject: Subject,
    home: RunPaths,
    files: list[NewFile],
    environ: Mapping[str, str],
    status: MirrorStatus,
    stop: threading.Event,
    guard: Callable[[str, float], AbstractContextManager[None]],
    uploads: UploadRequests,
) -> None:
    while True:
        wants_online = uploads.is_asked
        uploads.done()
        with Journal(home.mirror / "journal.jsonl") as journal:
            mirror = Mirror(
                subject,
                home,
                environ,
                journal,
                status,
                stop,
                guard,
                wants_online=wants_online,
                goes_online=uploads,
            )
            try:
                mirror.mirror(files)
                return
            except GoesOnline:
                uploads.ask()
                status.update(state="starting", detail="going online")


def _first_files(
    subject: Subject, paths: RunPaths, status: MirrorStatus, stop: threading.Event
) -> list[NewFile] | None:
    """Wait for the first event file, unless an earlier life has been told; None: there is none."""
    files = subject.look()
    if is_settled(paths) and not files:
        return files
    if not files:
        status.update(detail="waiting for the first event file")
    while not files:
        settled = subject.settled
        if subject.own_run is not None:
            status.update(state="own", directory=subject.own_run, detail=_about(subject.own_run))
        if settled:
            return None
        if stop.wait(_LOOK_EVERY):
            raise Interrupted
        files = subject.look()
    if status.record.state == "own":
        status.update(state="starting", directory=None)
    status.update(detail=None)
    return files


def _about(own_run: str) -> str:
    """What to know of a W&B run that the training has opened."""
    upload = f"; upload it with: {shlex.join(['wandb', 'sync', own_run])}"
    return f"the script's own run, in {own_run}{upload if is_offline_run(own_run) else ''}"


def _wait_for_lock(
    stack: ExitStack, home: RunPaths, status: MirrorStatus, stop: threading.Event
) -> None:
    while True:
        with ExitStack() as attempt:
            if attempt.enter_context(locked(home.mirror)):
                stack.push(attempt.pop_all())
                break
        status.update(detail=f"waiting: the mirror of {home.id} is still at work on this W&B run")
        if stop.wait(_LOOK_FOR_LOCK_EVERY):
            raise Interrupted
    status.update(detail=None)


def _go_on_from(subject: Subject, home: RunPaths) -> None:
    with suppress(RecordError):
        record = read_record(RunRecord, home.run_json)
        if record is not None:
            subject.goes_on_from(record.started_at)
