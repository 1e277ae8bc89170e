"""What takes reading and computing to tell of a run: configuration, best values, changed code."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tuimon.masking.mask import Mask
from tuimon.mirror.run_config import given_config, script_config
from tuimon.present.hparam_groups import read_hparams
from tuimon.present.pairing import pair_tags
from tuimon.present.statistics import TagStatistics, statistics
from tuimon.regular_file import read_regular
from tuimon.runs.record import RunRecord
from tuimon.runs.secrecy import mask_of
from tuimon.runs.source_copy import MOST_BYTES, PATCH
from tuimon.session.session import Session
from tuimon.store.store import Store
from tuimon.summaries.reader import SummaryReader
from tuimon.text import exact_value, format_value

_MOST_SETTINGS = 100
_MOST_VALUES = 16
_MOST_SHOWN = 4
"""Values of a hyperparameter that trainings differ in."""
_EXACT = 2.0**53
"""Whole numbers below are told apart."""
_MOST_LINES = 400
"""Of a patch."""

FactRow = tuple[str, str]
"""A name and a value, not yet safe."""


class RunDetails(NamedTuple):
    """All of it, to be shown."""

    configuration: Sequence[FactRow] = ()
    values: Sequence[FactRow] = ()
    """Best, else newest ones."""
    patch: Sequence[str] = ()
    """Lines of the changes since the commit."""


def read_details(session: Session, reader: SummaryReader) -> RunDetails:
    """Those of now. Reads files; for any thread."""
    return RunDetails(
        _first(_configuration(session, reader), _MOST_SETTINGS),
        _first(_values(session.store), _MOST_VALUES),
        [] if session.run is None else _patch(session.run.source / PATCH),
    )


def _configuration(session: Session, reader: SummaryReader) -> list[FactRow]:
    """What was logged as hyperparameters; besides, what the command line and ``wandb.init`` say."""
    logged: dict[str, list[object]] = {}
    for hparams in read_hparams(session.store, reader).values():
        for name, value in hparams.items():
            logged.setdefault(name, []).append(value)
    rows = [(name, _distinct(map(_text, values))) for name, values in logged.items()]
    status, process = session.status, session.process
    given: Mapping[str, object] = {}
    if status is not None:
        rows = _masked(rows, status.record)
        recorder = status.recorder
        given = {**given_config(status.record), **(recorder.wandb_config if recorder else {})}
    elif process is not None:
        given = script_config(Mask((), process.command).command(process.command))
    return rows + [(name, _text(value)) for name, value in given.items() if name not in logged]


def _masked(rows: list[FactRow], record: RunRecord) -> list[FactRow]:
    mask = mask_of(record)
    return [(name, mask.value(name, value)) for name, value in rows]


def _text(value: object) -> str:
    if isinstance(value, float):  # as all numbers of logged hyperparameters are
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else exact_value(value)
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _distinct(texts: Iterable[str]) -> str:
    found = [*dict.fromkeys(texts)]
    more = [f"{len(found) - _MOST_SHOWN} more"] if len(found) > _MOST_SHOWN else []
    return ", ".join(found[:_MOST_SHOWN] + more)


def _values(store: Store) -> list[FactRow]:
    """The best value of each metric over all runs, where its name tells what is better; of a store
    without such metrics the newest values."""
    found: dict[str, list[TagStatistics]] = {}
    for run in store.runs.values():
        for tag, series in run.series.items():
            if (value := statistics(series)) is not None:
                found.setdefault(tag, []).append(value)
    tags = [tag for metric in pair_tags(found) for _, tag in metric.curves]
    several = len(store.runs) > 1
    best = [(tag, row) for tag in tags if (row := _best(found[tag], several=several))]
    return best or [(tag, f"last {_last(found[tag])}") for tag in tags]


def _best(values: list[TagStatistics], *, several: bool) -> str | None:
    known = [one for one in values if one.best_step is not None]
    if not known:
        return None
    lowest = known[0].best == "min"
    top = min(known, key=lambda one: one.low if lowest else -one.high)
    value = top.low if lowest else top.high
    told = f"{top.best} {format_value(value)} @ {top.best_step}"
    if several:
        return f"{told} in {top.run}"
    return told if top.last_step == top.best_step else f"{told}, last {_last(values)}"


def _last(values: list[TagStatistics]) -> str:
    newest = max(values, key=lambda one: one.last_step)
    return format_value(newest.last)


def _patch(path: Path) -> list[str]:
    try:
        text = read_regular(path, 2 * MOST_BYTES).decode(errors="surrogateescape")
    except OSError:
        return []
    lines = text.expandtabs(4).rstrip("\n").split("\n")
    more = len(lines) - _MOST_LINES
    return lines if more <= 0 else [*lines[:_MOST_LINES], f"… {more:,} lines more in {path}"]


def _first(rows: list[FactRow], most: int) -> list[FactRow]:
    return rows if len(rows) <= most else [*rows[:most], ("", f"and {len(rows) - most} more")]
