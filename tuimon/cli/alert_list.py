"""`tuimon alerts`: what the recorder has told of a run."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict

import click

from tuimon.cli.shared.common import complete_run, run_or_refuse
from tuimon.cli.shared.run_feed import RunFeed
from tuimon.cli.shared.targets import tell
from tuimon.cli.shared.time_options import moment
from tuimon.present.facts import clock
from tuimon.runs.alerts import Alert, AlertLevel
from tuimon.text import safe

_POLL_EVERY = 0.25
_LEVEL_CELLS = max(map(len, AlertLevel))


@click.command()
@click.option(
    "--since",
    metavar="TIME",
    help="Later ones alone. 10m ago, Unix seconds, or 2026-11-30T18:00.",
)
@click.option("-f", "--follow", is_flag=True, help="Keep printing until the run ends.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
@click.argument("run", required=False, shell_complete=complete_run)
def command(run: str | None, since: str | None, follow: bool, as_json: bool) -> int:
    """Print the alerts of RUN (default: the newest), oldest first: what is wrong with it as far as
    tuimon has noticed, what your own rules did, and how it ended.
    """
    feed = RunFeed(run_or_refuse(run))
    later_than = 0.0 if since is None else moment("--since", since, time.time())
    is_silent = True
    for alert in _told(feed, follow=follow):
        if alert.wall_time > later_than:
            is_silent = False
            click.echo(_document(feed.status.record.id, alert) if as_json else _line(alert))
    if is_silent and not as_json:
        tell(f"no alerts of {safe(feed.status.name)}")
    return 0


def _told(feed: RunFeed, *, follow: bool) -> Iterator[Alert]:
    """What is told of the run, each once, as it comes."""
    count = 0
    while True:
        is_complete = feed.is_complete
        alerts = feed.status.alerts
        yield from alerts[count:]
        count = max(count, len(alerts))
        if is_complete or not follow:
            return
        time.sleep(_POLL_EVERY)
        feed.poll()


def _line(alert: Alert) -> str:
    when = clock(alert.wall_time)
    return f"{when}  {alert.level:<{_LEVEL_CELLS}}  {safe(alert.title)}: {safe(alert.text)}"


def _document(run: str, alert: Alert) -> str:
    return json.dumps({"schema": 1, "run": run, **asdict(alert)})
