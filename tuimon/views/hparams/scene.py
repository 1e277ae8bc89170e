"""What all drawings of hyperparameters show: the sessions, and what is chosen among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.charts.roles import Role
from tuimon.present.trial_names import hparam_text
from tuimon.views.hparams.sessions import HParamTable
from tuimon.views.layout import Piece, clip

LEAST_PLOT = (24, 8)
"""Cells that a plot takes across and down."""
_LEVELS = range(8, 16)
"""Of the ramp: those that can be told from a dark and from a light background."""


class HParamScene:
    """Sessions in an order, and the columns and the session that the user has chosen.

    Columns are called by their names, which outlast a table that grows.
    """

    def __init__(
        self,
        table: HParamTable,
        order: Sequence[int],
        *,
        at: int | None,
        column: str | None,
        colour: str | None,
    ) -> None:
        """`order` are the sessions that are seen, `at` the place of the chosen one in it."""
        self.table = table
        self.order = order
        self.at = at
        self.column = table.named(column)
        """That the cursor is on."""
        self.colour = table.named(colour)
        """That colours the sessions."""

    @property
    def chosen(self) -> int | None:
        """The session that the cursor is on."""
        return self.order[self.at] if self.at is not None and self.order else None

    @property
    def target(self) -> int:
        """The metric that plots are about: the one that colours, or the first one."""
        metric = bool(self.table.columns) and self.table.columns[self.colour].metric
        return self.colour if metric else self.table.default

    @cached_property
    def inks(self) -> list[Role]:
        """Roles of all sessions, by their values in the column that colours."""
        if not self.table.columns:
            return [roles.DIM] * len(self.table.sessions)
        places = self.table.axis(self.colour).places.tolist()
        most = len(_LEVELS) - 1
        return [
            roles.heat(_LEVELS[round(place * most)], 0) if np.isfinite(place) else roles.DIM
            for place in places
        ]

    def drawn(self) -> Iterator[tuple[int, bool]]:
        """The sessions that are seen, the chosen one last, and whether each is that one.

        What has the highest values comes over the rest.
        """
        places = self.table.axis(self.colour).places if self.table.columns else np.zeros(0)
        sizes = np.nan_to_num(places, nan=-1.0)
        for at in sorted(self.order, key=lambda at: (at == self.chosen, sizes[at])):
            yield at, at == self.chosen

    def about_chosen(self, cells: int) -> Row:
        """What there is to say about the chosen session."""
        if self.chosen is None:
            return ()
        session = self.table.sessions[self.chosen]
        pieces: list[Piece] = [("◆ ", roles.ACCENT), (session.name, roles.TITLE)]
        for column in self.table.shown:
            pieces.append((f"  {self.table.heading(column)} ", roles.NOTE))
            pieces.append((hparam_text(session.values[column]), roles.VALUE))
        return clip(pieces, cells)


def no_room(cells: int, height: int) -> list[Row]:
    """What is shown instead of a plot for which the size does not do."""
    return [clip([("There is no room for this plot.", roles.DIM)], cells)][:height]
