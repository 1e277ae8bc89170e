"""What a run is doing beyond its state: being stopped, paused, waiting for somebody, lingering."""

from tuimon.runs.process import is_alive, is_stuck, signal_name
from tuimon.runs.record import RunRecord
from tuimon.runs.registry import MISSES, RunStatus
from tuimon.text import format_bytes, format_duration, safe

_STUCK = "it hangs in the kernel (state D: a disk, a network file system, a driver)"
_SIGNALS = {"int": "SIGINT", "term": "SIGTERM", "kill": "SIGKILL"}
_NEXT_SIGNALS = {"int": "SIGTERM", "term": "SIGKILL"}


def activity(status: RunStatus, now: float) -> str | None:
    """`SIGINT sent, SIGTERM in 42s`, `paused 3m`, `waits for input`, `2 processes left`, or None.

    `now` is in Unix seconds; where a stop comes from stands behind its signal.
    """
    record = status.record
    if status.state.ended:
        count = leftovers(status)
        return f"{count} process{'es'[: 2 * (count != 1)]} left" if count else None
    if record.stop_stage != "none":
        doing = _describe_stop(record, now)
        child = record.child
        stuck = status.is_here and child is not None and is_stuck(child, record.boot_id)
        return f"{doing}; {_STUCK}" if stuck else doing
    if record.job_signal is not None and record.job_signal_at is not None:
        ago = format_duration(max(0.0, now - record.job_signal_at))
        return f"{signal_name(record.job_signal)} to the whole job {ago} ago"
    if record.paused_at is not None:
        return f"paused {format_duration(max(0.0, now - record.paused_at))}"
    if record.console_held_by is not None:
        return f"{safe(record.console_held_by)} types into it"
    return "waits for input" if record.waiting_for_input else None


def remark(status: RunStatus, now: float) -> str | None:
    """All there is to say about a run besides its state; a run that has gone well needs no word."""
    went_well = status.state == "finished" and status.cause in (None, "exit code 0")
    mirror = status.mirror.detail if status.mirror is not None else None
    misses = mirror if mirror is not None and mirror.startswith(MISSES) else None
    why = None if went_well else status.why
    told = activity(status, now), losses(status.record), why, flaw(status), misses
    return " · ".join(filter(None, told)) or None


def state_word(status: RunStatus) -> str:
    """The state for a column: one that is paused does not run."""
    return "paused" if status.is_paused else str(status.state)


def flaw(status: RunStatus) -> str | None:
    """`Loss/train is NaN at step 443`: what a training that has ended is not to be trusted for."""
    alert = status.flaw
    return None if alert is None else f"{safe(alert.title)} at step {alert.step}"


def losses(record: RunRecord) -> str | None:
    """What of a training's output is lost, and why it cannot be written now, or None."""
    told = []
    if record.console_dropped:
        told.append(f"{format_bytes(record.console_dropped)} of its output are lost")
    if record.console_error and not record.state.ended:
        told.append(f"its output cannot be written: {safe(record.console_error)}")
    return ", ".join(told) or None


def leftovers(status: RunStatus) -> int:
    """Processes that have outlived the training and are still watched by its guardian."""
    record = status.record
    guardian = record.guardian if record.leftovers else None
    return record.leftovers if guardian and is_alive(guardian, record.boot_id) else 0


def _describe_stop(record: RunRecord, now: float) -> str:
    stage, next_at = record.stop_stage, record.stop_next_at
    sent = f"{_SIGNALS.get(stage, 'stop')} sent"
    if record.stop_by is not None:
        sent = f"{sent} {safe(record.stop_by)}"
    if next_at is None or stage not in _NEXT_SIGNALS:
        return sent
    return f"{sent}, {_NEXT_SIGNALS[stage]} in {format_duration(max(0.0, next_at - now))}"
