"""Plain lines instead of a screen: for pipes, CI, TERM=dumb and screen readers."""

import time

import click

from tuimon.present.pairing import pair_tags
from tuimon.session.session import Session
from tuimon.text import format_step, format_value, safe

_LINE_EVERY = 2.0
_POLL_EVERY = 0.1
_SETTLED_AFTER = 1.0
_MAX_METRICS = 8


def follow(session: Session) -> int:
    """Print a line when something changed, until the run or process ends or Ctrl-C.

    Plain log directories have no end: they are followed until Ctrl-C.
    """
    try:
        _follow(session)
    except KeyboardInterrupt:
        return 130
    return 0


def _follow(session: Session) -> None:
    shown, next_line, changed_at = -1, 0.0, time.monotonic()
    told: tuple[object, ...] = ()
    while True:
        session.poll()
        now = time.monotonic()
        version = session.store.version
        if (subject := session.subject) is not None and (news := _situation(session)) != told:
            told = news
            changed_at = now
            if not subject.state.ended:
                why = f": {safe(subject.reason)}" if subject.reason else ""
                click.echo(f"{safe(subject.name)} {subject.state}{why}")
        if version != shown and (now >= next_line or session.ended):
            changed_at = now
            shown, next_line = version, now + _LINE_EVERY
            if line := values_line(session):
                click.echo(line)
        if session.ended and now - changed_at > _SETTLED_AFTER:
            return
        time.sleep(_POLL_EVERY)


def _situation(session: Session) -> tuple[object, ...]:
    """What a line is worth when it changes; not each second of a countdown."""
    state = session.subject.state if session.subject is not None else None
    if session.status is None:
        return (state,)
    record = session.status.record
    doing = record.stop_stage, record.paused_at, record.waiting_for_input, record.console_held_by
    lost = record.console_dropped > 0, record.console_error
    return (state, *doing, *lost)


def values_line(session: Session) -> str:
    """Step, rate and the last value of the first metrics; empty before the first point.

    `step 1250  12/s  Loss/train 0.3537  Loss/test 0.412`
    """
    progress = session.progress()
    if progress is None:
        return ""
    parts = [f"step {format_step(progress.step)}"]
    if progress.rate is not None:
        parts.append(f"{format_value(progress.rate)}/s")
    runs = {name: run for name, run in session.store.runs.items() if run.series}
    tags = [
        tag
        for metric in pair_tags(t for run in runs.values() for t in run.series)
        for _, tag in metric.curves
    ]
    for tag in tags[:_MAX_METRICS]:
        for name, run in runs.items():
            series = run.series.get(tag)
            if series is not None and series.last is not None:
                label = tag if len(runs) == 1 else f"{name}/{tag}"
                parts.append(f"{safe(label)} {format_value(series.last.value)}")
    return "  ".join(parts)
