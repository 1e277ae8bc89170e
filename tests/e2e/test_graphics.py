"""Pictures in pixels, on terminals that answer and on those that do not."""

import base64
import io
import os
import re

import numpy as np
import pytest
from host import TUIMON, Host
from PIL import Image
from terminal import Terminal
from torch.utils.tensorboard import SummaryWriter

_APC = re.compile(rb"\x1b_G[^\x1b]*\x1b\\")


class Kitty(Terminal):
    """Answers as kitty does, with cells of 10 x 20 pixels."""

    pictures = b""
    """All commands of its protocol that came."""
    _cut = b""

    def _receive(self, data: bytes) -> None:
        data, self._cut = self._cut + data, b""
        for command in _APC.findall(data):
            self.pictures += command
            if b"a=q" in command:
                os.write(self._master, b"\x1b_Gi=1;OK\x1b\\")
        data = _APC.sub(b"", data)
        begun = data.rfind(b"\x1b_")
        if begun >= 0:
            data, self._cut = data[:begun], data[begun:]
        if b"\x1b[16t" in data:
            os.write(self._master, b"\x1b[6;20;10t")
        if b"\x1b[c" in data:
            os.write(self._master, b"\x1b[?62;c")
        super()._receive(data)


@pytest.fixture
def viewer(host: Host) -> Host:
    with SummaryWriter(str(host.project / "runs")) as writer:
        pixels = np.zeros((3, 30, 40))
        pixels[0] = 1
        for step in range(2):
            writer.add_image("red", pixels / (step + 1), step)
    return host


def opened(viewer: Host, kind: type[Terminal], **env: str) -> Terminal:
    inherited = {name: value for name, value in viewer.env.items() if name not in ("TMUX", "STY")}
    environ = {**inherited, **env}
    return kind([TUIMON, "view", "runs"], cwd=viewer.project, env=environ, columns=100, rows=30)


def last_picture(commands: bytes) -> np.ndarray:
    start = commands.rindex(b"a=T")
    parts = re.findall(rb"m=[01];([^\x1b]*)\x1b", commands[start:])
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(b"".join(parts)))))


def test_kitty_shows_pixels_and_they_go_with_the_view(viewer: Host):
    with opened(viewer, Kitty) as terminal:
        assert isinstance(terminal, Kitty)
        terminal.wait_for("q leave")
        terminal.press("v")
        terminal.wait_for("40×30 png")
        terminal.wait_for(lambda _: b"a=T" in terminal.pictures)
        terminal.wait_for(lambda text: "▀" not in text)
        shown = last_picture(terminal.pictures)
        assert shown.shape[0] > 200
        assert (shown[0, 0] == (127, 0, 0)).all()
        terminal.press("h")
        terminal.wait_for("1 of 2")
        terminal.wait_for(lambda _: last_picture(terminal.pictures)[0, 0, 0] == 255)
        terminal.press("g")
        terminal.wait_for("▀")
        assert terminal.pictures.rindex(b"a=d") > terminal.pictures.rindex(b"a=T")
        terminal.press("qq")
        assert terminal.wait_for_exit() == 0
        assert terminal.is_as_it_was


@pytest.mark.parametrize("env", [{}, {"TMUX": "/tmp/tmux-0/default,1,0"}], ids=["xterm", "tmux"])
def test_who_does_not_answer_gets_half_blocks_at_once(viewer: Host, env: dict[str, str]):
    with opened(viewer, Terminal, **env) as terminal:
        terminal.wait_for("q leave")
        terminal.press("v")
        terminal.wait_for("▀")
        terminal.press("h")
        terminal.wait_for("1 of 2")
        terminal.press("qq")
        assert terminal.wait_for_exit() == 0
        assert b"a=T" not in terminal.received
        assert (b"\x1b_G" in terminal.received) == (not env)
