"""When pictures are sent as pixels."""

import pytest

from tuimon.terminal.link import Link
from tuimon.terminal.quickness import PictureGate


class World:
    """A link whose packets take as long as is said."""

    def __init__(self) -> None:
        self.now = 0.0
        self.link = Link(lambda: self.now)
        self.quickness = PictureGate(self.link, lambda: self.now)

    def packets(self, took: float, times: int = 12) -> bool:
        for _ in range(times):
            self.link.sent(4096)
            self.now += took
            self.link.answered()
        return self.quickness.judge()


@pytest.fixture
def world() -> World:
    return World()


def test_nothing_is_known_of_a_link_without_an_answer(world: World):
    assert not world.quickness.judge()


def test_quick_links_get_pictures_and_far_ones_do_not(world: World):
    assert world.packets(0.05)
    assert not World().packets(0.3)


def test_pictures_that_take_a_while_do_not_end_themselves(world: World):
    assert world.packets(0.05)
    assert world.packets(0.4)


def test_a_link_that_they_are_too_much_for_rests_longer_each_time(world: World):
    assert world.packets(0.05)
    assert not world.packets(0.9)
    assert not world.packets(0.05)  # without pictures it is quick
    world.now += 20
    assert world.packets(0.05)
    assert not world.packets(0.9)
    world.now += 20
    assert not world.packets(0.05)
    world.now += 20
    assert world.packets(0.05)
