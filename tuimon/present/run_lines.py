"""What lists tell of each run, in which order, and which of them: no widgets."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Literal, NamedTuple, get_args

from tuimon.charts import roles
from tuimon.metrics import best_of
from tuimon.present.glance import Glance
from tuimon.present.progress_words import progress_words
from tuimon.present.run_arguments import Argument, arguments_of, number_of, telling_arguments
from tuimon.runs.activity import activity, flaw, remark, state_word
from tuimon.runs.alerts import Alert
from tuimon.runs.annotation import Annotation
from tuimon.runs.registry import RunStatus
from tuimon.runs.secrecy import mask_of
from tuimon.runs.sources import LogSource
from tuimon.store.filters import FilterTerm, parse_expression
from tuimon.text import format_value, safe

RunSort = Literal["started", "best", "name", "state", "took"]
RUN_SORTS: tuple[RunSort, ...] = get_args(RunSort)
ARCHIVED = "archived"


class RunLine(NamedTuple):
    """A run as lists have it."""

    run: RunStatus
    arguments: tuple[Argument, ...]
    """Those that tell it apart from others of its script."""
    glance: Glance | None = None
    is_baseline: bool = False
    """Whether the others of its directory are compared with it."""

    @property
    def id(self) -> str:
        """Tells it from all others."""
        return self.run.record.id

    @property
    def alert(self) -> Alert | None:
        """The worst that its curves, or the machine while it runs, are to be looked at for."""
        return self.run.flaw if self.run.state.ended else self.run.alert

    @property
    def name(self) -> str:
        """What the run is called, with its star and as the baseline, in safe text."""
        signs = "Δ " * self.is_baseline + "★ " * self.run.annotation.starred
        return f"{signs}{safe(self.run.name)}"

    @property
    def told(self) -> str:
        """The arguments as a text."""
        return " ".join(map(str, self.arguments))


class DirectoryHeading(NamedTuple):
    """A directory, above the runs that were started in it."""

    directory: str
    runs: int


class RunCommands:
    """Command lines of runs, their secrets hidden: found out once for each."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, run: RunStatus) -> tuple[str, ...]:
        """The one of a run, which never changes."""
        found = self._known.get(run.record.id)
        if found is None:
            found = tuple(mask_of(run.record).command(run.record.argv))
            self._known[run.record.id] = found
        return found

    def lines(
        self,
        runs: Iterable[RunStatus],
        glances: Mapping[str, Glance | None],
        baselines: Collection[str] = (),
    ) -> list[RunLine]:
        """A line for each of these runs; `baselines` are run directories."""
        runs = list(runs)
        telling = telling_arguments({run.record.id: self.of(run) for run in runs})
        return [
            RunLine(
                run,
                telling[run.record.id],
                glances.get(run.record.id),
                str(run.paths.directory) in baselines,
            )
            for run in runs
        ]


def remarks(line: RunLine, now: float) -> list[tuple[str, roles.Role]]:
    """What is to be said of a run beside its state and numbers, in safe text, with its role.

    What it does comes first, then what went wrong, then what people say of it.
    """
    run, said = line.run, line.run.annotation
    doing, why = activity(run, now), remark(run, now)
    told: list[tuple[str, roles.Role]] = []
    if progress := progress_words(run.progress, now):
        told.append((progress, roles.TEXT))
    if doing is not None:
        told.append((doing, roles.WARN))
    flawed = flaw(run)
    if line.alert is not None:
        told.append((flawed or safe(line.alert.title), roles.ERROR))
    others = [part for part in (why or "").split(" · ") if part not in ("", doing, flawed)]
    if others:
        told.append((safe(" · ".join(others)), roles.DIM))
    if said.note:
        told.append((safe(said.note), roles.TEXT))
    told += [(f"#{safe(tag)}", roles.ACCENT) for tag in said.tags]
    if run.is_elsewhere and not any(run.record.host in other for other in others):
        told.append((safe(f"on {run.record.host}"), roles.DIM))
    return told


def numbers(line: RunLine) -> str:
    """`Loss/val best 0.2 at step 90, last 0.3 at step 99`; empty where nothing is known."""
    glance = line.glance
    if glance is None:
        return ""
    told = [f"last {format_value(glance.last)} at step {glance.step}"]
    if glance.best is not None:
        told.insert(0, f"best {format_value(glance.best.value)} at step {glance.best.step}")
    return f"{glance.tag} {', '.join(told)}"


def matching(
    lines: Iterable[RunLine],
    text: str,
    commands: RunCommands,
    now: float,
    *,
    archived: bool = False,
) -> list[RunLine]:
    """Those that a filter shows: it is looked for in all that is told of a run, ``run:`` in its
    names alone, and values are compared with its arguments and the best of its main metric.

    None that is archived, unless `archived` ones are wanted, or the filter has that word.

    Raises:
        FilterError: the text is none.
    """
    holds = parse_expression(text)
    archived |= ARCHIVED in text.lower()
    listed = (line for line in lines if archived or not line.run.annotation.archived)
    return [line for line in listed if holds(partial(_has, line, commands, now))]


def _has(line: RunLine, commands: RunCommands, now: float, term: FilterTerm) -> bool:
    record, said = line.run.record, line.run.annotation
    if term.bound is not None:
        return term.keeps(_values(line, commands))
    texts = [line.run.name, record.name, record.id]
    if not term.of_run:
        texts += [
            " ".join(commands.of(line.run)), line.told, record.cwd, record.host,
            state_word(line.run), *words_of(said), "baseline" if line.is_baseline else "",
            *(text for text, _ in remarks(line, now)),
        ]  # fmt: skip
    return any(term.pattern.search(text) for text in texts)


def words_of(said: Annotation) -> list[str]:
    """What filters find of what people say of a run."""
    signs = {"starred": said.starred, ARCHIVED: said.archived}
    return [
        said.note,
        *(f"#{tag}" for tag in said.tags),
        *(w for w, holds in signs.items() if holds),
    ]


def _values(line: RunLine, commands: RunCommands) -> dict[str, float]:
    """What can be compared: the best of the main metric, and arguments that are numbers."""
    _, arguments = arguments_of(commands.of(line.run))
    values = {name: number for name, text in arguments if (number := number_of(text)) is not None}
    if line.glance is not None:
        best = line.glance.best
        values[line.glance.tag] = line.glance.last if best is None else best.value
    return values


def in_order(lines: Iterable[RunLine], sort: RunSort, now: float) -> list[RunLine]:
    """Lines, which come newest first, in an order; what has nothing to be sorted by comes last."""
    keys = {
        "started": lambda line: -line.run.record.started_at,
        "best": _by_best,
        "name": lambda line: (line.run.name.lower(), [*map(_by_argument, line.arguments)]),
        "state": lambda line: (line.run.state.ended, state_word(line.run)),
        "took": lambda line: -line.run.took(now),
    }
    return sorted(lines, key=keys[sort])


def by_directory(lines: Iterable[RunLine]) -> list[RunLine | DirectoryHeading]:
    """Lines under headings of their directories, which come as their first lines do."""
    groups: dict[str, list[RunLine]] = {}
    for line in lines:
        groups.setdefault(line.run.record.cwd, []).append(line)
    entries: list[RunLine | DirectoryHeading] = []
    for directory, members in groups.items():
        entries += [DirectoryHeading(directory, len(members)), *members]
    return entries


def _by_best(line: RunLine) -> tuple[object, ...]:
    """Metrics one after the other, the best value of each first."""
    glance = line.glance
    if glance is None or glance.best is None:
        return (True,)
    sign = -1 if best_of(glance.tag) == "max" else 1
    return (False, glance.tag, sign * glance.best.value)


def _by_argument(argument: Argument) -> tuple[object, ...]:
    """Numbers by their size, before texts."""
    try:
        value = float(argument.value)
    except ValueError:
        value = math.nan
    return (argument.name, math.isnan(value), 0.0 if math.isnan(value) else value, argument.value)


def sources_of(chosen: Sequence[RunLine], commands: RunCommands) -> list[LogSource]:
    """Event files of runs that are shown beside each other, each by a name that tells it apart."""
    return [
        source
        for name, line in zip(names_apart(chosen, commands), chosen, strict=True)
        for source in line.run.sources_called(name)
    ]


def names_apart(chosen: Sequence[RunLine], commands: RunCommands) -> list[str]:
    """What tells runs apart that are shown beside each other: where names are the same with the
    arguments that differ, else with the end of its id."""
    telling = telling_arguments({line.id: commands.of(line.run) for line in chosen})
    names = [line.run.name for line in chosen]
    names = [
        (name if names.count(name) == 1 else " ".join([name, *map(str, telling[line.id])])).replace(
            "/", "\u2215"
        )
        for name, line in zip(names, chosen, strict=True)
    ]
    return [
        name if names.count(name) == 1 else f"{name} {line.id.rpartition('-')[2]}"
        for name, line in zip(names, chosen, strict=True)
    ]
