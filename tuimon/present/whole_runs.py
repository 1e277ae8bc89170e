"""Runs that are read to their end, to be told of as a whole."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuimon.runs.registry import RunStatus
from tuimon.runs.secrecy import mask_of

if TYPE_CHECKING:
    from tuimon.present.run_differences import ReportSubject

_PAUSE = 0.02


def read_runs(found: Sequence[RunStatus]) -> "list[ReportSubject]":
    """All there is of some runs, by names that tell them apart."""
    from tuimon.present.run_lines import RunCommands, names_apart

    commands = RunCommands()
    names = names_apart(commands.lines(found, {}), commands)
    return [read_run(status, name) for status, name in zip(found, names, strict=True)]


def read_run(status: RunStatus, label: str) -> "ReportSubject":
    """All there is of a run, which is called `label` beside another one."""
    from tuimon.present.run_details import read_details
    from tuimon.present.run_differences import ReportSubject
    from tuimon.session.session import Session
    from tuimon.summaries.reader import SummaryReader

    session = Session(status.paths)
    assert session.system is not None
    session.start()
    session.system.start()
    try:
        while session.follower.loading or session.system.loading:
            time.sleep(_PAUSE)
        details = read_details(session, SummaryReader())
        return ReportSubject(
            session.status or status, session, details, mask_of(status.record), label
        )
    finally:
        session.stop()
