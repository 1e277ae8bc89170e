"""Logs on another machine: a real sshd behind a link that delays, hangs and is cut."""

import json
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from support.event_files import NAME, scalar, version
from support.host import Host
from support.remote_host import RemoteHost, remote_host
from support.sampling import few
from support.sshd import SSHD
from support.waiting import wait_until
from tuimon.places.place_link import PlaceLink, local_path
from tuimon.places.remote_place import PlaceError, place_of

pytestmark = pytest.mark.skipif(SSHD is None, reason="needs sshd (Debian: openssh-server)")


@pytest.fixture
def box(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RemoteHost]:
    with remote_host(tmp_path_factory.mktemp("box")) as box:
        for name, value in box.env.items():
            monkeypatch.setenv(name, value)
        yield box


@pytest.fixture
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log directory there."""
    directory = tmp_path_factory.mktemp("there") / "runs"
    for number, name in enumerate(("a", "b")):
        (directory / name).mkdir(parents=True)
        points = (scalar("loss", step, 1 / (step + 1) + number) for step in range(100))
        (directory / name / NAME).write_bytes(version() + b"".join(points))
    return directory


@pytest.fixture
def viewing(host: Host, box: RemoteHost) -> Host:
    """A host from which `box` is reached."""
    host.env |= box.env
    return host


def bytes_of(file: Path) -> bytes:
    return file.read_bytes() if file.exists() else b""


def carriers(box: RemoteHost) -> list[psutil.Process]:
    """What carries copies from a machine."""
    told = f"{box.key.parent}/config", "BatchMode=yes"
    return [
        one for one in psutil.process_iter(["cmdline"]) if {*told} <= {*(one.info["cmdline"] or ())}
    ]


def test_a_viewer_is_live_shares_its_copy_and_waits_for_no_link(
    viewing: Host, box: RemoteHost, runs: Path
):
    with viewing.terminal("view", f"box:{runs}", columns=100) as terminal:
        terminal.wait_for("up to step 99")
        with (runs / "a" / NAME).open("ab") as file:
            file.write(scalar("loss", 777, 0.5))
        assert "box: " in terminal.wait_for("up to step 777")
        shown = viewing.run("show", "--no-charts", f"box:{runs}")
        here = viewing.run("show", "--no-charts", str(runs))
        assert shown.stdout.splitlines()[1:] == here.stdout.splitlines()[1:]
        terminal.press("i")
        assert "requests in" in terminal.wait_for("copy of")
        terminal.press("\x1b")
        assert carriers(box)
        box.link.hangs = True
        terminal.wait_for("box: 5s old")
        terminal.press("q")
        assert terminal.wait_for_exit(10) == 0
    wait_until(lambda: not carriers(box))
    box.link.close()
    with viewing.terminal("view", f"box:{runs}", columns=100) as terminal:
        terminal.wait_for("up to step 777")
        terminal.wait_for("reconnecting")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert viewing.run("show", f"box:{runs}").returncode == 2


@pytest.mark.long
def test_several_places_and_what_is_here_side_by_side(viewing: Host, runs: Path):
    places = f"box:{runs}", f"sftp://box{runs}/a", str(runs / "b")
    shown = viewing.run("show", "--json", *places)
    assert set(json.loads(shown.stdout)["runs"]) == {
        *(f"box:{runs}/a", f"box:{runs}/b", f"sftp://box{runs}/a"),
        "b",
    }
    one = viewing.run("export", f"box:{runs}/b/{NAME}", "--tag", "loss")
    assert one.stdout == viewing.run("export", str(runs / "b" / NAME), "--tag", "loss").stdout


def test_what_is_wrong_is_told_in_a_line(viewing: Host, box: RemoteHost, runs: Path):
    def told(place: str) -> str:
        shown = viewing.run("show", place)
        assert shown.returncode == 2
        assert shown.stdout == ""
        (line,) = shown.stderr.splitlines()
        return line

    assert told("box:/no\x1bwhere") == "tuimon: box:/no␛where: no such file or directory"
    assert "no host of that name" in told("nobox.invalid:runs")
    known = box.known_hosts.read_text()
    box.known_hosts.write_text("")
    place = f"sftp://nobody@box{runs}"
    assert "box: Host key verification failed: its key is not known" in told(place)
    box.known_hosts.write_text(known)
    assert told(place).endswith("ssh nobody@box must work first")


def test_ssh_asks_before_the_screen_opens(viewing: Host, box: RemoteHost, runs: Path):
    box.known_hosts.write_text("")
    subprocess.run(["ssh-keygen", "-q", "-p", "-N", "open sesame", "-f", str(box.key)], check=True)
    with viewing.terminal("view", f"box:{runs}", columns=100) as terminal:
        terminal.wait_for("Are you sure you want to continue connecting")
        terminal.press("yes\r")
        terminal.wait_for("Enter passphrase for key")
        terminal.press("open sesame\r")
        terminal.wait_for("up to step 99")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    # The connection stays: the next command asks nothing.
    assert viewing.run("show", f"box:{runs}").returncode == 0


def test_from_python_and_one_process_after_the_other(box: RemoteHost, runs: Path):
    copy = local_path(f"box:{runs}")
    assert bytes_of(copy / "a" / NAME) == bytes_of(runs / "a" / NAME)
    assert copy.stat().st_mode & 0o777 == 0o700
    place = place_of(f"box:{runs}")
    assert place is not None
    first = PlaceLink(place)
    with PlaceLink(place) as second:
        second.await_whole()
        first.close()
        with (runs / "a" / NAME).open("ab") as file:
            file.write(b"more")
        wait_until(lambda: bytes_of(copy / "a" / NAME) == bytes_of(runs / "a" / NAME))
    with pytest.raises(PlaceError, match="no such file"):
        local_path("box:/nowhere")


@pytest.mark.parametrize("cuts", few([3, 200]))
@pytest.mark.timeout(1200)
def test_every_byte_comes_through_any_cut(box: RemoteHost, runs: Path, cuts: int):
    random.seed(cuts)
    files = [runs / "a" / NAME, runs / "b" / NAME]
    for file in files:
        file.write_bytes(os.urandom(300_000))
    place = place_of(f"box:{runs}")
    assert place is not None
    with PlaceLink(place):
        box.link.cut_after = lambda: random.randrange(3_000, 200_000)
        box.link.cut()
        while box.link.cuts <= cuts:
            before = box.link.cuts
            with random.choice(files).open("ab") as grown:
                grown.write(os.urandom(random.randrange(400_000)))
            if random.random() < 0.1:
                random.choice(files).write_bytes(os.urandom(random.randrange(300_000)))
            wait_until(lambda before=before: box.link.cuts > before, 60, 0.2)
        box.link.cut_after = None
        box.link.cut()
        copies = [place.copy / file.relative_to(runs) for file in files]
        wait_until(lambda: [*map(bytes_of, copies)] == [*map(bytes_of, files)], 90, 0.2)
