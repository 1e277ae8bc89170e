"""Roles are values: none is taken for another, and every renderer knows each of them."""

import pytest

from tuimon.charts import roles
from tuimon.charts.model import Span
from tuimon.cli.shared.colours import lines
from tuimon.tui.themes.inks import ROLES

PLAIN = [value for name, value in vars(roles).items() if name.isupper() and type(value) is str]


class Parts(roles.RoleTable[tuple[object, ...]]):
    """A renderer that tells what it was asked for."""

    def plain(self, name):
        return ("plain", name)

    def curve(self, part, colour):
        return (part, colour)

    def halves(self, ink, ground):
        return ("halves", ink, ground)

    def lit(self, behind):
        return ("lit", *behind)


def test_each_role_is_drawn_as_what_it_is() -> None:
    parts = Parts()
    assert parts[roles.AXIS] == ("plain", "axis")
    assert parts[roles.band(11)] == ("band", 11)
    assert parts[roles.heat(1, 15)] == ("halves", roles.RAMP[0], roles.RAMP[14])
    assert parts[roles.heat(99, 0)] == ("halves", roles.RAMP[14], None)
    assert parts[roles.pixels(1, 15)] == ("halves", "#000001", "#00000f")
    assert parts[roles.lit(roles.past(3))] == ("lit", "past", 3)
    assert roles.lit(roles.lit(roles.DIM)) == roles.lit(roles.DIM)


def test_roles_with_the_same_numbers_differ() -> None:
    some = [
        kind(colour)
        for kind in (roles.curve, roles.end, roles.band, roles.past)
        for colour in (1, 2)
    ]
    some += [roles.heat(1, 2), roles.pixels(1, 2), roles.heat(1, 0), roles.pixels(1, None)]
    some += [roles.lit(one) for one in some]
    assert len(set(some)) == len(some)


def test_a_table_keeps_no_more_than_a_picture_needs() -> None:
    parts = Parts()
    for colour in range(10_000):
        assert parts[roles.pixels(colour, None)] == ("halves", f"#{colour:06x}", None)
    assert len(parts) <= 4096


def test_themes_know_all_plain_roles_and_no_others() -> None:
    assert sorted(ROLES) == sorted(PLAIN)


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (roles.curve(1), "31"),
        (roles.end(8), "31"),
        (roles.band(1), "2;31"),
        (roles.lit(roles.curve(0)), "94"),
        (roles.pixels(0x102030, None), "38;2;16;32;48"),
        (roles.pixels(0, 0xFFFFFF), "38;2;0;0;0;48;2;255;255;255"),
        (roles.ERROR, "1;31"),
    ],
)
def test_roles_as_codes_of_a_terminal(role: roles.Role, code: str) -> None:
    assert list(lines([(Span("x", role),)], coloured=True)) == [f"\x1b[{code}mx\x1b[m"]
