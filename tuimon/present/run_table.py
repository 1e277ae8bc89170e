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
    grouped: bool = False
    """Whether their colours are those of the first of `hparams`."""
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
    def told(self) -> RunRow | None:
        """The run of which tags are told: the focused one, else the first that is drawn."""
        focused = next((row for row in self.rows if row.focused), None)
        return focused or next((row for row in self.rows if row.drawn), None)

    @property
    def legend(self) -> list[RunRow]:
        """Those of which each has its colour, or all that are drawn where none has."""
        return [row for row in self.rows if row.drawn and not row.faded]


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
    columns = _columns({name: hparams.get(name, {}) for name in names}, selection)
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
        grouped=bool(selection.groups),
        hparams=tuple(columns),
    )


def _columns(hparams: HParams, selection: Selection) -> dict[str, Mapping[str, str]]:
    """By name of a hyperparameter in which they differ, what each training was given of it; that
    by which they are grouped comes first."""
    grouped = {selection.group: selection.groups} if selection.groups else {}
    others = [name for name in differing(hparams) if name not in grouped]
    return {**grouped, **{name: values_of(hparams, name) for name in others}}


def _curve(name: str, selection: Selection, colours: RunColours) -> Curve:
    """A curve without points that looks as those of a training do."""
    value = selection.groups.get(name)
    alone = selection.stands_out(name)
    number = colours.number(name)
    colour = number
    if value is not None and not alone:
        colour = in_order([*selection.groups.values()]).index(value)
    focused = selection.focus in selection.names
    leaders = (selection.focus,) if focused else selection.leading
    return Curve(
        label=name,
        steps=_NO_STEPS,
        wall_times=_NOTHING,
        values=_NOTHING,
        colour=colour,
        pattern=number if selection.group == BY_PREFIX else 0,
        number=number,
        detail=_NO_DETAIL,
        faded=bool(leaders) and not alone and name not in leaders,
    )
