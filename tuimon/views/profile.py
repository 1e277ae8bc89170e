"""Traces of profilers, which lie beside event files: what they are, and where to look at them."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.events.logdir import PROJECTOR_CONFIG, SideFile
from tuimon.regular_file import regular_file
from tuimon.store.store import Store
from tuimon.text import fit, safe, width
from tuimon.views.base import View, ViewDrawing, ViewOptions
from tuimon.views.layout import Piece, clip, duration
from tuimon.views.subject import Item, ItemContext, ViewError

_MOST_BYTES = 64 << 20
"""Of a trace's text; it takes a second or two to read."""
_MOST_NAMES = 200
_COUNT_CELLS, _TIME_CELLS, _MOST_CATEGORY = 9, 11, 14


class ChromeTrace(NamedTuple):
    """What a trace in Chrome's format says."""

    span: float
    """us, from the first to the last event."""
    events: int
    total: dict[str, float]
    """us by category, all events added up: nested ones count more than once."""
    names: list[tuple[str, str, int, float]]
    """Name, category, how often, and us; the longest first."""


class ProfileView(View):
    """The traces of a run, and what took longest in the newest one."""

    kind = "profile"
    name = "profiler traces"
    plugins = frozenset({"profile"})
    about = (
        "Traces of torch.profiler (tensorboard_trace_handler) are added up by name; others are "
        "named. The times of nested operations count in each of them. Perfetto "
        "(ui.perfetto.dev) shows them as a timeline."
    )

    def __init__(self) -> None:
        self._read: SideFile | None = None
        self._trace: ChromeTrace | str = ""
        self._top = 0
        self._room = 1

    @classmethod
    def items(cls, store: Store) -> Iterable[Item]:
        counts = Counter(file.run for file in _traces(store))
        return [Item(cls.kind, run, "traces", count, cls.name) for run, count in counts.items()]

    @classmethod
    def steps(cls, subject: ItemContext) -> NDArray[np.int64]:
        return np.empty(0, np.int64)

    @classmethod
    def stamp(cls, subject: ItemContext) -> Hashable:
        return tuple(_of_run(subject))

    def draw(self, subject: ItemContext, look: ViewOptions) -> ViewDrawing:
        files = sorted(_of_run(subject), key=lambda file: -file.modified)
        if not files:
            raise ViewError("The traces of this run are gone.")
        newest = files[0]
        if self._read != newest:
            self._trace, self._read = _read_trace(newest), newest
        title = [(newest.path.name, roles.TITLE), (f"  newest of {len(files)}", roles.NOTE)]
        rows = [clip(title, look.width), clip(_facts(newest, self._trace), look.width)]
        body = self._body(look.width)
        for file in files[1:]:
            about = (f"  {_about(file)}", roles.DIM)
            body.append(clip([(file.path.name, roles.TEXT), about], look.width))
        self._room = max(1, look.height - len(rows) - 1)
        self._top = min(max(0, self._top), max(0, len(body) - self._room))
        rows += [(), *body[self._top : self._top + self._room]]
        return ViewDrawing(rows[: max(0, look.height)], scrolls=len(body) > self._room)

    def page(self, pages: int) -> None:
        self._top += pages * self._room

    def wheel(self, notches: int) -> None:
        self._top += 3 * notches

    def _body(self, cells: int) -> list[Row]:
        trace = self._trace
        if isinstance(trace, str):
            return [clip([(trace, roles.DIM)], cells), ()]
        longest = max([width("category"), *(width(safe(one[1])) for one in trace.names)])
        kind = min(longest, _MOST_CATEGORY) + 2
        count_cells = min(_COUNT_CELLS, max(8, cells // 10))
        room = max(8, cells - count_cells - _TIME_CELLS - kind)
        title = fit("", room) + fit("category", kind) + fit("times", count_cells, "right")
        rows = [clip([(title + fit("time", _TIME_CELLS, "right"), roles.DIM)], cells)]
        for name, category, count, spent in trace.names:
            told = [
                (fit(name, room - 1) + " ", roles.TEXT),
                (fit(category, kind - 1) + " ", roles.NOTE),
                (fit(f"{count:,}", count_cells, "right"), roles.LEGEND),
                (fit(duration(spent), _TIME_CELLS, "right"), roles.VALUE),
            ]
            rows.append(clip(told, cells))
        return [*rows, ()]


def _traces(store: Store) -> list[SideFile]:
    return [file for file in store.beside if file.path.name != PROJECTOR_CONFIG]


def _of_run(subject: ItemContext) -> list[SideFile]:
    return [file for file in _traces(subject.store) if file.run == subject.item.run]


def _facts(file: SideFile, trace: ChromeTrace | str) -> list[Piece]:
    facts: list[Piece] = [(_about(file), roles.NOTE)]
    if isinstance(trace, ChromeTrace):
        facts.append((f"  {duration(trace.span)} traced", roles.LEGEND))
        facts.append((f"  {trace.events:,} events", roles.LEGEND))
        longest = sorted(trace.total.items(), key=lambda item: -item[1])[:3]
        facts += [(f"  {name} {duration(spent)}", roles.NOTE) for name, spent in longest]
    return facts


def _read_trace(file: SideFile) -> ChromeTrace | str:
    """What a trace says, or why that is not told."""
    name = file.path.name
    if not name.endswith((".json", ".json.gz")):
        return "A profile of TensorFlow's or JAX's: TensorBoard's profile plugin shows it."
    try:
        document = json.loads(_content(file.path))
        events = document["traceEvents"] if isinstance(document, dict) else document
        return add_up(events)
    except OSError as error:
        return f"{error.strerror or error}: {name}"
    except (ValueError, KeyError, TypeError, EOFError, zlib.error, RecursionError):
        return "This is no trace in Chrome's format, or is still being written."


def _content(path: Path) -> bytes:
    with regular_file(path) as file:
        plain = gzip.GzipFile(fileobj=file) if path.name.endswith(".gz") else file
        data: bytes = plain.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise OSError(None, f"more than {_MOST_BYTES >> 20} MiB of text are not added up here")
    return data


def add_up(events: Iterable[object]) -> ChromeTrace:
    """Add up the complete events of a trace.

    Source: "Trace Event Format" (Google, 2016): ``ph`` X, ``ts`` and ``dur`` in us.
    """
    counts: Counter[tuple[str, str]] = Counter()
    spent: defaultdict[tuple[str, str], float] = defaultdict(float)
    total: defaultdict[str, float] = defaultdict(float)
    first, last, found = np.inf, -np.inf, 0
    for event in events:
        if not isinstance(event, dict) or event.get("ph") != "X":
            continue
        start, took = float(event["ts"]), float(event.get("dur", 0))
        key = str(event.get("name", "")), str(event.get("cat", ""))
        counts[key] += 1
        spent[key] += took
        total[key[1]] += took
        first, last, found = min(first, start), max(last, start + took), found + 1
    longest = sorted(spent, key=lambda key: -spent[key])[:_MOST_NAMES]
    names = [(*key, counts[key], spent[key]) for key in longest]
    return ChromeTrace(float(last - first) if found else 0.0, found, dict(total), names)


def _about(file: SideFile) -> str:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(file.modified))
    size = f"{file.size:,} bytes"
    if file.size >= 10_000:
        kib = file.size / 2**10
        size = f"{kib:.3g} KiB" if kib < 1024 else f"{kib / 1024:.3g} MiB"
    return f"{size}  {when}"
