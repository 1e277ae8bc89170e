"""How runs are grouped, and what is told of a group, on command lines. Imports nothing heavy."""

import re
from typing import TYPE_CHECKING

import click

from tuimon.cli.shared.common import CommandError, complete_names

if TYPE_CHECKING:
    from tuimon.present.selection import Selection
    from tuimon.store.spread import SpreadKind
    from tuimon.store.store import Store

WAYS = ("settings", "directory", "wandb")
"""As `tuimon.present.run_groups` has them."""
SPREADS = ("std", "sem", "ci", "range", "median")
"""As `tuimon.store.spread` has them."""

_MOST_LENGTH = 400
"""As `tuimon.store.filters` has it."""


def _way(ctx: click.Context, param: click.Parameter, way: str | None) -> str | None:
    """A way to group that is well formed; whether runs have such settings is not known yet."""
    if way is not None and len(way) > _MOST_LENGTH:
        raise click.BadParameter(f"more than {_MOST_LENGTH} characters")
    if way is not None and way.startswith("/"):
        try:
            re.compile(way[1:-1])
        except (re.error, RecursionError, OverflowError) as error:
            raise click.BadParameter(f"no regular expression: {error}") from None
        if len(way) < 3 or not way.endswith("/"):
            raise click.BadParameter("a regular expression ends with /")
    return way


group_option = click.option(
    "--group",
    metavar="BY",
    callback=_way,
    shell_complete=complete_names(lambda: WAYS),
    help="Runs as one: by settings ('lr', 'lr,model'), 'settings' for all but the seed, a regular "
    "expression on names ('/^(.*)-s/'), 'directory', or 'wandb' for W&B's group.",
)
spread_option = click.option(
    "--spread",
    type=click.Choice(SPREADS),
    help="Of a group: mean ± std, ± standard error (sem), in its 95% interval (ci), in the range "
    "of all; or the median in that range.  [default: std]",
)


def grouped_by(way: str, spread: "SpreadKind | None", store: "Store") -> "Selection":
    """The trainings of a store in groups. Raises CommandError."""
    from tuimon.present.run_groups import GroupError, group_names, read_traits
    from tuimon.present.selection import Selection
    from tuimon.summaries.reader import SummaryReader

    try:
        groups = group_names(way, read_traits(store, SummaryReader()))
    except GroupError as error:
        raise CommandError(f"--group: {error}") from None
    return Selection(group=way, groups=groups, spread=spread or "std")
