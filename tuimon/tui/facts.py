"""From a session to what header and tag pane tell. No widgets."""

import time
from dataclasses import replace

from tuimon.charts.pairing import pair_tags
from tuimon.store.session import Session
from tuimon.store.store import Store
from tuimon.tui.widgets.run_header import HeaderFacts
from tuimon.tui.widgets.tag_pane import TagRow


def header_facts(session: Session, stopping: str | None) -> HeaderFacts:
    """The facts of the header; `stopping` tells how far a stop is that was asked for here."""
    progress, follower, status = session.progress(), session.follower, session.status
    read, total = follower.progress
    facts = HeaderFacts(
        name=" ".join(source.path for source in session.sources) or "tuimon",
        step=progress.step if progress else None,
        damaged=sum(run.damaged_records for run in session.store.runs.values()),
        unreadable=len(follower.unreadable),
        loading=read / max(1, total) if follower.loading and total else None,
    )
    if status is None:
        return facts
    now = time.time()
    record = status.record
    facts = replace(facts, name=record.name, state=status.state, mirror=status.mirror)
    if status.state.ended:
        ended_at = record.ended_at or record.started_at
        reason = status.reason or record.cause
        return replace(facts, reason=reason, elapsed=ended_at - record.started_at)
    return replace(
        facts,
        reason=stopping or status.reason,
        rate=progress.rate if progress else None,
        elapsed=now - record.started_at,
        age=max(0.0, now - progress.wall_time) if progress else None,
    )


def charted_tags(store: Store) -> list[str]:
    """Tags that get a chart, in the order in which they were met.

    The single points of torch's `add_hparams` only have a row in the tag pane.
    """
    return [
        tag
        for run in store.runs.values()
        for tag, series in run.series.items()
        if len(series) > 1 or not tag.startswith("hparam/")
    ]


def tag_rows(store: Store) -> list[TagRow]:
    """A row per tag in the order of the charts, with the newest value over all runs."""
    rows = []
    for metric in pair_tags(tag for run in store.runs.values() for tag in run.series):
        for colour, (_, tag) in enumerate(metric.curves):
            series = [run.series[tag] for run in store.runs.values() if tag in run.series]
            lasts = [last for one in series if (last := one.last) is not None]
            newest = max(lasts, key=lambda last: last.wall_time, default=None)
            rows.append(TagRow(tag, newest.value if newest else None, colour))
    return rows
