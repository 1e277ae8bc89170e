"""The screen with other data, over an event file that torch's SummaryWriter has written."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.graph_pb2 import GraphDef
from textual.pilot import Pilot
from torch.utils.tensorboard import SummaryWriter

from support.event_files import scalar, version, write
from support.graph_models import MODELS
from support.screens import shown
from tuimon.session.session import Session
from tuimon.text import width
from tuimon.tui.app import TuimonApp
from tuimon.tui.panes.item_pane import ItemPane
from tuimon.tui.panes.key_bar import KeyBar
from tuimon.tui.panes.notice import Notice
from tuimon.tui.panes.summary_list import SummaryList
from tuimon.tui.screens.monitor import MonitorScreen
from tuimon.tui.screens.summaries import SummariesScreen
from tuimon.tui.themes.theme_file import DARK
from tuimon.views.slider import find_track


@pytest.fixture
def writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SummaryWriter]:
    monkeypatch.chdir(tmp_path)
    with SummaryWriter("runs") as writer:
        log(writer, range(20))
        yield writer


def log(writer: SummaryWriter, steps: range) -> None:
    random = np.random.default_rng(0)
    for step in steps:
        writer.add_histogram("weight", random.normal(step, 1, 200), 10 * step)
        writer.add_text("notes", f"# Epoch {step}\n" + "a line\n" * 40, 10 * step)
        writer.add_image("digit", random.random((1, 8, 8)), 10 * step)
        writer.add_tensor("odd", np_tensor(step), 10 * step)
    writer.flush()


def np_tensor(step: int) -> torch.Tensor:
    return torch.tensor([float(step)])


@pytest.fixture
def session(writer: SummaryWriter) -> Iterator[Session]:
    session = Session.of_logdirs([Path("runs")])
    session.start()
    yield session
    session.stop()


def keys_of(screen: SummariesScreen) -> set[str]:
    """What the footer offers."""
    return {key.strip() for key in shown(screen.query_one(KeyBar)).split("  ")}


async def until(pilot: Pilot[None], *words: str) -> str:
    """Wait until the view shows these words; returns all it shows."""
    for _ in range(200):
        await pilot.pause(0.02)
        seen = shown(pilot.app.screen.query_one(ItemPane))
        if all(word in seen for word in words):
            return seen
    raise AssertionError(f"{words} not in:\n{seen}")


async def opened(pilot: Pilot[None], session: Session) -> SummariesScreen:
    for _ in range(200):
        await pilot.pause(0.02)
        if not session.follower.loading and len(session.store.runs) == 1:
            break
    await pilot.press("v")
    screen = pilot.app.screen
    assert isinstance(screen, SummariesScreen)
    return screen


async def test_all_kinds_are_listed_with_their_steps(session: Session):
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, session)
        await until(pilot, "weight", "step 190", "20 of 20, newest", "52%")
        listed = [line.split() for line in shown(screen.query_one(SummaryList)).splitlines()]
        assert [line[0] for line in listed[::2]] == ["histograms", "images", "text", "tensor"]
        assert [line[-2:] for line in listed[1::2]] == [
            ["weight", "20"],
            ["digit", "20"],
            ["notes/text_summary", "20"],
            ["odd", "20"],
        ]
        assert "step" in shown(screen.query_one(KeyBar))


async def test_arrows_choose_tag_and_step(session: Session):
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        await opened(pilot, session)
        await until(pilot, "step 190")
        await pilot.press("left", "left")
        await until(pilot, "weight", "step 170", "18 of 20")
        await pilot.press("down")
        await until(pilot, "digit", "step 170", "8×8 png")
        await pilot.press("home", "down")
        await until(pilot, "notes", "step 0", "Epoch 0")
        await pilot.press("L")
        await until(pilot, "step 100", "Epoch 10")
        await pilot.press("L", "down")
        await until(pilot, "odd", "20 of 20, newest", "19")
        await pilot.press("down", "up", "up", "up", "up", "right")
        await until(pilot, "weight", "20 of 20, newest")
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, MonitorScreen)


async def test_the_palette_does_what_the_keys_of_the_view_do(session: Session):
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, session)
        await until(pilot, "step 190", "newest")
        for name, words in (
            ("Step back", ["step 180", "19 of 20"]),
            ("Next tag", ["digit", "step 180"]),
            ("Strip of steps", ["step 0"]),
        ):
            commands = {one.title: one for one in pilot.app.get_system_commands(screen)}
            await commands[name].callback()
            await until(pilot, *words)


async def test_keys_that_a_view_has_taken_are_not_offered_for_the_list(session: Session):
    async with TuimonApp(session).run_test(size=(200, 24)) as pilot:
        screen = await opened(pilot, session)
        await pilot.press("down")
        await until(pilot, "digit", "step 190")
        assert {"/ filter", "→ step", "↓ tag", "Enter open"} <= keys_of(screen)
        await pilot.press("enter", "h")
        await until(pilot, "19 of 20")
        assert "l step" in keys_of(screen)
        assert not {"→ step", "↓ tag", "Enter open"} & keys_of(screen)


async def test_long_text_is_scrolled(session: Session):
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, session)
        await pilot.press("down", "down")
        await until(pilot, "lines 1–19 of 43")
        assert "scroll" in shown(screen.query_one(KeyBar))
        await pilot.press("n", "n", "n")
        await until(pilot, "lines 25–43 of 43")
        await pilot.press("p")
        await until(pilot, "lines 7–25 of 43")


async def test_the_newest_step_is_followed_until_one_is_chosen(
    session: Session, writer: SummaryWriter
):
    async with TuimonApp(session).run_test(size=(100, 30)) as pilot:
        await opened(pilot, session)
        await until(pilot, "step 190")
        log(writer, range(20, 22))
        session.follower.set_sources(session.sources)
        await until(pilot, "step 210", "22 of 22, newest")
        await pilot.press("left")
        await until(pilot, "step 200", "21 of 22")
        log(writer, range(22, 23))
        session.follower.set_sources(session.sources)
        await until(pilot, "step 200", "21 of 23")
        await pilot.press("end")
        await until(pilot, "step 220", "23 of 23, newest")


async def test_the_slider_is_clicked_and_dragged(session: Session):
    async with TuimonApp(session).run_test(size=(100, 30)) as pilot:
        screen = await opened(pilot, session)
        await until(pilot, "20 of 20, newest  ━")
        view = screen.query_one(ItemPane)
        track = find_track(view.shown_rows)
        assert track is not None
        left = view.gutter.left
        end = track.x + track.cells - 1
        await pilot.click(view, offset=(left + track.x, 0))
        await until(pilot, "  1 of 20  ●─")
        await pilot.mouse_down(view, offset=(left + track.x, 0))
        await pilot.hover(view, offset=(left + track.x + track.cells // 2, 3))
        await until(pilot, f" {track.step_at(track.x + track.cells // 2, 20) + 1} of 20  ━")
        await pilot.hover(view, offset=(left + end - 2, 0))
        await pilot.mouse_up(view, offset=(left + end - 2, 0))
        chosen = track.step_at(end - 2, 20) + 1
        assert chosen < 20
        await until(pilot, f" {chosen} of 20  ━")
        await pilot.click(view, offset=(left + end, 0))
        await until(pilot, "20 of 20, newest")


async def test_a_record_that_cannot_be_read_says_why(session: Session, tmp_path: Path):
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        await opened(pilot, session)
        await until(pilot, "step 190")
        file = next((tmp_path / "runs").iterdir())
        file.rename(tmp_path / "elsewhere")
        await pilot.press("down")
        await until(pilot, "digit", "No such file or directory")


async def test_without_such_data_it_says_what_would_be_here(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "runs", [version(), scalar("Loss", 0, 1.0), scalar("Loss", 1, 0.5)])
    session = Session.of_logdirs([Path("runs")])
    session.start()
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        for _ in range(200):
            await pilot.pause(0.02)
            if session.store.runs and not session.follower.loading:
                break
        await pilot.pause(0.3)
        assert "other data" not in shown(pilot.app.screen.query_one(KeyBar))
        await pilot.press("v")
        await pilot.pause(0.3)
        assert "add_histogram" in shown(pilot.app.screen.query_one(Notice))
        await pilot.press("left", "down", "home", "n", "?")
        await pilot.press("escape", "escape")
        assert isinstance(pilot.app.screen, MonitorScreen)
    session.stop()


@pytest.mark.parametrize("size", [(20, 5), (49, 13), (200, 60)])
async def test_any_size_and_plain_ascii(session: Session, size):
    async with TuimonApp(session, ascii_only=True).run_test(size=size) as pilot:
        screen = await opened(pilot, session)
        await until(pilot, "weight")
        await pilot.press("down", "down", "down")
        await until(pilot, "odd")
        strips = screen.query_one(ItemPane).render_line(0)
        assert strips.text.isascii()


async def test_several_runs_have_headings_of_their_own(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for run in ("a", "b\x1b[2J" + "long" * 20):
        with SummaryWriter(f"runs/{run}") as writer:
            log(writer, range(2))
    session = Session.of_logdirs([Path("runs")])
    session.start()
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        for _ in range(200):
            await pilot.pause(0.02)
            if len(session.store.runs) == 2 and not session.follower.loading:
                break
        await pilot.press("v")
        await until(pilot, "weight", "2 of 2, newest")
        listed = shown(pilot.app.screen.query_one(SummaryList)).splitlines()
        assert listed[0].startswith(" a · histograms ─")
        assert listed[8].startswith(" b␛[2Jlong")
        assert listed[8].endswith("… · histograms  ")
        await pilot.press(*["down"] * 20)
        await until(pilot, "odd")
    session.stop()


async def test_a_fault_with_one_summary_is_told_in_its_place(
    session: Session, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tuimon.views.histogram.HistogramView.draw", fail)
    async with TuimonApp(session).run_test(size=(120, 30)) as pilot:
        await opened(pilot, session)
        await until(pilot, "cannot be shown; viewer.log tells why")


async def test_a_view_is_entered_searched_and_left(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make, sample = MODELS["transformer"]
    with SummaryWriter("runs") as writer:
        writer.add_graph(make(), sample)
        writer.add_text("notes", "a line")
    session = Session.of_logdirs([Path("runs")])
    session.start()
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, session)
        await until(pilot, "notes")
        await pilot.press("down")
        await until(pilot, "Transformer")
        assert "unfold" not in shown(screen.query_one(KeyBar))
        await pilot.press("enter")
        await until(pilot, "→ x  input", "takes nothing")
        assert not screen.query_one(SummaryList).display
        assert "unfold" in shown(screen.query_one(KeyBar))
        await pilot.press("down", "left")
        await until(pilot, "▸ Transformer")
        await pilot.press("slash")
        await pilot.press(*"query")
        await until(pilot, "/query: 0 found")
        await pilot.press("escape")
        await until(pilot, "→ x  input", "embedding  Embedding")
        await pilot.press("t")
        await until(pilot, "◆→ x", "▼▾ Transformer")
        await pilot.press("escape")
        assert screen.query_one(SummaryList).display
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, MonitorScreen)
    session.stop()


async def test_the_list_is_filtered(session: Session):
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, session)
        await until(pilot, "weight", "step 190")
        tags = screen.query_one(SummaryList)

        def listed() -> list[str]:
            return [item.tag for item in tags.listed]

        await pilot.press("slash", *"digit or odd")
        assert listed() == ["digit", "odd"]
        await until(pilot, "8×8 png")
        await pilot.press("enter")
        assert "filter: digit or odd" in shown(screen.query_one(KeyBar))
        await pilot.press("down")
        await until(pilot, "odd", "20 of 20")
        await pilot.press("F", *" nothing", "enter")
        assert listed() == []
        for _ in range(200):
            await pilot.pause(0.02)
            if "No run or tag is like that." in shown(screen.query_one(Notice)):
                break
        else:
            raise AssertionError(shown(screen.query_one(Notice)))
        await pilot.press("slash", "left_parenthesis", "escape")
        assert len(listed()) == 4
        assert "filter:" not in shown(screen.query_one(KeyBar))


HOSTILE_KEYS = ("right", "m", "m", "c")
HOSTILE = "\x1b[2J\x1b]0;title\x07[red]markup[/red]\x9b31m" + "long" * 5000


async def test_hostile_names_and_texts_stay_harmless(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    node = GraphDef()
    node.node.add(name=f"Net/{HOSTILE}", op=HOSTILE)
    with SummaryWriter("runs") as writer:
        writer.add_text("text", HOSTILE, 0)
        writer.add_text(HOSTILE, "text", 0)
        writer.add_hparams({HOSTILE: HOSTILE, "lr": 0.1}, {"m": 1.0}, run_name=".")
        writer.add_embedding(
            np_tensor(0).repeat(3, 2), [HOSTILE] * 3, metadata_header=None, tag="embedding"
        )
        graph = Event(wall_time=1.7e9, graph_def=node.SerializeToString())
        writer._get_file_writer().event_writer.add_event(graph)
    session = Session.of_logdirs([Path("runs")])
    session.start()
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, session)
        found = set()
        for _ in range(len(screen.query_one(SummaryList).listed)):
            item = screen.query_one(SummaryList).selected
            assert item is not None
            found.add(item.kind)
            await pilot.press("enter")
            for key in (*HOSTILE_KEYS, "escape"):
                await pilot.press(key)
                await pilot.pause(0.02)
                while screen.query_one(ItemPane).busy:
                    await pilot.pause(0.02)
                seen = shown(screen.query_one(ItemPane))
                assert not set(seen) & {"\x1b", "\x07", "\x9b"}
                assert "cannot be shown" not in seen
                assert all(width(line) <= 80 for line in seen.splitlines())
            await pilot.press("down")
        assert {"text", "hparams", "embedding", "graph"} <= found
    session.stop()


async def test_custom_scalars_have_the_colours_of_the_theme(writer, session: Session):
    writer.add_custom_scalars({"Losses": {"all": ["Multiline", ["loss/.*"]]}})
    for step in range(9):
        for tag in "abc":
            writer.add_scalar(f"loss/{tag}", ord(tag) - step, step)
    writer.flush()
    curves = dict(zip(("curve-0", "curve-1"), ("#ff0000", "#0000ff"), strict=True))
    two = replace(DARK, name="two", variables=curves)
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, session)
        while screen.query_one(SummaryList).listed[0].kind != "custom-scalars":
            await pilot.pause(0.02)
        await pilot.press("up")
        await until(pilot, "━ loss/a", "━ loss/c")
        pilot.app.register_theme(two)
        pilot.app.theme = "two"
        await until(pilot, "━a loss/a", "╍c loss/c")


async def test_a_directory_without_event_files_opens_with_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "points.tsv").write_text("1\t2\t3\n3\t4\t9\n")
    config = 'embeddings { tensor_name: "words" tensor_path: "points.tsv" }'
    (tmp_path / "projector_config.pbtxt").write_text(config)
    session = Session.of_logdirs([tmp_path])
    session.start()
    app = TuimonApp(session)
    async with app.run_test(size=(100, 30)) as pilot:
        while not isinstance(app.screen, SummariesScreen):
            await pilot.pause(0.02)
        assert "words" in await until(pilot, "2 points, 3 dimensions")
        await pilot.press("escape")
        assert isinstance(app.screen, MonitorScreen)
        notice = app.screen.query_one("#notice", Notice)
        while "v shows what else there is." not in shown(notice):
            await pilot.pause(0.02)
        assert isinstance(app.screen, MonitorScreen)
    session.stop()
