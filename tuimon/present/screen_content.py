"""What a screen shows of a store: charts, runs and tags that go together. No widgets."""

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from tuimon.charts.model import ChartOptions, Cursor
from tuimon.present.arrangement import Arrangement, ChartOrder, arrange, section_of
from tuimon.present.group_rows import with_groups
from tuimon.present.hparam_groups import HParams
from tuimon.present.leaderboard import (
    LEADING_CURVES,
    Leaderboard,
    in_run_order,
    leading,
    orders_by_value,
)
from tuimon.present.look import Look
from tuimon.present.main_metric import main_tag
from tuimon.present.overview import Overview, OverviewCache, Pairing
from tuimon.present.own_charts import OwnCharts, pinned_first
from tuimon.present.pairing import Metric, pair_tags, prefix_tags, split_tags
from tuimon.present.reference_curves import own_baseline
from tuimon.present.run_colours import RunColours
from tuimon.present.run_table import RunTable, run_table
from tuimon.present.selection import BY_PREFIX, Selection, training_of
from tuimon.present.short_names import short_names
from tuimon.present.tag_tree import TagRow
from tuimon.store.series import Series
from tuimon.store.store import Store


class Judging(NamedTuple):
    """By what runs are compared, where the look does not tell."""

    metric: Metric | None = None
    """The one that has the focus."""
    cursor: Cursor | None = None
    hparams: HParams = MappingProxyType({})
    """What they were given."""


class TagSection(NamedTuple):
    """Tags of which the charts are in one section; the empty one has no name."""

    name: str
    tags: Sequence[TagRow]


class ScreenContent(NamedTuple):
    """What is shown; each part has the colours and the names of the others."""

    selection: Selection
    """What charts show of their metrics."""
    arrangement: Arrangement
    table: RunTable
    tags: Sequence[TagRow]
    """In the order of the charts."""
    known: int
    """How many tags there are, shown or not."""

    @property
    def sections(self) -> list[TagSection]:
        """The tags by section, in the order of the charts; what has no chart by its own name."""
        folded = (metric for section in self.arrangement.folded for metric in section.metrics)
        names = {
            tag: section_of(metric)
            for metric in (*self.arrangement.charts, *folded)
            for _, tag in metric.curves
        }
        sections: dict[str, list[TagRow]] = {}
        for row in self.tags:
            name = names.get(row.tag, section_of(Metric(row.tag, ())))
            sections.setdefault(name, []).append(row)
        return [TagSection(name, tags) for name, tags in sections.items()]

    def folded_around(self, tag: str) -> set[str]:
        """Names of the folded sections in which a tag is."""
        return {
            section.name
            for section in self.arrangement.folded
            if any(tag == member for metric in section.metrics for _, member in metric.curves)
        }


class ContentMaker:
    """Makes what is shown of a store; looks only at what was added since the last time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._order = ChartOrder(store)
        self._overviews = OverviewCache(store)
        self._own = OwnCharts(store)
        self._leaderboard = Leaderboard()
        self._listed: tuple[object, list[TagRow]] = None, []
        """The rows of the tags, and what they were made of."""

    def make(
        self,
        look: Look,
        selection: Selection,
        colours: RunColours,
        options: ChartOptions,
        judging: Judging,
        *,
        loading: bool = False,
    ) -> ScreenContent:
        """What is shown of what is selected, with colours that are kept unless it is `loading`."""
        overview = self._overviews.of(selection)
        colours.meet(overview.trainings, keep=not loading)
        several = len(overview.trainings) > 1
        metrics = self._order.sorted(overview.charts(_pairing(look, several)), look.sort)
        made_of = overview, metrics, several
        if self._listed[0] != made_of:
            self._listed = made_of, _tag_rows(overview, metrics, several)
        tags = self._listed[1]
        table = RunTable()
        if several:
            selection, table = self._compared(look, selection, colours, options, judging)
        charts = pinned_first([*self._own.shown(look.charts, selection), *metrics], look.pins)
        charts += self._own.empty(look.charts, selection)
        return ScreenContent(selection, arrange(charts, look.folded), table, tags, overview.tags)

    def _compared(
        self,
        look: Look,
        selection: Selection,
        colours: RunColours,
        options: ChartOptions,
        judging: Judging,
    ) -> tuple[Selection, RunTable]:
        """The trainings, and which of them stand out: whatever has the focus, the same ones."""
        overview, runs = self._overviews.of(selection), self._store.runs
        chosen = look.rank if look.rank in overview.series else main_tag(overview.series)
        focused = [tag for _, tag in judging.metric.curves] if judging.metric else []
        told = main_tag({t: overview.series[t] for t in focused if t in overview.series}) or chosen
        ranking = self._leaderboard.compare(overview, runs, chosen)
        comparison = ranking
        if told != chosen or judging.cursor is not None:
            comparison = self._leaderboard.compare(overview, runs, told, options, judging.cursor)
        comparison = self._leaderboard.with_base(comparison, self._store.reference)
        selection = replace(
            selection,
            leading=leading(
                ranking, overview.shown, selection, LEADING_CURVES // (2 if look.joined else 1)
            ),
            names=short_names(overview.trainings),
        )
        order = in_run_order(ranking, overview.shown, selection, look.run_order)
        given, joined = judging.hparams, look.joined
        own = own_baseline(self._store)
        table = run_table(
            order, selection, colours, comparison, options, given, joined=joined, own_baseline=own
        )
        table = table.ordered(look.order_by)
        by_value = told == chosen and orders_by_value(look.run_order, len(order))
        by_value &= not table.ordered_by
        selection = replace(selection, named=table.names_lines)
        return selection, with_groups(replace(table, by_value=by_value), selection, comparison)

    def newest_series(self, tag: str, training: str, selection: Selection) -> Series | None:
        """The series of a tag that got a point last, of one training if its name is not empty."""
        runs = self._store.runs
        found = [
            (last.wall_time, number, series)
            for number, series in enumerate(self._overviews.of(selection).series.get(tag, ()))
            if (last := series.last) is not None
            and (training in ("", series.run) or training == training_of(runs[series.run], runs))
        ]
        return max(found)[2] if found else None


def _pairing(look: Look, several: bool) -> Pairing:
    if look.group == BY_PREFIX:
        return prefix_tags
    return split_tags if several and not look.joined else pair_tags


def _tag_rows(overview: Overview, metrics: Sequence[Metric], several: bool) -> list[TagRow]:
    """Tags in the order of the charts, those without one behind them."""
    numbers: dict[str, int] = {}
    for metric in (*arrange(metrics, ()).charts, *pair_tags(overview.series)):
        for number, (_, tag) in enumerate(metric.curves):
            numbers.setdefault(tag, number)
    return [TagRow(tag, None if several else number) for tag, number in numbers.items()]
