"""Opening the W&B run: online, offline, or later."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tuimon.mirror.arrivals import ArrivalCheck
from tuimon.mirror.context import MirrorContext, UploadError
from tuimon.mirror.destination import LOGIN_HINT, Destination, destination
from tuimon.mirror.journal import IdEntry, Journal, RunEntry
from tuimon.mirror.label_sender import LabelSender
from tuimon.mirror.offline_file import Fragments
from tuimon.mirror.offline_metrics import OfflineMetrics, offline_metrics
from tuimon.mirror.run_files import RunFiles
from tuimon.mirror.run_labels import RunLabels, launch_labels, relabelled
from tuimon.mirror.running_time import RunningTime, launch_name
from tuimon.mirror.server import NoSuchRunError, RunCounts, RunPlace, ServerError, UnansweredError
from tuimon.mirror.status import one_line
from tuimon.mirror.stop_button import StopButton
from tuimon.mirror.wandb_client import (
    FINISH_TIMEOUT_ONLINE,
    GRACE,
    INIT_TIMEOUT,
    has_key,
    new_run_id,
    server,
    teardown,
    wanted_mode,
)
from tuimon.mirror.wandb_run import WandbRun, wait_for_free_directory
from tuimon.mirror.wandb_settings import tells_stops
from tuimon.runs.annotation import read_annotation
from tuimon.runs.paths import RunPaths

_FIRST_DELAY = 2.0
_LONGEST_DELAY = 300.0
_MICROSECOND = 1e-6

_RECORDING_OFFLINE = "recording offline: "

log = logging.getLogger(__name__)


class OutOfStepError(Exception):
    """The server's answers about a run that is resumed do not fit together; later they may."""


@dataclass(frozen=True, slots=True)
class OpenRun:
    """An open run and the numbers of the first row and, where known, line of output that it lacks.

    `fragments` only offline; `arrivals` only online, where the server can be asked.
    """

    run: WandbRun
    run_id: str
    first_row: int
    first_line: int | None = None
    fragments: Fragments | None = None
    arrivals: ArrivalCheck | None = None
    metrics: Sequence[Any] = ()
    """System metrics of the time offline that it lacks, as wandb's records; none are measured
    then."""
    labels: LabelSender | None = None
    """Only online, as `arrivals`."""
    detail: str | None = None
    button: StopButton | None = None
    """Only online."""


class RunOpener:
    """Tries to open a W&B run.

    A run that has been online stays online: its rows are at the server, and only the server knows
    which. One that was never online is opened offline when the server cannot be reached: at once
    in mode auto, at the end of the training when the user asked for online. An offline run goes
    online when `wants_online` says so, under the same id and row numbers.
    """

    def __init__(
        self, context: MirrorContext, home: RunPaths, journal: Journal, *, wants_online: bool
    ) -> None:
        """Decide where to."""
        self._context = context
        self._subject = context.subject
        self._guard = context.guard
        self._home = home
        self._journal = journal
        self._wants_online = wants_online
        self._run_id = _settle_id(journal)
        self._fragments = Fragments(home.wandb, self._run_id)
        self._destination = self._choose()
        self._server_says: str | None = None
        self._next_delay = _FIRST_DELAY
        self.delay = 0.0
        """Seconds to wait before the next attempt."""

    def attempt(self) -> OpenRun | None:
        """Open the run, or return None: try again later.

        Raises:
            UploadError: all is recorded offline, and could not go online.
            Exception: whatever wandb raises when there is no other way left.
        """
        if self._destination.mode == "offline":
            return self._offline(self._destination.reason)
        try:
            return self._online()
        except Exception as error:
            log.warning("W&B cannot be reached: %s", error)
            detail = _explained(error, self._server_says)
            # wandb-core goes on holding the id of a run that could not be opened.
            with self._guard("teardown", GRACE):
                teardown()
        if not self._has_been_online and (self._subject.ended or not self._destination.insist):
            return self._offline(f"{_RECORDING_OFFLINE}{detail}")
        self._context.status.update(state="starting", detail=f"trying again: {detail}")
        self.delay = self._next_delay
        self._next_delay = min(2 * self.delay, _LONGEST_DELAY)
        return None

    @property
    def _has_been_online(self) -> bool:
        return self._journal.run is not None and self._journal.run.online

    def _choose(self) -> Destination:
        if self._has_been_online:
            return Destination("online")
        begun_offline = self._journal.run is not None
        with self._guard("start", INIT_TIMEOUT + GRACE):
            wanted = wanted_mode(self._context.options, self._context.environ)
            if self._wants_online:
                wanted = "online"
            elif begun_offline and wanted == "auto":
                return Destination("offline")
            if wanted in ("off", "offline"):
                return Destination("offline")
            if begun_offline and (gone := self._journal.gone()):
                return Destination("offline", self._by_hand(gone))
            try:
                found = destination(wanted, has_key=has_key())
            except Exception as error:
                found = Destination("offline", f"{_RECORDING_OFFLINE}{_explained(error)}")
        return replace(found, insist=False) if self._wants_online else found

    def _by_hand(self, gone: str) -> str:
        return (
            f"{gone} is gone or another file; upload what was recorded: {self._fragments.command}"
        )

    def _online(self) -> OpenRun:
        with self._guard("start", INIT_TIMEOUT + GRACE):
            has_key()  # wandb looks for it before a run is open, not after
        self._server_says = None
        counted = [self._counts()]
        button = StopButton(
            self._is_stopped,
            self._subject.stop_training,
            self._journal,
            launch_name(self._context.paths),
            tells=tells_stops(),
        )
        metrics = self._offline_metrics()
        run = self._open(
            online=True,
            is_new=not self._has_been_online and counted[0] is None,
            measures=not metrics.unsent,
            on_stop=button.press,
        )
        counted.append(self._counts())
        self._check_in_step(run, counted)
        if not self._has_been_online:
            began = self._journal.run
            entry = RunEntry(
                run_id=self._run_id,
                online=True,
                # The server may have rows that were uploaded by hand: all keep their numbers.
                first_row=began.first_row if began else run.first_row,
                project=run.project or "",
                entity=run.entity or "",
            )
            self._fragments.mark_uploaded()
            self._journal.append(entry)
        found = server()
        place = RunPlace(run.entity, run.project, self._run_id)
        files = RunFiles(self._home.wandb, self._run_id, run.directory, run.ignored_files)
        check = None if found is None else ArrivalCheck(found, place, files, metrics.measured)
        first_line = counted[1].lines if counted[1] is not None else None
        return OpenRun(
            run,
            self._run_id,
            run.first_row,
            first_line,
            arrivals=check,
            labels=None if found is None else LabelSender(self._context, found, place),
            metrics=metrics.unsent,
            detail=button.detail,
            button=button,
        )

    def _place(self, began: RunEntry) -> RunPlace:
        return RunPlace(began.entity or None, began.project or None, self._run_id)

    def _offline_metrics(self) -> OfflineMetrics:
        """System metrics that were measured offline, and which the server does not have."""
        began, at = self._journal.run, server()
        if began is None or at is None:
            return OfflineMetrics()
        try:
            return offline_metrics(self._fragments, at, self._place(began))
        except UnansweredError as error:
            log.warning("system metrics stay in the offline file: %s", error)
            return OfflineMetrics()

    def _counts(self) -> RunCounts | None:
        """What the server has; None before it has the run, or where it does not say."""
        began, at = self._journal.run, server()
        if began is None or at is None:
            return None
        try:
            return at.counts(self._place(began))
        except NoSuchRunError:
            return None
        except ServerError as error:
            self._server_says = str(error)
            log.info("rows cannot be counted: %s", error)
            return None

    def _is_stopped(self) -> bool | None:
        began, at = self._journal.run, server()
        return None if began is None or at is None else at.is_stopped(self._place(began))

    def _check_in_step(self, run: WandbRun, counted: list[RunCounts | None]) -> None:
        """Close a resumed run and raise OutOfStepError unless its next row is its next line.

        wandb-core takes the number of the next row from the last row at the server, and the line
        that it goes to from the server's count of rows (``runbranch/resume.go``). All rows of a
        mirror have numbers without a gap, so both are the same; unless one lags, as it may right
        after a crash: then rows would come twice, or one over the other. The count is asked before
        and after wandb does, so that it cannot have been another one in between.
        """
        told = [one for one in counted if one is not None]
        wrong = [one.rows for one in told if one.rows != run.first_row]
        if wrong or len({one.lines for one in told}) > 1:
            with self._guard("finish", FINISH_TIMEOUT_ONLINE + GRACE):
                run.finish(self._subject.stopped_code)
            raise OutOfStepError(
                f"W&B counts {told[-1].rows} rows but goes on with number {run.first_row}: "
                "waiting for them to agree"
            )

    def _offline(self, detail: str | None) -> OpenRun:
        fragments = self._fragments
        fragments.repair()
        entry = self._journal.run
        first_row = fragments.next_row(0 if entry is None else entry.first_row)
        if self._wants_online and self._subject.ended and first_row == self._journal.next_row:
            why = detail or "W&B is offline by its settings"
            raise UploadError(why.removeprefix(_RECORDING_OFFLINE))
        run = self._open(online=False)
        if entry is None:
            self._journal.append(
                RunEntry(
                    run_id=self._run_id,
                    online=False,
                    project=run.project or "",
                    entity=run.entity or "",
                )
            )
        return OpenRun(run, self._run_id, first_row, fragments=fragments, detail=detail)

    def _open(
        self,
        *,
        online: bool,
        is_new: bool = True,
        measures: bool = True,
        on_stop: Callable[[], None] = lambda: None,
    ) -> WandbRun:
        wait_for_free_directory(self._home, self._run_id)
        context, record = self._context, self._subject.record
        said = read_annotation(context.paths.annotation)
        new = RunLabels(name=record.id)
        asked = launch_labels(record.mirror, context.environ)
        began = self._journal.run
        running = RunningTime(self._journal.launches)
        with self._guard("init", INIT_TIMEOUT + GRACE):
            run = WandbRun.open(
                record,
                self._home,
                run_id=self._run_id,
                online=online,
                git=self._subject.git,
                measures=measures,
                on_stop=on_stop,
                labels=relabelled(new, asked, None, said, default=record.id) if is_new else None,
                # `wandb sync` sends the parts of a run in the order of their beginnings.
                origin=running.origin(math.inf) + len(self._fragments.files()) * _MICROSECOND,
                began=running.began,
                project=began.project if began else None,
                entity=began.entity if began else None,
            )
        if is_new:
            context.status.update(told=said)
        return run


def _settle_id(journal: Journal) -> str:
    """The id of the W&B run, the same for all lives of its mirrors."""
    if journal.run_id is not None:
        return journal.run_id
    run_id = new_run_id()
    journal.append(IdEntry(run_id=run_id))
    return run_id


def _explained(error: Exception, server_says: str | None = None) -> str:
    """What went wrong and what to do, in one line.

    What the server itself has said is clearer than what wandb makes of it.
    """
    text = one_line(error)
    if isinstance(error, OutOfStepError):
        return text
    if server_says is not None:
        return server_says
    # wandb has no error of its own for an answer 401; a malformed key raises AuthenticationError.
    if "401" in text:
        return f"the W&B key is refused (401): {LOGIN_HINT}"
    if type(error).__name__ == "AuthenticationError":
        return f"the W&B key is refused: {LOGIN_HINT} ({text})"
    return f"W&B cannot be reached ({text})"
