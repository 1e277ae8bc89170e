"""Pictures in pixels, on terminals that answer and on those that do not."""

import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
from torch.utils.tensorboard import SummaryWriter

from support.host import TUIMON, Host
from support.picture_terminal import PictureTerminal
from support.sampling import few
from support.terminal import Terminal


@pytest.fixture
def viewer(host: Host) -> Host:
    with SummaryWriter(str(host.project / "runs")) as writer:
        pixels = np.zeros((3, 32, 48))
        pixels[0] = 1
        for step in range(2):
            writer.add_image("red", pixels / (step + 1), step)
    return host


def environ(viewer: Host, **env: str) -> dict[str, str]:
    inherited = {name: value for name, value in viewer.env.items() if name not in ("TMUX", "STY")}
    return {**inherited, **env}


def of_protocol(viewer: Host, protocol: str) -> PictureTerminal:
    command = [TUIMON, "view", "runs"]
    return PictureTerminal(protocol, command, cwd=viewer.project, env=environ(viewer))


def open_picture(terminal: PictureTerminal) -> None:
    terminal.wait_for("q leave")
    terminal.press("v")
    terminal.wait_for(lambda text: terminal.pictures and "48×32 png" in text and "▀" not in text)


def light_of(terminal: PictureTerminal) -> int | None:
    shown = terminal.pictures
    return int(shown[0].pixels[0, 0, 0]) if shown and shown[0].pixels is not None else None


def test_kitty_shows_pixels_and_they_go_with_the_view(viewer: Host):
    with of_protocol(viewer, "kitty") as terminal:
        open_picture(terminal)
        assert light_of(terminal) == 127
        assert terminal.pictures[0].height > 10
        terminal.press("h")
        terminal.wait_for("1 of 2")
        terminal.wait_for(lambda _: light_of(terminal) == 255)
        terminal.press("g")
        terminal.wait_for(lambda text: "▀" in text and not terminal.pictures)
        terminal.press("qq")
        assert terminal.wait_for_exit() == 0
        assert terminal.is_as_it_was
        assert terminal.faults == []


@pytest.mark.parametrize("protocol", few(["kitty", "iterm2", "sixel"]))
def test_what_covers_a_picture_is_seen_and_then_the_picture_again(viewer: Host, protocol: str):
    with of_protocol(viewer, protocol) as terminal:
        open_picture(terminal)
        terminal.press("?")
        terminal.wait_for("Show the next image of the step")
        terminal.wait_for(lambda _: not terminal.pictures and not terminal.remains)
        terminal.press("\x1b")
        terminal.wait_for(lambda text: terminal.pictures and "next image" not in text)
        terminal.press("\x10")
        terminal.wait_for(lambda text: "Change the theme" in text and not terminal.pictures)
        before = terminal.placed
        terminal.press("save a pic\r")
        terminal.wait_for(lambda text: "saved tuimon-" in text and terminal.pictures)
        if protocol == "kitty":
            assert not terminal.hidden
        terminal.wait_for(lambda text: "saved" not in text)
        assert terminal.pictures, "what is said covers none"
        assert terminal.placed == before + 1
        terminal.wait_for(lambda _: not terminal.remains)
        assert terminal.faults == []


@pytest.mark.parametrize("protocol", few(["kitty", "iterm2", "sixel"]))
def test_no_picture_stays_where_it_was_nor_after_the_end(viewer: Host, protocol: str):
    with of_protocol(viewer, protocol) as terminal:
        open_picture(terminal)
        large = terminal.pictures[0]
        terminal.resize(70, 20)
        terminal.wait_for(
            lambda _: terminal.pictures and terminal.pictures[0].height < large.height
        )
        assert len(terminal.pictures) == 1
        terminal.wait_for(lambda _: not terminal.remains)
        process = terminal.suspend()
        assert terminal.is_as_it_was
        terminal.screen.reset()  # the shell prints
        process.send_signal(signal.SIGCONT)
        terminal.wait_for(lambda _: terminal.pictures)
        terminal.press("q")
        terminal.wait_for(lambda text: "red" not in text and not terminal.pictures)
        terminal.wait_for(lambda _: not terminal.remains)
        terminal.press("v")
        terminal.wait_for(lambda _: terminal.pictures)
        terminal.press("qq")
        assert terminal.wait_for_exit() == 0
        assert terminal.is_as_it_was
        assert terminal.faults == []


@pytest.mark.parametrize("how", few([signal.SIGTERM, signal.SIGHUP]), ids=lambda how: how.name)
def test_a_signal_leaves_no_picture(viewer: Host, how: signal.Signals):
    with of_protocol(viewer, "kitty") as terminal:
        open_picture(terminal)
        terminal.kill(how)
        terminal.wait_for_exit()
        assert terminal.is_as_it_was
        assert terminal.faults == []


@pytest.mark.skipif(not shutil.which("tmux"), reason="needs tmux")
def test_tmux_in_kitty_shows_half_blocks_and_nothing_strange(viewer: Host, tmp_path: Path):
    socket = str(tmp_path / "tmux")
    inner = f"{TUIMON} view {viewer.project / 'runs'}"
    command = ["tmux", "-S", socket, "-f", "/dev/null", "new-session", inner]
    with PictureTerminal("kitty", command, cwd=viewer.project, env=environ(viewer)) as terminal:
        terminal.wait_for("q leave")
        terminal.press("v")
        terminal.wait_for(lambda text: "48×32 png" in text and "▀" in text)
        status = terminal.text.splitlines()[-1]
        assert "i=1" not in status  # a question that was taken for a title
        assert not terminal.placed
        terminal.press("qq")
        terminal.wait_for_exit()
        assert terminal.faults == []


@pytest.mark.parametrize("env", [{}, {"TMUX": "/tmp/tmux-0/default,1,0"}], ids=["xterm", "tmux"])
def test_who_does_not_answer_gets_half_blocks_at_once(viewer: Host, env: dict[str, str]):
    command = [TUIMON, "view", "runs"]
    with Terminal(command, cwd=viewer.project, env=environ(viewer, **env)) as terminal:
        terminal.wait_for("q leave")
        terminal.press("v")
        terminal.wait_for("▀")
        terminal.press("h")
        terminal.wait_for("1 of 2")
        terminal.press("qq")
        assert terminal.wait_for_exit() == 0
        assert b"a=T" not in terminal.received
        assert (b"\x1b_G" in terminal.received) == (not env)
