"""The runs of a screen: legend and leaderboard in one. No widgets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tuimon.charts.detail import DrawingCache
from tuimon.charts.legend import BASELINE
from tuimon.charts.model import ChartOptions, Curve
from tuimon.charts.roles import Role
from tuimon.charts.style import style_of
from tuimon.present.hparam_groups import HParams, differing, in_order, values_of
from tuimon.present.leaderboard import Comparison
from tuimon.present.run_colours import RunColours
from tuimon.present.selection import BY_PREFIX, Selection
from tuimon.text import by_number

_NOTHING = np.empty(0)
_NO_STEPS = np.empty(0, np.int64)
_NO_DETAIL = DrawingCache()


@dataclass(frozen=True, slots=True)
class RunRow:
    """One line: a training, how it is drawn, what was done to it, what it has reached."""

    name: str
    label: str
    """Its name without what all names share."""
    cue: str
    """What its lines look like."""
    role: Role
    focused: bool = False
    pinned: bool = False
    is_baseline: bool = False
    """Whether it is the baseline of the directory."""
    drawn: bool = True
    faded: bool = False
    """Whether others stand out."""
    value: float | None = None
    gain: float | None = None
    """How much larger the value is than that of the baseline, as its share."""
    better: bool | None = None
    """Whether that is for the good, if that is known."""
    hparams: tuple[str, ...] = ()
    """As the columns of the table."""
    members: "tuple[RunRow, ...]" = ()
    """The trainings of a group, which has no name of its own."""
    spread: str = ""
    """How far the values of a group spread."""
    is_member: bool = False
    """Whether it stands below its group."""

    @property
    def key(self) -> str:
        """What tells the line from others."""
        return self.name or f"group {self.label}"


@dataclass(frozen=True, slots=True)
class RunTable:
    """All trainings that the filter shows, in the order of the list."""

    rows: Sequence[RunRow] = ()
    tag: str = ""
    """What they are compared by."""
    title: str = ""
    """What the values are."""
    by_value: bool = False
    """Whether they are in the order of their values."""
    names_lines: bool = True
    """Whether each look of lines is that of one training."""
    baseline: str = ""
    """Name of the training with which others are compared; empty for none."""
    hparams: tuple[str, ...] = ()
    """Names of what the trainings were given that differs."""
    ordered_by: str = ""
    """The one of these in whose order they are; empty for none."""

    def ordered(self, hparam: str) -> "RunTable":
        """In the order of a hyperparameter, what was given none last; as it is where it has no
        column."""
        if hparam not in self.hparams:
            return self
        at = self.hparams.index(hparam)
        rows = sorted(self.rows, key=lambda row: (not row.hparams[at], by_number(row.hparams[at])))
        return replace(self, rows=rows, ordered_by=hparam)

    @property
    def names(self) -> list[str]:
        """Those of all trainings."""
        return [row.name for row in self._runs]

    @property
    def _runs(self) -> list[RunRow]:
        """The lines of all trainings, whether they stand below their groups or not."""
        lines = (row for row in self.rows if not row.is_member)
        return [run for row in lines for run in row.members or (row,)]

    @property
    def others(self) -> int:
        """How many trainings are drawn behind those that stand out."""
        return sum(row.drawn and row.faded for row in self._runs)

    @property
    def grouped(self) -> bool:
        """Whether any line is that of a group."""
        return any(row.members for row in self.rows)

    @property
    def told(self) -> RunRow | None:
        """The run of which tags are told: the focused one, else the first that is drawn."""
        focused = next((row for row in self._runs if row.focused), None)
        return focused or next((row for row in self._runs if row.drawn), None)

    @property
    def legend(self) -> list[RunRow]:
        """Those of which each has its colour, or all that are drawn where none has."""
        return [row for row in self.rows if row.drawn and not (row.faded or row.is_member)]


def run_table(
    names: Sequence[str],
    selection: Selection,
    colours: RunColours,
    comparison: Comparison,
    options: ChartOptions,
    hparams: HParams,
    *,
    joined: bool = False,
    own_baseline: str = "",
) -> RunTable:
    """Trainings in this order, with their colours in charts of these options.

    They are compared with the first that is pinned, else with their `own_baseline`, else with the
    base of the comparison.
    In `joined` charts a letter is one of several curves of a training: none stands for it here.
    """
    curves = {name: _curve(name, selection, colours) for name in names}
    style = style_of((curves[name] for name in names if selection.draws(name)), options)
    names_lines = not (joined and (style.lettered or style.marks.ascii))
    baseline = next((name for name in names if name in selection.pinned), own_baseline)
    columns = _columns({name: hparams.get(name, {}) for name in names})
    rows = []
    for name in names:
        gain = comparison.gain(name, baseline) if name != baseline else None
        rows.append(
            RunRow(
                name,
                selection.names.get(name, name),
                style.cue(curves[name]) if names_lines else " ",
                style.role(curves[name]),
                focused=name == selection.focus,
                pinned=name in selection.pinned,
                is_baseline=name == own_baseline,
                drawn=selection.draws(name),
                faded=curves[name].faded,
                value=comparison.values.get(name),
                gain=gain,
                better=None if gain is None else comparison.is_better(gain),
                hparams=tuple(texts.get(name, "") for texts in columns.values()),
            )
        )
    return RunTable(
        rows,
        comparison.tag,
        comparison.title,
        names_lines=names_lines,
        baseline=baseline or ("" if comparison.base is None else BASELINE),
        hparams=tuple(columns),
    )


def _columns(hparams: HParams) -> dict[str, Mapping[str, str]]:
    """By name of a hyperparameter in which they differ, what each training was given of it."""
    return {name: values_of(hparams, name) for name in differing(hparams)}


def _curve(name: str, selection: Selection, colours: RunColours) -> Curve:
    """A curve without points that looks as those of a training do."""
    value = selection.groups.get(name)
    alone = selection.stands_out(name)
    number = colours.number(name)
    colour = number
    if value is not None:
        colour = number = in_order([*selection.groups.values()]).index(value)
    focused = selection.focus in selection.names
    leaders = (selection.focus,) if focused else selection.leading
    lit = value is not None and value in {selection.groups.get(one) for one in leaders}
    return Curve(
        label=name,
        steps=_NO_STEPS,
        wall_times=_NOTHING,
        values=_NOTHING,
        colour=colour,
        pattern=number if selection.group == BY_PREFIX else 0,
        number=number,
        detail=_NO_DETAIL,
        faded=bool(leaders) and not (alone or lit or name in leaders),
    )
