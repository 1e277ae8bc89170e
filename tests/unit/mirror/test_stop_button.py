""" "Stop run" on W&B's page: when it is meant for the launch at hand."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.wandb_server import ENTITY, KEY, wandb_server
from tuimon.guardian.client import ControlError
from tuimon.mirror import stop_button
from tuimon.mirror.journal import Journal, LaunchEntry, RunEntry
from tuimon.mirror.server import RunPlace, Server
from tuimon.mirror.stop_button import StopButton


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.jsonl") as journal:
        journal.append(LaunchEntry(directory="first", began=0.0))
        yield journal


class Page:
    """The button as the server tells of it, and the training that it is to stop."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.pressed: bool | None = False
        self.stops = 0
        self.refusal: str | None = None
        self.unreachable = False

    def stop(self) -> str | None:
        if self.unreachable:
            raise ControlError("held up")
        self.stops += self.refusal is None
        return self.refusal

    def button(self, launch: str, *, tells: bool = True) -> StopButton:
        return StopButton(lambda: self.pressed, self.stop, self.journal, launch, tells=tells)

    def goes_on_with(self, launch: str) -> None:
        if self.journal.run is None:
            self.journal.append(RunEntry(run_id="r", online=True))
        self.journal.append(LaunchEntry(directory=launch, began=1.0))


@pytest.fixture
def page(journal: Journal, clock: Callable[[float], None]) -> Page:
    return Page(journal)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    now = [0.0]
    monkeypatch.setattr(stop_button.time, "monotonic", lambda: now[0])

    def pass_by(seconds: float) -> None:
        now[0] += seconds

    return pass_by


def looks(button: StopButton, clock: Callable[[float], None], seconds: int = 60) -> None:
    for _ in range(seconds):
        clock(1.0)
        button.look()


def test_it_stops_the_training_once_when_wandb_tells(
    page: Page, clock: Callable[[float], None]
) -> None:
    button = page.button("first")
    page.pressed = True
    looks(button, clock)
    assert page.stops == 0, "wandb has not told"
    button.press()
    looks(button, clock)
    assert page.stops == 1
    assert button.detail is None


def test_the_server_is_asked_where_wandb_is_too_old_to_tell(
    page: Page, clock: Callable[[float], None]
) -> None:
    button = page.button("first", tells=False)
    looks(button, clock)
    page.pressed = None
    looks(button, clock)
    assert page.stops == 0
    page.pressed = True
    looks(button, clock)
    assert page.stops == 1


def test_a_guardian_that_is_held_up_is_asked_again_and_a_refusal_is_final(
    page: Page, clock: Callable[[float], None]
) -> None:
    button = page.button("first")
    button.press()
    page.unreachable = True
    looks(button, clock)
    page.unreachable = False
    looks(button, clock)
    assert page.stops == 1
    other = page.button("first")
    page.refusal = "not wanted"
    other.press()
    clock(6.0)
    assert other.look() == "not wanted"
    clock(6.0)
    assert other.look() is None


@pytest.mark.parametrize("known", [True, None])
def test_a_stop_that_was_there_before_the_launch_does_not_stop_it(
    page: Page, clock: Callable[[float], None], known: bool | None
) -> None:
    page.goes_on_with("second")
    page.pressed = known
    for button in (page.button("second"), page.button("second")):  # lives of its mirror
        button.press()
        looks(button, clock)
        assert page.stops == 0
        assert "earlier launch" in (button.detail or "")
    page.pressed = False  # taken back, and pressed anew
    looks(button, clock)
    assert button.detail is None
    page.pressed = True
    looks(button, clock)
    assert page.stops == 1


def test_a_stop_between_two_lives_of_a_mirror_is_heeded(
    page: Page, clock: Callable[[float], None]
) -> None:
    page.goes_on_with("second")
    page.button("second")
    page.pressed = True
    button = page.button("second")
    button.press()
    looks(button, clock)
    assert page.stops == 1


def test_the_server_tells_whether_it_is_pressed() -> None:
    place = RunPlace(ENTITY, "p", "r")
    with wandb_server() as loopback:
        server = Server(loopback.url, KEY)
        assert server.is_stopped(place) is None, "there is no such run"
        loopback.graphql("upsertBucket", {"name": "r", "project": "p"})
        for told in (False, True, None):
            loopback.runs["r"].stopped = told
            assert server.is_stopped(place) is told
