"""What a report tells of a run, or of two that are compared: tables and charts, for any format."""

import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tuimon.charts import roles
from tuimon.charts.model import ChartOptions
from tuimon.present.facts import Standing, clock, standing
from tuimon.present.look import Look
from tuimon.present.printout import Printout, printout_metrics, printout_of
from tuimon.present.run_arguments import arguments_of
from tuimon.present.run_differences import ReportSubject, differences, hidden
from tuimon.present.run_facts import Fact
from tuimon.present.statistics import TagStatistics
from tuimon.runs.activity import remark
from tuimon.runs.alerts import ENDED
from tuimon.runs.launch_command import launch_command
from tuimon.runs.record import RunRecord
from tuimon.runs.registry import RunStatus
from tuimon.text import format_value, safe
from tuimon.vectors.chart_vectors import chart_vectors
from tuimon.vectors.primitives import VectorDrawing

CHART_WIDTH = 420
"""Pixels: a phone's, and two beside each other on a page."""
_COMPARED = ("configuration", "environment", "code")
"""Sections of the page on a run that a report has, too."""
_MOST_ALERTS = 40
_MOST_VALUES = 60
_MOST_CHARTS = 24


class ReportTable(NamedTuple):
    """A section: rows of cells in safe text, below a head or, without one, a name and its value."""

    title: str
    rows: Sequence[Sequence[str]]
    head: Sequence[str] = ()
    note: str = ""
    kind: str = ""
    """``values``: numbers stand in all columns but the first, ``runs values``: but two."""


class RunReport(NamedTuple):
    """All of it, in safe text in which no secret is known."""

    title: str
    lead: str
    """What became of it, in a sentence."""
    role: str
    """Of the lead."""
    commands: Sequence[str]
    """What runs it again."""
    tables: Sequence[ReportTable]
    charts: Sequence[VectorDrawing]
    note: str
    """What the charts lack."""
    written: str
    """When that was so: a training may go on."""


def report_of(
    subject: ReportSubject,
    before: ReportSubject | None,
    options: ChartOptions,
    look: Look | None = None,
) -> RunReport:
    """One on a run, and what is other than in the run `before`; with the charts of a look."""
    status, record = subject.status, subject.status.record
    printout = printout_of(subject.session.store, None, look)
    now = time.time()
    tables = [
        ReportTable("run", _rows(_run(subject, now))),
        _values(printout, several=False),
        *([] if before is None else [_differences(before, subject)]),
        _alerts(subject),
        ReportTable("resources", _rows(subject.section("resources"))),
        *(ReportTable(title, _rows(subject.section(title))) for title in _told(status)),
    ]
    charts, note = _charts(printout, options)
    return RunReport(
        title=safe(status.name),
        lead=_lead(subject, now),
        role=_standing(status).role,
        commands=[safe(launch_command(record))],
        tables=[table for table in tables if table.rows],
        charts=charts,
        note=note,
        written=f"tuimon report, {clock(now)}",
    )


def comparison_of(
    subjects: Sequence[ReportSubject], printout: Printout, options: ChartOptions
) -> RunReport:
    """One on two runs; the printout is of both."""
    first, second = subjects
    now = time.time()
    told = [
        (safe(one.label), _lead(one, now), record.id, clock(record.started_at))
        for one in subjects
        for record in [one.status.record]
    ]
    tables = [
        ReportTable("runs", told, ("", "state", "id", "started")),
        _differences(first, second),
        _values(printout, several=True),
    ]
    charts, note = _charts(printout, options)
    return RunReport(
        title=safe(f"{first.label} and {second.label}"),
        lead="compared",
        role=roles.DIM,
        commands=[safe(launch_command(one.status.record)) for one in subjects],
        tables=[table for table in tables if table.rows],
        charts=charts,
        note=note,
        written=f"tuimon report, {clock(now)}",
    )


def run_before(status: RunStatus, runs: Iterable[RunStatus]) -> RunStatus | None:
    """The last of the runs that began before it, of the same program in the same directory."""

    def kind(record: RunRecord) -> tuple[str, str]:
        return record.cwd, arguments_of(tuple(record.argv))[0]

    own = status.record
    earlier = [
        one
        for one in runs
        if one.record.started_at < own.started_at and kind(one.record) == kind(own)
    ]
    return max(earlier, key=lambda one: one.record.started_at, default=None)


def _standing(status: RunStatus) -> Standing:
    return standing(status.state, paused=status.is_paused, flawed=status.flaw is not None)


def _lead(subject: ReportSubject, now: float) -> str:
    status = subject.status
    told = " · ".join(filter(None, [_standing(status).word, remark(status, now)]))
    return safe(subject.mask.text(told))


def _run(subject: ReportSubject, now: float) -> list[Fact]:
    status, record = subject.status, subject.status.record
    note = status.annotation
    left_out = ("state", "alert", "", "command")  # told elsewhere
    known = [fact for fact in subject.section("run") if fact.name not in left_out]
    said = [Fact("note", safe(note.note)), Fact("tags", safe(", ".join(note.tags)))]
    code = [] if record.exit_code is None else [Fact("exit code", str(record.exit_code))]
    return [*code, *known, *hidden(said, subject.mask)]


def _told(status: RunStatus) -> Sequence[str]:
    is_off = status.mirror is None or status.mirror.state == "off"
    return _COMPARED if is_off else (*_COMPARED, "W&B")


def _alerts(subject: ReportSubject) -> ReportTable:
    alerts = [alert for alert in subject.status.alerts if alert.key != ENDED]
    told = [(one.wall_time, ": ".join(filter(None, [one.title, one.text]))) for one in alerts]
    rows = [(clock(at), safe(subject.mask.text(text))) for at, text in told[:_MOST_ALERTS]]
    return ReportTable("alerts", rows, ("when", "what"), _more(len(alerts) - _MOST_ALERTS))


def _values(printout: Printout, *, several: bool) -> ReportTable:
    """Best, last, lowest and highest value of each metric."""
    several |= len({value.run for value in printout.values}) > 1
    rows = []
    for one in printout.values[:_MOST_VALUES]:
        run = [safe(printout.names.get(one.run, one.run))] if several else []
        rows.append(
            [
                safe(one.tag),
                *run,
                best_text(one),
                f"{format_value(one.last)} @ {one.last_step}",
                format_value(one.low),
                format_value(one.high),
                f"{one.points:,}",
            ]
        )
    head = ["metric", *(["run"] if several else []), "best", "last", "min", "max", "points"]
    kind = "runs values" if several else "values"
    return ReportTable("values", rows, head, _more(len(printout.values) - _MOST_VALUES), kind)


def best_text(value: TagStatistics) -> str:
    """`0.31 @ 400`; empty where nobody knows what is better, or there is no number."""
    if value.best_step is None:
        return ""
    best = value.low if value.best == "min" else value.high
    return f"{format_value(best)} @ {value.best_step}"


def _differences(first: ReportSubject, second: ReportSubject) -> ReportTable:
    """What is not the same in two runs."""
    rows = [(one.name, *one.values) for one in differences([first, second])]
    return ReportTable("differences", rows, ("", safe(first.label), safe(second.label)))


def _charts(printout: Printout, options: ChartOptions) -> tuple[list[VectorDrawing], str]:
    """As many as a report has, and how many it has not."""
    metrics = printout_metrics(printout, options)
    drawings = [
        chart_vectors(
            metric.metric.title,
            metric.curves(options.palette),
            CHART_WIDTH,
            options,
            note=metric.note,
        )
        for metric in metrics[:_MOST_CHARTS]
    ]
    return drawings, _more(len(metrics) - len(drawings))


def _rows(facts: Iterable[Fact]) -> list[tuple[str, str]]:
    return [(fact.name, fact.value) for fact in facts if fact.value]


def _more(count: int) -> str:
    return f"and {count:,} more" if count > 0 else ""
