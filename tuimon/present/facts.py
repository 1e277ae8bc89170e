"""What is told of a session: header, tags, runs, alerts, where its files lie. No widgets."""

import time
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from tuimon.charts import roles
from tuimon.present.place_words import PlaceWords, place_words
from tuimon.present.progress_words import is_current, percent, time_left
from tuimon.runs.alerts import Alert, is_wrong, worst
from tuimon.runs.progress_record import ProgressRecord
from tuimon.runs.record import MirrorRecord, RunState
from tuimon.session.session import LogSearch, Session
from tuimon.text import safe

_MARKS = {
    RunState.STARTING: "◌",
    RunState.RUNNING: "●",
    RunState.FINISHED: "✓",
    RunState.STOPPED: "■",
    RunState.FAILED: "✗",
    RunState.KILLED: "✗",
    RunState.LOST: "?",
    RunState.ENDED: "✓",
}
_ROLES = {
    RunState.STARTING: roles.DIM,
    RunState.RUNNING: roles.OK,
    RunState.FINISHED: roles.OK,
    RunState.STOPPED: roles.TEXT,
    RunState.FAILED: roles.ERROR,
    RunState.KILLED: roles.ERROR,
    RunState.LOST: roles.ERROR,
    RunState.ENDED: roles.ACCENT,
}


class Standing(NamedTuple):
    """How a training stands, for the eye: a mark, a word, their role."""

    mark: str
    word: str
    role: str


def standing(state: RunState, *, paused: bool = False, flawed: bool = False) -> Standing:
    """That of a state; `flawed` are curves that are not to be trusted."""
    if paused:
        return Standing("⏸", "paused", roles.WARN)
    if flawed and state is RunState.FINISHED:
        return Standing("⚠", str(state), roles.WARN)
    return Standing(_MARKS[state], str(state), _ROLES[state])


_MOST_FILES = 20
_PRINTED = {
    "auto": "or, after ten seconds, with metrics that it prints.",
    "on": "or with metrics that it prints.",
}


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """Everything the header tells; None hides a part. Times in seconds."""

    name: str
    state: RunState | None = None
    reason: str | None = None
    step: int | None = None
    runs: int = 1
    """How many there are; with more than one, none of them is beyond the step."""
    rate: float | None = None
    elapsed: float | None = None
    age: float | None = None
    progress: ProgressRecord | None = None
    left: str = ""
    """How long it will take, in words."""
    mirror: MirrorRecord | None = None
    paused: bool = False
    flawed: bool = False
    """Whether its curves are not to be trusted."""
    alert: Alert | None = None
    """The worst of what went wrong."""
    alerts: int = 0
    """How many things went wrong."""
    damaged: int = 0
    """Records of event files that were dropped."""
    unreadable: int = 0
    """Event files that cannot be read now."""
    loading: float | None = None
    verified: float | None = None
    """Share of what was read; None when all of it was verified, or is still being read."""
    link: float | None = None
    """The terminal's round trip."""
    places: tuple[PlaceWords, ...] = ()
    """How copies of other machines stand."""


def header_facts(session: Session) -> HeaderFacts:
    """The facts of the header."""
    progress, follower, subject = session.progress(), session.follower, session.subject
    read, total = follower.progress if follower.loading else (0, 0)
    facts = HeaderFacts(
        name=" ".join(source.label or source.path for source in session.sources) or "tuimon",
        step=progress.step if progress else None,
        damaged=session.store.damaged_records,
        unreadable=len(follower.unreadable),
        alert=worst(session.alerts),
        alerts=sum(map(is_wrong, session.alerts)),
        loading=read / total if total else None,
        verified=None if follower.loading else follower.verified,
        places=tuple(place_words(place, time.time()) for place in session.places),
    )
    if subject is None:
        furthest = progress.furthest if progress else None
        return replace(facts, step=furthest, runs=len(session.store.runs))
    now = time.time()
    facts = replace(
        facts,
        name=subject.name,
        state=subject.state,
        paused=subject.paused,
        flawed=subject.flawed,
        mirror=subject.mirror,
    )
    elapsed = max(0.0, (subject.ended_at or now) - subject.started_at)  # clocks are set back
    if subject.ended_at is not None:
        return replace(facts, reason=subject.reason, elapsed=elapsed)
    return replace(
        facts,
        reason=subject.reason,
        rate=progress.rate if progress and not subject.paused else None,
        elapsed=elapsed,
        **_expected(session, now),
        age=max(0.0, now - progress.wall_time) if progress else None,
    )


def _expected(session: Session, now: float) -> dict[str, Any]:
    record = session.status.progress if session.status is not None else None
    if record is None or not is_current(record, now):
        return {}
    return {"progress": record, "left": time_left(record, now)}


def window_title(facts: HeaderFacts) -> str:
    """The same for the title of a window: what changes seldom, the state first."""
    if facts.state is None:
        told = f"tuimon {facts.name}"
    else:
        mark, word, _ = standing(facts.state, paused=facts.paused, flawed=facts.flawed)
        told = f"{mark} {facts.name} {word}"
        if facts.progress is not None:
            told = " ".join(filter(None, [told, percent(facts.progress), _coarse(facts.left)]))
    return told if facts.alert is None else f"{told} ! {facts.alert.title}"


def _coarse(left: str) -> str:
    """The first unit of a time: titles change seldom."""
    return "" if not left or "–" in left else f"{left.partition(' ')[0]} left"


def mirror_word(mirror: MirrorRecord) -> str:
    """How its mirror stands, not yet safe: what was never uploaded is no more than offline."""
    if mirror.has_nothing:
        return ""
    if mirror.state == "own":
        return "by the script"
    return "offline" if mirror.state == "finished" and mirror.sync_command else mirror.state


def alert_rows(session: Session) -> list[tuple[str, str]]:
    """(when, what) of each alert of the run, the newest first."""
    return [
        (clock(alert.wall_time), f"{safe(alert.title)}\n{safe(_sentence(alert.text))}")
        for alert in reversed(session.alerts)
    ]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def clock(wall_time: float) -> str:
    """Date and time of day, by this host's clock."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(wall_time))


def search_lines(search: LogSearch) -> list[str]:
    """Where curves come from and are looked for, in lines that are safe for a terminal."""
    where = safe(search.directory)
    if search.console_metrics is None:
        return [
            "Curves appear when it writes its first scalar with a SummaryWriter.",
            f"Looking at its open files and below {where}",
            "tuimon attach LOGDIR watches another place",
        ]
    first = "Curves appear with its first scalar (SummaryWriter, wandb.log)"
    printed = _PRINTED.get(search.console_metrics)
    lines = [f"{first},", printed] if printed else [f"{first}."]
    lines.append(f"Looking below {where}")
    return lines if search.named else [*lines, "--logdir names another place"]


def file_rows(session: Session) -> list[tuple[str, str]]:
    """(what is wrong, where and how much) of the event files, the worst first."""
    unreadable = session.follower.unreadable
    files = session.follower.files
    damaged = sorted(
        (file for file in files if file.damaged_records), key=lambda file: -file.damaged_records
    )
    rows = [("cannot read", f"{file.path}: {file.error}") for file in unreadable]
    rows += [
        (
            "damaged",
            f"{file.path}: {count(file.damaged_records, 'record')} left out"
            f" ({file.detail or count(file.skipped_bytes, 'byte')})",
        )
        for file in damaged
    ]
    if not session.follower.loading:
        rows += [
            (
                "unfinished",
                f"{file.path}: its last {count(file.undecided_bytes, 'byte')} hold no whole"
                " record yet; being written, or damaged",
            )
            for file in files
            if file.undecided_bytes
        ]
    if len(rows) > _MOST_FILES:
        rows[_MOST_FILES:] = [("", f"and {len(rows) - _MOST_FILES} more")]
    return rows


def origin_rows(session: Session) -> list[tuple[str, str]]:
    """(what curves come from, where) of all logs that are no event files, as many as anybody
    reads."""
    rows = [(file.origin, str(file.path)) for file in session.follower.files if file.origin]
    if len(rows) > _MOST_FILES:
        rows[_MOST_FILES:] = [("", f"and {len(rows) - _MOST_FILES} more")]
    return rows


def count(number: int, noun: str) -> str:
    """`1 file`, `2,000 files`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
