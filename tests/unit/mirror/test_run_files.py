"""Which files of a W&B run its server still has to get."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tuimon.mirror import run_files as module
from tuimon.mirror.run_files import RunFiles
from tuimon.mirror.server import UnansweredError

FIRST, SECOND, OPEN = (f"run-20261130_10000{n}-r" for n in range(3))
IMAGE = "media/images/i_1_0a1b.png"


def write(directory: Path, name: str, content: bytes) -> Path:
    path = directory / "files" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


class AskedServer:
    """The sizes of files that a server has."""

    def __init__(self, **sizes: int) -> None:
        self.sizes = sizes
        self.asked: list[list[str]] = []

    def __call__(self, names: Sequence[str]) -> dict[str, int]:
        self.asked.append([*names])
        return {name: size for name, size in self.sizes.items() if name in names}


def test_media_stay_until_the_server_has_all_their_bytes(tmp_path: Path) -> None:
    files = RunFiles(tmp_path, "r", tmp_path / OPEN)
    image = write(tmp_path / OPEN, IMAGE, b"12345")
    write(tmp_path / "run-20261130_100000-another", IMAGE, b"12345")
    server = AskedServer()
    for there in ({}, {IMAGE: 0}, {IMAGE: 4}):
        server.sizes = there
        files.ask(server, at_end=False)
        assert (files.left, files.example, image.exists()) == (1, IMAGE, True)
    server.sizes = {IMAGE: 5}
    files.ask(server, at_end=False)
    assert (files.left, image.exists()) == (0, False)
    files.ask(server, at_end=True)
    assert len(server.asked) == 4, "what is there is not asked for again"


def test_what_killed_lives_have_left_goes_to_the_open_run(tmp_path: Path) -> None:
    files = RunFiles(tmp_path, "r", tmp_path / OPEN)
    here = write(tmp_path / FIRST, IMAGE, b"12345")
    write(tmp_path / FIRST, "media/b.png", b"torn")
    write(tmp_path / SECOND, "media/b.png", b"whole")
    write(tmp_path / FIRST, "diff.patch", b"old")
    write(tmp_path / OPEN, "diff.patch", b"newer")
    assert files.on_disk() == (2, 2)
    files.ask(AskedServer(**{IMAGE: 5}), at_end=False)
    assert not here.exists()
    assert files.take_over() == ["media/b.png"]
    assert (tmp_path / OPEN / "files/media/b.png").read_bytes() == b"whole"
    assert (tmp_path / OPEN / "files/diff.patch").read_bytes() == b"newer"
    assert files.take_over() == []
    assert files.on_disk() == (1, 0)


def test_what_may_change_is_looked_at_in_the_end_and_stays(tmp_path: Path) -> None:
    files = RunFiles(tmp_path, "r", tmp_path / OPEN)
    summary = write(tmp_path / OPEN, "wandb-summary.json", b"{}")
    server = AskedServer(**{"wandb-summary.json": 2})
    files.ask(server, at_end=False)
    assert (files.left, server.asked) == (0, [])
    files.ask(server, at_end=True)
    assert (files.left, summary.exists()) == (0, True)
    summary.write_bytes(b"{...}")
    files.ask(server, at_end=True)
    assert files.left == 1


def test_without_an_answer_what_is_left_is_sent_again(tmp_path: Path) -> None:
    files = RunFiles(tmp_path, "r", tmp_path / OPEN)
    write(tmp_path / FIRST, IMAGE, b"12345")
    write(tmp_path / OPEN, "media/b.png", b"whole")

    def silent(_names: Sequence[str]) -> dict[str, int]:
        raise UnansweredError("no such field")

    with pytest.raises(UnansweredError):
        files.ask(silent, at_end=False)
    assert files.left is None
    assert files.take_over() == [IMAGE]


def test_files_that_the_user_keeps_are_not_waited_for(tmp_path: Path) -> None:
    ignored = ("media/*/*.png", "*.patch")
    files = RunFiles(tmp_path, "r", tmp_path / OPEN, ignored)
    for name in (IMAGE, "diff.patch"):
        write(tmp_path / OPEN, name, b"1")
    write(tmp_path / OPEN, "media/images/deep/a.png", b"1")
    files.ask(AskedServer(), at_end=True)
    assert (files.left, files.example) == (1, "media/images/deep/a.png")


def test_any_number_is_asked_for_in_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAGE", 2)
    for number in range(5):
        write(tmp_path / OPEN, f"media/{number}.png", b"1")
    server = AskedServer()
    RunFiles(tmp_path, "r", tmp_path / OPEN).ask(server, at_end=False)
    assert sorted(map(len, server.asked)) == [1, 2, 2]
