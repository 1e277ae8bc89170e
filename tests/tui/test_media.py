"""Keys and mouse of the views of media: what the screen hands to them, and what they show then."""

import asyncio
import io
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from rich.color import ColorSystem
from tensorboard.compat.proto.summary_pb2 import Summary
from textual.pilot import Pilot
from torch.utils.tensorboard import SummaryWriter

from tuimon.session.session import Session
from tuimon.tui.app import TuimonApp
from tuimon.tui.item_views import DrawRequest
from tuimon.tui.panes.item_pane import ItemPane
from tuimon.tui.panes.rows_view import RowsView
from tuimon.tui.panes.summary_list import SummaryList
from tuimon.tui.screens.summaries import SummariesScreen
from tuimon.views.embedding import EmbeddingView
from tuimon.views.image import pixels
from tuimon.views.image.decoder import ImageDecoder
from tuimon.views.slider import find_track

STEPS = 6
_PATIENCE = 30


def log(writer: SummaryWriter) -> None:
    random = np.random.default_rng(0)
    x, y = np.meshgrid(np.linspace(-1, 1, 12), np.linspace(-1, 1, 12))
    points = torch.tensor(np.stack([x, y, x * y], -1).reshape(1, -1, 3))
    for step in range(STEPS):
        writer.add_histogram("weight", random.normal(size=300), step)
        writer.add_image("photo", random.random((3, 200, 300)), step)
        writer.add_mesh("shape", points, global_step=step)
        sound = torch.sin(torch.arange(4000) / (5 + step))[None]
        writer.add_audio("sound", sound, step, sample_rate=8000)
        writer.add_pr_curve("curve", random.integers(0, 2, 200), random.random(200), step)
        writer.add_text("text", f"same\n\nnumber {step}", step)
        writer.add_embedding(
            torch.tensor(random.normal(size=(40, 5))),
            [f"point {number}" for number in range(40)],
            global_step=step,
            tag="space",
        )
        film = Summary.Image(height=40, width=40, colorspace=3, encoded_image_string=animation())
        value = Summary.Value(tag="film", image=film)
        writer._get_file_writer().add_summary(Summary(value=[value]), step)
    writer.flush()


def animation() -> bytes:
    frames = [Pillow.new("L", (40, 40), 60 * number) for number in range(4)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=100)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("media")
    with SummaryWriter(str(directory)) as writer:
        log(writer)
    return directory


@pytest.fixture
def session(logdir: Path) -> Iterator[Session]:
    session = Session.of_logdirs([logdir])
    session.start()
    yield session
    session.stop()


class Media:
    """The screen with the view of one tag."""

    def __init__(self, pilot: Pilot[None], screen: SummariesScreen) -> None:
        self._pilot, self._screen = pilot, screen
        self.view = screen.query_one(ItemPane)

    @property
    def text(self) -> str:
        return self.view.shown_text()

    @property
    def rows(self) -> list[Any]:
        return list(self.view.shown_rows)

    async def settled(self) -> list[Any]:
        """What is shown when nothing is being drawn any more."""
        await self._pilot.pause()
        while self.view.busy:
            await self._pilot.pause(0.01)
        await self._pilot.pause()
        return self.rows

    async def until(self, *words: str, without: str = "\0") -> str:
        try:
            await self.holds(
                lambda: all(word in self.text for word in words) and without not in self.text
            )
        except TimeoutError:
            raise AssertionError(f"{words} not in:\n{self.text}") from None
        return self.text

    async def holds(self, condition: Callable[[], object]) -> None:
        """Wait until it does."""
        async with asyncio.timeout(_PATIENCE):
            while not condition():
                await self._pilot.pause(0.01)

    async def changes(self, *keys: str) -> list[Any]:
        """Press keys; the view shows something else then."""
        before = await self.settled()
        await self._pilot.press(*keys)
        try:
            async with asyncio.timeout(_PATIENCE):
                while await self.settled() == before:
                    pass
        except TimeoutError:
            raise AssertionError(f"{keys} changed nothing:\n{self.text}") from None
        return self.rows

    async def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        left = self.view.gutter.left
        await self._pilot.mouse_down(self.view, offset=(left + start[0], start[1]))
        await self._pilot.hover(self.view, offset=(left + end[0], end[1]))
        await self._pilot.mouse_up(self.view, offset=(left + end[0], end[1]))

    async def click(self, x: int, y: int) -> None:
        await self._pilot.click(self.view, offset=(self.view.gutter.left + x, y))

    def wheel(self, notches: int) -> None:
        self.view.post_message(RowsView.Turned(notches))


@asynccontextmanager
async def seen(
    session: Session, tag: str, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[Media]:
    async with TuimonApp(session).run_test(size=size) as pilot:
        while session.follower.loading or not session.store.runs:
            await pilot.pause(0.01)
        await pilot.press("v")
        screen = pilot.app.screen
        assert isinstance(screen, SummariesScreen)
        for _ in screen.query_one(SummaryList).items:
            if screen.query_one(SummaryList).selected.tag != tag:
                await pilot.press("down")
        media = Media(pilot, screen)
        await media.until(tag, f"{STEPS} of {STEPS}, newest")
        yield media


ALL = ("weight", "photo", "film", "shape", "sound", "curve", "text/text_summary", "space")


@pytest.mark.parametrize("tag", ALL)
async def test_the_slider_of_each_kind(session: Session, tag: str):
    async with seen(session, tag) as media:
        track = find_track(await media.settled())
        assert track is not None
        await media.click(track.x, 0)
        await media.until("step 0", f"1 of {STEPS}  ●─")
        await media.drag((track.x, 0), (track.x + track.cells // 2, 4))
        middle = track.step_at(track.x + track.cells // 2, STEPS)
        await media.until(f"step {middle}", f"{middle + 1} of {STEPS}  ━")
        await media.click(track.x + track.cells - 1, 0)
        await media.until(f"{STEPS} of {STEPS}, newest")


async def test_an_image_is_zoomed_moved_and_lit(session: Session):
    async with seen(session, "photo") as media:
        await media.changes("+")
        await media.until("zoom ×1.5")
        media.wheel(-1)
        await media.until("zoom ×2.25")
        before = await media.settled()
        await media.drag((20, 10), (30, 14))
        assert await media.settled() != before
        await media.changes("enter", "left")  # enter alone makes it larger
        await media.changes("left")
        await media.changes("down")
        await media.changes("B")
        await media.until("brightness +0.1")
        await media.changes("C")
        await media.until("contrast ×1.2")
        await media.changes("r")
        await media.until("300×200 png", without="zoom")
        await media.changes("t")
        await media.until(f"{STEPS} of {STEPS} steps")


async def test_a_film_plays_until_it_is_stopped(session: Session):
    async with seen(session, "film") as media:
        await media.until("frame 2 of 4")
        await media.until("frame 4 of 4")
        await media.until("frame 1 of 4")
        await media._pilot.press("o")
        still = await media.settled()
        await media._pilot.pause(0.35)
        assert await media.settled() == still
        await media.changes("o")


async def test_a_mesh_is_turned_with_keys_and_mouse(session: Session):
    async with seen(session, "shape") as media:
        for key in "adws+-b":
            await media.changes(key)
        await media.changes("r")
        first = await media.settled()
        await media.drag((20, 10), (32, 10))
        turned = await media.settled()
        assert turned != first
        media.wheel(-2)
        for _ in range(300):
            if await media.settled() != turned:
                break
        assert media.rows != turned
        await media.changes("r")
        assert media.rows == first
        await media.changes("o")
        await media.changes()  # by itself
        await media.changes("o", "r")
        await media._pilot.press("enter")
        for key in ("left", "up", "right", "down"):
            await media.changes(key)
        await media.changes("h", "h")
        await media.until("step 3", f"4 of {STEPS}")


async def test_a_sound_as_course_spectrogram_and_file(session: Session, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with seen(session, "sound") as media:
        both = await media.settled()
        await media.until("0.50s, 8,000 Hz, 16 bits, mono")
        course = await media.changes("m")
        spectrogram = await media.changes("m")
        assert course != spectrogram
        await media.changes("f")
        await media.changes("f", "m")
        assert media.rows == both
        await media.changes("w")
        await media.until("saved sound-5.wav")
        assert (tmp_path / "sound-5.wav").read_bytes().startswith(b"RIFF")


async def test_the_threshold_of_a_curve(session: Session):
    async with seen(session, "curve") as media:
        await media.changes("]")
        await media.until("threshold 0.500")
        await media.click(60, 20)
        assert "threshold 0.500" not in await media.until("threshold", "precision", "F1")
        await media.changes("enter", "up")
        await media.changes("down")


async def test_a_bucket_is_pointed_at(session: Session):
    async with seen(session, "weight") as media:
        await media.click(40, 12)
        await media.until("►", "%)")
        await media.changes("enter", "up")
        await media.changes("m")
        await media.changes("m")


async def test_what_changed_in_a_text(session: Session):
    async with seen(session, "text/text_summary") as media:
        await media.changes("d")
        await media.until("- number 4", "+ number 5")
        await media.changes("b", "left", "left")
        await media.until("- number 5", "+ number 3")


async def test_points_are_turned_pointed_at_and_found(session: Session):
    async with seen(session, "space") as media:
        await media.changes("m")
        before = await media.settled()
        await media.drag((20, 10), (30, 12))
        assert await media.settled() != before
        await media.changes("enter", "right")
        await media.until("◆", "nearest by")


async def test_while_a_view_is_read_its_place_is_told(session: Session, monkeypatch):
    goes_on, calls = threading.Event(), []
    load = pixels._load

    def slow(*how: Any) -> Any:
        calls.append(how)
        assert goes_on.wait(20)
        return load(*how)

    async with seen(session, "text/text_summary") as media:
        monkeypatch.setattr(pixels, "_load", slow)
        monkeypatch.setattr("tuimon.views.image.drawing.SHARED", ImageDecoder())
        await media._pilot.press("up")
        await media.until("photo", f"{STEPS} of {STEPS}, newest", "step 5", "reading …")
        await media._pilot.press("left", "left", "left", "left")
        await media.holds(lambda: media.view.step == 1)
        goes_on.set()
        await media.until("300×200 png", "step 1", "2 of 6")
        assert len(calls) == 2  # those between were passed over


async def test_what_is_seen_stays_while_more_of_the_step_is_read(session: Session, monkeypatch):
    monkeypatch.setattr("tuimon.tui.panes.item_pane._STEPS_WITHIN", 0.01)
    goes_on, drawn = threading.Event(), ItemPane._draw

    def slow(screen: ItemPane, wanted: DrawRequest) -> None:
        assert goes_on.wait(20)
        drawn(screen, wanted)

    async with seen(session, "photo") as media:
        before = await media.settled()
        monkeypatch.setattr(ItemPane, "_draw", slow)
        await media._pilot.press("plus")
        await media._pilot.pause(0.1)
        assert media.rows == before
        await media._pilot.press("left")
        goes_on.set()
        await media.until("zoom", "5 of 6")


async def test_what_is_gone_leaves_the_cursor_beside_where_it_was(session: Session, monkeypatch):
    async with seen(session, "space") as media:
        await media._pilot.press("enter")
        await media.settled()
        monkeypatch.setattr(EmbeddingView, "items", classmethod(lambda cls, store: []))
        media._screen._listed_version = -1
        await media.until("shape", "144 points")
        assert media._screen.query_one(SummaryList).display  # what was entered is left


@pytest.mark.parametrize(
    ("system", "no_color", "signs"),
    [
        (ColorSystem.TRUECOLOR, False, "▀"),
        (ColorSystem.EIGHT_BIT, False, "▀"),
        (ColorSystem.STANDARD, False, "⠕"),
        (ColorSystem.TRUECOLOR, True, "⠕"),  # NO_COLOR
    ],
)
async def test_images_where_colours_cannot_tell(session: Session, system, no_color, signs):
    async with seen(session, "photo") as media:
        app = media._pilot.app
        app.console._color_system, app.no_color = system, no_color
        media.view.follow()
        await media.until(signs, without="⠕" if signs == "▀" else "▀")
