"""`tuimon wait`: until a training has ended, or something has come in it."""

import json
import math
import time
from dataclasses import asdict
from typing import NamedTuple

import click

from tuimon.cli.shared.common import CommandError, complete_run, describe_end, run_or_refuse
from tuimon.cli.shared.json_numbers import json_number
from tuimon.cli.shared.run_feed import RunFeed
from tuimon.cli.shared.targets import tell
from tuimon.cli.shared.time_options import moment, seconds
from tuimon.present.milestones import Milestone, ReachedMilestone, parse_milestone
from tuimon.runs.record import RunState
from tuimon.runs.registry import RunStatus
from tuimon.store.filters import FilterError
from tuimon.store.follower import Follower
from tuimon.store.store import Store
from tuimon.text import format_duration, safe

_POLL_EVERY = 0.1
_TOLD_AFTER = 3.0
_PAUSE = 0.02
_LAST_READING_SECONDS = 10.0
"""What is read at the end is not wasted by a time that is over just then."""
_ENDED_BADLY, _ENDED_WITHOUT, _LOST, _TIMED_OUT = 1, 3, 4, 124


class WaitOutcome(NamedTuple):
    """What came of it."""

    outcome: str
    """``reached``, ``ended``, ``lost`` or ``timeout``."""
    code: int
    reached: ReachedMilestone | None = None
    standing: str = ""
    """How far it was from what was waited for."""


@click.command()
@click.option(
    "--until",
    default="end",
    show_default=True,
    metavar="CONDITION",
    help="end, alert, step=5000, or bounds on the newest values: 'val/loss<0.3 and acc>=.9'.",
)
@click.option(
    "--timeout", metavar="TIME", help="Wait no longer: 90s, 30m, 12h.  [default: without end]"
)
@click.option(
    "--since",
    metavar="TIME",
    help="Of --until alert: later ones alone. 10m ago, Unix seconds, or 2026-11-30T18:00.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
@click.argument("run", required=False, shell_complete=complete_run)
def command(
    run: str | None, until: str, timeout: str | None, since: str | None, as_json: bool
) -> int:
    """Wait until RUN (default: the newest) has ended, or CONDITION holds; print a line on what
    happened. What holds already counts. The training's end always ends it, and so

    \b
        tuimon wait RUN && next

    goes on only when the training has ended well.

    \b
    Exit codes:
      0    the training finished, or what --until names has come
      1    the training failed, was stopped or killed, before that
      3    the training finished without it
      4    the run is lost: how the training ended is not known
      124  --timeout is over
      130  Ctrl-C; 2 is wrong usage, no such run, or one removed meanwhile

    alert is something wrong that `tuimon alerts` tells, other than the end. step=N is a step of the
    curves. Metrics are named as in `tuimon board -w`: loss<0.3 is about train/loss and val/loss,
    and holds once both keep to it.
    """
    began = time.monotonic()
    ends = math.inf if timeout is None else began + seconds("--timeout", timeout)
    later_than = 0.0 if since is None else moment("--since", since, time.time())
    try:
        goals = [parse_milestone(until, later_than) for _ in range(2)]
    except FilterError as error:
        raise CommandError(f"--until {safe(until)}: {error}") from None
    feed = RunFeed(run_or_refuse(run))
    found = _while_it_runs(feed, goals[0], ends) or _at_the_end(feed, goals[1], ends)
    line = _line(feed, found)
    if found.code == _TIMED_OUT:
        line += f"; timed out after {timeout}"
    if not as_json:
        click.echo(line)
    else:
        asked = {"until": until, "waited": round(time.monotonic() - began, 3), "told": line}
        click.echo(json.dumps(_document(feed.status, found) | asked, indent=1))
    return found.code


def _while_it_runs(feed: RunFeed, goal: Milestone | None, ends: float) -> WaitOutcome | None:
    """What came of it before the training's end; None when that has come."""
    sources = feed.status.log_sources
    store = Store()
    follower = Follower(store, sources)
    if goal is not None and goal.reads_logs and not feed.has_ended:
        follower.start()
    seen: object = None
    is_lost = False
    try:
        while not feed.is_complete:
            status = feed.poll()
            if status.log_sources != sources:
                sources = status.log_sources
                follower.set_sources(sources)
            if status.state is RunState.LOST and not is_lost and not feed.has_ended:
                is_lost = True
                tell(describe_end(status))
            if goal is not None and seen != (news := (store.version, status.alerts)):
                seen = news
                if reached := goal.look(status, store):
                    return WaitOutcome("reached", 0, reached)
            if time.monotonic() >= ends:
                if feed.has_ended:
                    break
                return _timed_out(goal, store)
            time.sleep(max(0.0, min(_POLL_EVERY, ends - time.monotonic())))
    finally:
        follower.stop()
    return None


def _at_the_end(feed: RunFeed, goal: Milestone | None, ends: float) -> WaitOutcome:
    """What came of it by all there is to read: what was written last may have been missed."""
    status = feed.status
    standing = ""
    if goal is not None:
        store = Store()
        follower = Follower(store, status.log_sources)
        if goal.reads_logs:
            follower.start()
        try:
            while goal.reads_logs and follower.loading:
                if time.monotonic() >= ends + _LAST_READING_SECONDS:
                    return _timed_out(goal, store)
                time.sleep(_PAUSE)
        finally:
            follower.stop()
        if reached := goal.look(status, store):
            return WaitOutcome("reached", 0, reached)
        standing = goal.standing(store)
    if status.state is RunState.LOST:
        return WaitOutcome("lost", _LOST, standing=standing)
    if status.state is not RunState.FINISHED:
        return WaitOutcome("ended", _ENDED_BADLY, standing=standing)
    return WaitOutcome("ended", 0 if goal is None else _ENDED_WITHOUT, standing=standing)


def _timed_out(goal: Milestone | None, store: Store) -> WaitOutcome:
    return WaitOutcome("timeout", _TIMED_OUT, standing=goal.standing(store) if goal else "")


def _line(feed: RunFeed, found: WaitOutcome) -> str:
    if found.reached is not None:
        return f"{safe(feed.status.name)}: {found.reached.told}"
    told = [describe_end(feed.status), found.standing]
    if feed.hangs_for > _TOLD_AFTER:
        told.append(f"known {format_duration(feed.hangs_for)} ago")
    return "; ".join(filter(None, told))


def _document(status: RunStatus, found: WaitOutcome) -> dict[str, object]:
    reached = found.reached
    values = reached.values if reached else {}
    return {
        "schema": 1,
        "run": status.record.id,
        "name": status.name,
        "state": status.state,
        "outcome": found.outcome,
        "exit_code": found.code,
        "step": reached.step if reached else None,
        "values": {name: json_number(value) for name, value in values.items()},
        "alert": asdict(reached.alert) if reached and reached.alert else None,
    }
