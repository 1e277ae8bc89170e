"""Sections that fold, the order of charts, and how many are on a page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.geometry import Size

from support.event_files import append, scalar, version, write
from support.screens import settle, shown, visible
from tuimon.session.session import Session
from tuimon.tui.app import TuimonApp
from tuimon.tui.panes.chart_grid import ChartGrid
from tuimon.tui.panes.chart_pane import ChartPane
from tuimon.tui.panes.chart_view import ChartView
from tuimon.tui.panes.folded_sections import FoldedSections
from tuimon.tui.screens.monitor import MonitorScreen
from tuimon.tui.themes.theme_file import THEMES

TAGS = ("zeta", "Loss/train", "grad/b", "grad/a", "lr/encoder/x")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    points = [scalar(tag, step, step / 50) for step in range(30) for tag in TAGS]
    write(tmp_path / "runs", [version(), *points])
    session = Session.of_logdirs([tmp_path / "runs"])
    session.start()
    yield session
    session.stop()


async def test_a_section_folds_to_a_row_and_unfolds(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        assert visible(screen) == ["Loss/train", "zeta", "grad/b", "grad/a", "lr/encoder/x"]
        screen.query_one(ChartPane).show_chart(2)
        await pilot.press("f")
        await settle(pilot)
        assert visible(screen) == ["Loss/train", "zeta", "lr/encoder/x"]
        row = shown(screen.query_one(FoldedSections))
        assert "grad  2 charts" in row
        assert "b 0.58" in row
        for _ in range(5):
            await pilot.press("down")
        assert screen.focused is screen.query_one(FoldedSections)
        await pilot.press("up")
        assert screen.focused is not screen.query_one(FoldedSections)
        await pilot.press("down", "enter")
        await settle(pilot)
        assert "grad/a" in visible(screen)
        assert not screen.query_one(FoldedSections).display


async def test_with_every_section_folded_the_key_unfolds_again(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        for _ in range(4):
            await pilot.press("f")
            await settle(pilot)
        assert (visible(screen), len(screen.look.folded)) == ([], 4)
        await pilot.press("f")
        await settle(pilot)
        assert visible(screen) == ["Loss/train"]
        await pilot.press("f4")
        await settle(pilot)
        assert len(visible(screen)) == 5


async def test_what_is_folded_and_sorted_is_so_the_next_time(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        await pilot.press("s")
        await settle(pilot)
        assert visible(screen) == ["grad/a", "grad/b", "Loss/train", "lr/encoder/x", "zeta"]
        await pilot.press("f", "w", "1", "3")
        await settle(pilot)
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        assert visible(screen) == ["Loss/train", "lr/encoder/x", "zeta"]
        assert (
            len({chart.region.x for chart in screen.query_one(ChartPane).charts if chart.display})
            == 1
        )


async def test_the_chart_that_changed_last_comes_first_when_it_is_asked_for(
    session: Session, tmp_path: Path
) -> None:
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        append(next((tmp_path / "runs").iterdir()), scalar("grad/a", 31, 1.0, wall_time=2e9))
        for _ in range(100):
            await pilot.pause(0.05)
            if session.progress().step == 31:
                break
        await pilot.press("s", "s")
        await settle(pilot)
        assert visible(screen)[0] == "grad/a"


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (50, 14)])
async def test_any_number_of_charts_fits_on_a_page(session: Session, size) -> None:
    async with TuimonApp(session).run_test(size=size) as pilot:
        screen = await settle(pilot)
        await pilot.press("w", "6", "6")
        await settle(pilot)
        assert len(visible(screen)) == 5
        await pilot.press("w", "1", "1")
        await settle(pilot)
        assert len(visible(screen)) == 1
        await pilot.press("n")
        assert visible(screen) == ["zeta"]
        await pilot.press("w", "escape")
        assert isinstance(pilot.app.screen, MonitorScreen)
        await pilot.press("w", "a")
        await settle(pilot)
        assert screen.look.shape is None


async def test_a_chart_opens_in_a_size_that_has_just_changed(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        with monkeypatch.context() as patch:  # as between a resize and its event
            patch.setattr(ChartGrid, "size", property(lambda _: Size(40, 10)))
            screen.query_one(ChartPane).show_chart(4)
        assert isinstance(screen.focused, ChartView)
        assert screen.focused.metric.title == "lr/encoder/x"


async def test_pages_turn_where_a_filter_has_just_left_none(session: Session) -> None:
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        grid = screen.query_one(ChartGrid)
        grid.show_chart(1)
        selection = grid.charts[0].chart.curves.selection
        assert selection is not None
        await grid.show([], selection, growing=False)
        screen.set_focus(screen.query(ChartView).first())  # until Textual has looked
        grid.turn(1)
        assert (grid.focused_chart, grid.pages) == (None, (1, 1))


@pytest.mark.parametrize("theme", [*THEMES, "ansi-light", "nord"])
async def test_help_and_dialogs_open_under_every_theme(session: Session, theme: str) -> None:
    async with TuimonApp(session).run_test(size=(140, 50)) as pilot:
        screen = await settle(pilot)
        pilot.app.theme = theme
        for key in ("question_mark", "w", "w", "2"):
            await pilot.press(key)
            await pilot.pause()
            assert pilot.app.screen is not screen
            if key != "w":
                await pilot.press("escape")
                await pilot.pause()


async def test_charts_of_many_metrics_take_turns_in_the_places_of_a_page(tmp_path: Path) -> None:
    tags = [f"metric{number:02}" for number in range(40)]
    points = [scalar(tag, step, step) for step in range(5) for tag in tags]
    write(tmp_path, [version(), *points])
    session = Session.of_logdirs([tmp_path])
    session.start()
    async with TuimonApp(session).run_test(size=(99, 50)) as pilot:
        screen = await settle(pilot)
        first = visible(screen)
        assert first == tags[: len(first)]
        places = list(screen.query(ChartView))
        assert len(places) == len(first) < 20
        kept = places[0].chart
        await pilot.press("right", "n")
        await settle(pilot)
        assert visible(screen) == tags[len(first) : 2 * len(first)]
        assert tags[len(first)] in shown(places[0])
        assert screen.focused is places[0]
        await pilot.press("left")  # over the edge of the page: no tags are shown beside it
        await settle(pilot)
        assert visible(screen) == first
        assert screen.query_one(ChartPane).focused_chart.metric.title == first[-1]
        assert list(screen.query(ChartView)) == places
        assert places[0].chart is kept
        await pilot.press("enter")
        await settle(pilot)
        assert visible(screen) == [first[-1]]
    session.stop()
