"""One life of a mirror: from a subject to its journal, and through W&B to an exit code."""

import logging
import os
import shlex
from contextlib import ExitStack, suppress
from pathlib import Path

from tuimon.mirror.context import MirrorContext, MirrorInterrupt, OnlineRestart, UploadError
from tuimon.mirror.destination import LOGIN_HINT
from tuimon.mirror.fragment_upload import whole_fragment
from tuimon.mirror.journal import Journal
from tuimon.mirror.journal_home import enter_home, has_news, is_settled, settle_home
from tuimon.mirror.label_sender import LabelSender
from tuimon.mirror.leftovers import HOME_VARIABLE, kill_leftovers
from tuimon.mirror.offline_file import is_offline_run
from tuimon.mirror.owner import NewFile
from tuimon.mirror.server import RunPlace
from tuimon.mirror.status import EXIT_AGAIN
from tuimon.mirror.upload_watch import IncompleteError
from tuimon.mirror.wandb_client import GRACE, INIT_TIMEOUT, has_key, server, teardown, wanted_mode
from tuimon.runs.lock import locked
from tuimon.runs.paths import RunPaths

_LOOK_EVERY = 0.5
_LOOK_FOR_LOCK_EVERY = 1.0

log = logging.getLogger("tuimon.mirror")


def mirror_subject(context: MirrorContext) -> int:
    """Mirror a subject to its end; returns the exit code."""
    subject, paths, status = context.subject, context.paths, context.status
    # Where W&B looks for its settings file and for the repository.
    with suppress(OSError):
        os.chdir(subject.record.cwd)
    try:
        if _is_unwanted(context):
            status.update(state="off", detail="W&B is disabled (WANDB_MODE, or its settings)")
            return 0
        files = _first_files(context)
        if files is None:
            if subject.own_run is None:
                detail = "the training wrote no event file: nothing to mirror"
                status.update(state="finished", detail=detail)
            return 0
        logdir = str(Path(files[0].path).parent) if files else None
        home = settle_home(paths, context.options, context.environ, logdir)
        if logdir is not None:
            with suppress(OSError):
                enter_home(logdir, home, paths)  # before anything is at W&B: the node may die
        with ExitStack() as stack:
            if home != paths:
                _wait_for_lock(stack, home, context)
                subject.goes_on_from(home)
                kill_leftovers(home.directory)
            kill_leftovers(home.directory, HOME_VARIABLE)
            if home != paths:
                os.environ[HOME_VARIABLE] = str(home.directory)
                with context.guard("teardown", GRACE):
                    teardown()  # wandb-core begins anew, with the variable
            _mirror(context, home, files)
    except MirrorInterrupt:
        detail = status.record.detail or ""
        why = detail if detail.startswith("trying again: ") else "stopped before the end"
        status.update(
            state="failed",
            detail=f"{why.removeprefix('trying again: ')}; go on with: {subject.upload_command}",
        )
        return EXIT_AGAIN  # whoever has not asked for that begins anew
    except UploadError as error:
        status.update(state="finished", detail=str(error))
    except IncompleteError as error:
        log.error("%s", error)
        status.update(state="failed", detail=str(error))
        return EXIT_AGAIN
    finally:
        subject.close()
    return 0


def _is_unwanted(context: MirrorContext) -> bool:
    """Whether the user, the environment or W&B's settings say that nothing is to be recorded."""
    with context.guard("start", INIT_TIMEOUT + GRACE):
        return wanted_mode(context.options, context.environ) == "off"


def _mirror(context: MirrorContext, home: RunPaths, files: list[NewFile]) -> None:
    """Offline or online, and from the one to the other, with one journal."""
    uploads = context.uploads
    while True:
        wants_online = uploads.is_asked
        if wants_online:
            context.subject.upload()
        uploads.done()
        with Journal(home.mirror / "journal.jsonl") as journal:
            if wants_online and (
                _has_sent_labels(context, home, journal, files)
                or _has_sent_whole(context, home, journal, files)
            ):
                return
            # What reads event files is not needed for a whole offline file.
            from tuimon.mirror.core import Mirror

            try:
                Mirror(context, home, journal, wants_online=wants_online).mirror(files)
                return
            except OnlineRestart:
                uploads.ask()
                context.status.update(state="starting", detail="going online")


def _has_sent_labels(
    context: MirrorContext, home: RunPaths, journal: Journal, files: list[NewFile]
) -> bool:
    """Whether W&B had everything, and has now what was said of the run since, too.

    Raises:
        UploadError: it could not be sent.
    """
    began, status = journal.run, context.status
    had_all = context.was_finished and status.record.arrived and context.subject.settled
    if not had_all or began is None or not began.online:
        return False
    if has_news(home, [file.path for file in files]):
        return False
    with context.guard("start", INIT_TIMEOUT + GRACE):
        at = server() if has_key() else None
        if at is None:
            raise UploadError(f"no W&B key: {LOGIN_HINT}")
        place = RunPlace(began.entity or None, began.project or None, began.run_id)
        if (why := LabelSender(context, at, place).settle()) is not None:
            raise UploadError(why)
    status.update(state="finished")
    return True


def _has_sent_whole(
    context: MirrorContext, home: RunPaths, journal: Journal, files: list[NewFile]
) -> bool:
    """Whether everything was at hand in an offline file, and is at W&B now."""
    upload = whole_fragment(context, home, journal, files)
    has_sent = upload is not None and upload.is_possible() and upload.upload()
    if context.stop.is_set():
        raise MirrorInterrupt
    return has_sent


def _first_files(context: MirrorContext) -> list[NewFile] | None:
    """Wait for the first event file, unless an earlier life has been told; None: there is none."""
    subject, status = context.subject, context.status
    files = subject.look()
    if is_settled(context.paths) and not files:
        return files
    if not files:
        status.update(detail="waiting for the first event file")
    while not files:
        settled = subject.settled
        if subject.own_run is not None:
            detail = _about(subject.own_run, left_out=subject.leaves_out)
            status.update(state="own", directory=subject.own_run, detail=detail)
        if settled:
            return None
        if context.stop.wait(_LOOK_EVERY):
            raise MirrorInterrupt
        files = subject.look()
    if status.record.state == "own":
        status.update(state="starting", directory=None)
    status.update(detail=None)
    return files


def _about(own_run: str, *, left_out: bool) -> str:
    """What to know of a W&B run that the training has opened."""
    upload = f"; upload it with: {shlex.join(['wandb', 'sync', own_run])}"
    files = "; event files are not sent there (tuimon mirror sends them)"
    return (
        f"the script's own run, in {own_run}{upload if is_offline_run(own_run) else ''}"
        f"{files if left_out else ''}"
    )


def _wait_for_lock(stack: ExitStack, home: RunPaths, context: MirrorContext) -> None:
    while True:
        with ExitStack() as attempt:
            if attempt.enter_context(locked(home.mirror)):
                stack.push(attempt.pop_all())
                break
        context.status.update(
            detail=f"waiting: the mirror of {home.id} is still at work on this W&B run"
        )
        if context.stop.wait(_LOOK_FOR_LOCK_EVERY):
            raise MirrorInterrupt
    context.status.update(detail=None)
