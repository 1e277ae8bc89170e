"""All that is known of what is watched, in sections for people to read and copy. No widgets."""

import re
import shlex
import time
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from tuimon.charts import roles
from tuimon.masking.mask import Mask
from tuimon.present.facts import clock, file_rows, mirror_word, origin_rows, standing
from tuimon.present.place_words import place_rows
from tuimon.present.progress_words import is_current, percent, time_left
from tuimon.present.resource_use import resource_rows
from tuimon.present.run_details import FactRow, RunDetails
from tuimon.present.throughput import throughput
from tuimon.runs.activity import remark
from tuimon.runs.alerts import Alert, AlertLevel, is_wrong
from tuimon.runs.launch_command import launch_command
from tuimon.runs.record import MirrorRecord, RecorderRecord
from tuimon.runs.registry import RunStatus
from tuimon.runs.secrecy import masked_command
from tuimon.runs.sources import CONSOLE, PLACE, WANDB
from tuimon.session.session import Session, SystemLog
from tuimon.store.parts import trainings
from tuimon.text import format_duration, format_value, safe

_FOUND = {CONSOLE: "from console", WANDB: "from W&B run"}
_MOST_ALERTS = 6
_NUMBER = re.compile(r"^GPU \d+ ")
_AS_A_RULE = ("python", "torch", "CUDA", "ROCm")
"""Versions that have rows of their own; the others share one."""


class Fact(NamedTuple):
    """A row: a name, a value, safe for a terminal, and what role the value has."""

    name: str
    value: str
    role: str = roles.TEXT


class FactSection(NamedTuple):
    """Facts that belong together."""

    title: str
    facts: list[Fact]


def run_sections(session: Session, details: RunDetails) -> list[FactSection]:
    """All that is known now; sections of which nothing is known are left out."""
    status = session.status
    rows = {
        "run": _run_facts(session, status) if status else _process_facts(session),
        "best values" if _are_best(details) else "values": _facts(details.values),
        "resources": [] if session.system is None else _resources(session.system),
        "configuration": _facts(details.configuration),
        "environment": [] if status is None else _environment(status),
        "code": []
        if status is None or status.recorder is None
        else _code(status.recorder, details),
        "W&B": [] if status is None else _wandb(status.mirror),
        "commands": [] if status is None else _commands(status),
        "files": _files(session),
    }
    found = {title: [fact for fact in facts if fact.value] for title, facts in rows.items()}
    return [FactSection(title, facts) for title, facts in found.items() if facts]


def _are_best(details: RunDetails) -> bool:
    return any(not value.startswith("last ") for _, value in details.values)


def _facts(rows: Iterable[FactRow]) -> list[Fact]:
    return [Fact(safe(name), safe(value)) for name, value in rows]


def _run_facts(session: Session, status: RunStatus) -> list[Fact]:
    record, now = status.record, time.time()
    mark, word, role = standing(
        status.state, paused=status.is_paused, flawed=status.flaw is not None
    )
    told = remark(status, now)
    words = [told] if status.is_paused else [word, told]  # that tells for how long
    wrong = list(filter(is_wrong, status.alerts))
    more = len(wrong) - _MOST_ALERTS
    return [
        Fact("state", f"{mark} {safe(' · '.join(filter(None, words)))}", role),
        *map(_alert, wrong[:_MOST_ALERTS]),
        Fact("", f"and {more} more: a lists all" if more > 0 else "", roles.DIM),
        *(Fact("warning", safe(warning), roles.WARN) for warning in record.warnings),
        *_times(record.started_at, status.ended_at, status.took(now)),
        *_expected(status, now),
        *_progress(session),
        Fact("command", safe(masked_command(record))),
        Fact("in", safe(record.cwd)),
        Fact("host", safe(record.host)),
        Fact("id", record.id),
    ]


def _expected(status: RunStatus, now: float) -> list[Fact]:
    """How much of all is done, and when the rest is."""
    found = status.progress
    if found is None or not is_current(found, now):
        return []
    done, total = (format_value(round(one, 2)) for one in (found.done, found.total))
    told = [f"{percent(found)} · {done} of {total} {safe(found.scale)}"]
    if left := time_left(found, now):
        told.append(f"{left} left")
        assert found.ends_at is not None
        if "–" not in left:
            day, _, at = clock(found.ends_at)[:-3].partition(" ")
            told.append(f"done at {at}" if clock(now).startswith(day) else f"done {day} {at}")
    return [Fact("progress", " · ".join(told))]


def _progress(session: Session) -> list[Fact]:
    """Where it is, and how fast while it runs."""
    progress, subject = session.progress(), session.subject
    if progress is None:
        return []
    runs = subject is not None and not (subject.state.ended or subject.paused)
    told = [f"{progress.step:,}"]
    if runs and progress.rate is not None:
        told.append(f"{format_value(float(f'{progress.rate:.2g}'))}/s")
    if runs and session.status is not None:
        per_step = session.status.record.per_step
        told.append(throughput(progress.rate, per_step, session.store.runs))
    return [Fact("newest step" if subject is None else "step", " · ".join(filter(None, told)))]


def _alert(alert: Alert) -> Fact:
    at = "" if alert.step is None else f" at step {alert.step}"
    role = roles.WARN if alert.level is AlertLevel.WARN else roles.ERROR
    return Fact("alert", f"{safe(alert.title)}{at}", role)


def _times(started_at: float, ended_at: float | None, took: float) -> list[Fact]:
    return [
        Fact("started", clock(started_at)),
        Fact("ended", "" if ended_at is None else clock(ended_at)),
        Fact("running for" if ended_at is None else "took", format_duration(took)),
    ]


def _environment(status: RunStatus) -> list[Fact]:
    recorder = status.recorder or RecorderRecord()
    versions = {name: safe(version) for name, version in recorder.versions.items()}
    python = " · ".join(filter(None, [versions.get("python"), safe(recorder.python or "")]))
    others = (f"{name} {one}" for name, one in versions.items() if name not in _AS_A_RULE)
    return [
        Fact("python", python),
        *(Fact(name, versions.get(name, "")) for name in _AS_A_RULE[1:]),
        Fact("packages", ", ".join(map(safe, others))),
        Fact("GPUs", _counted(recorder.gpus)),
        Fact("GPU driver", safe(recorder.driver or "")),
    ]


def _counted(gpus: Iterable[str]) -> str:
    """`8 × H200` of ``GPU 0 H200``, ``GPU 1 H200`` …"""
    models = Counter(safe(_NUMBER.sub("", gpu)) for gpu in gpus)
    return ", ".join(f"{n} × {model}" if n > 1 else model for model, n in models.items())


def _code(recorder: RecorderRecord, details: RunDetails) -> list[Fact]:
    commit = recorder.git_commit
    if commit is None:
        return []
    told = "uncommitted ones" + (", see below" if details.patch else "")
    dirty = Fact("changes", told, roles.WARN)
    return [
        Fact("commit", " · ".join(filter(None, [commit[:12], safe(recorder.git_branch or "")]))),
        Fact("", safe(recorder.git_subject or "")),
        *([dirty] if recorder.git_dirty else []),
    ]


def _wandb(mirror: MirrorRecord | None) -> list[Fact]:
    if mirror is None:
        return []
    told = [mirror_word(mirror), mirror.project and f"project {mirror.project}", mirror.detail]
    rows = [
        ("state", " · ".join(filter(None, told))),
        ("runs", f"{mirror.trials + 1}, one a trial" if mirror.trials else ""),
        ("page", mirror.url or ""),
        ("upload", mirror.sync_command or ""),
        ("masked", ", ".join(mirror.masked)),
        ("without", ", ".join(mirror.left_out)),
        *(("lacks", problem) for problem in mirror.problems),
    ]
    return _facts(rows)


def _files(session: Session) -> list[Fact]:
    sources = [
        (_FOUND.get(one.found_by, "log directory"), one.path)
        for one in session.sources
        if one.found_by != PLACE
    ]
    places = place_rows(session.places, time.time())
    facts = _facts([*sources, *places, *origin_rows(session)]) + [
        fact._replace(role=roles.WARN) for fact in _facts(file_rows(session))
    ]
    console = session.console
    facts += [] if console is None else [Fact("console", safe(str(console)))]
    return facts + (
        [] if session.run is None else [Fact("record", safe(str(session.run.directory)))]
    )


def _commands(status: RunStatus) -> list[Fact]:
    record = status.record
    return [
        Fact("come back", f"tuimon attach {record.id}"),
        Fact("go on", f"tuimon unpause {record.id}" if status.is_paused else ""),
        Fact("stop", "" if status.state.ended else f"tuimon stop {record.id}"),
        Fact("run again", safe(launch_command(record))),
    ]


def _resources(system: SystemLog) -> list[Fact]:
    return _facts(resource_rows(system.devices()))


def _process_facts(session: Session) -> list[Fact]:
    process, subject = session.process, session.subject
    if process is None or subject is None:
        names = trainings(session.store.runs)
        return [Fact("runs", str(len(names)) if len(names) > 1 else ""), *_progress(session)]
    took = (subject.ended_at or time.time()) - process.started_at
    mark, word, role = standing(subject.state)
    told = [f"{mark} {word}", safe(subject.reason or "")]
    return [
        Fact("state", " · ".join(filter(None, told)), role),
        *_times(process.started_at, subject.ended_at, max(0.0, took)),
        *_progress(session),
        Fact("command", safe(shlex.join(Mask((), process.command).command(process.command)))),
        Fact("in", safe(process.cwd)),
        Fact("user", safe(process.user)),
        Fact("process", str(process.pid)),
    ]
