"""Options of `tuimon run`."""

import click
import pytest

from tuimon.cli.run import command, parse_graces


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (None, {}),
        ("90", {"term_after": 90.0}),
        ("0.5,10", {"term_after": 0.5, "kill_after": 10.0}),
    ],
)
def test_graces(text: str | None, fields: dict[str, float]):
    assert parse_graces(click.Context(command), command.params[0], text) == fields


@pytest.mark.parametrize("text", ["x", "1,2,3", "-1", "nan", "1,", "1e9"])
def test_graces_that_are_none(text: str):
    with pytest.raises(click.BadParameter, match="is not SECONDS or SECONDS,SECONDS"):
        parse_graces(click.Context(command), command.params[0], text)
