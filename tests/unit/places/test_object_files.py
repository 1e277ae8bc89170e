"""Object stores: fsspec's own in memory, and S3 as moto serves it."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from support.waiting import wait_until
from tuimon.places.object_files import ObjectFiles, lacking_package
from tuimon.places.place_link import local_path
from tuimon.places.remote_files import LinkError, RefusalError, RemoteListing, RemoteRange
from tuimon.places.remote_place import PlaceError, RemotePlace

fsspec = pytest.importorskip("fsspec")
needs_s3 = pytest.mark.skipif(
    not (find_spec("s3fs") and find_spec("moto")), reason="needs s3fs and moto[server]"
)


def memory(path: str) -> ObjectFiles:
    return ObjectFiles(RemotePlace(f"memory://{path}", "memory", "bucket", None, path))


@pytest.fixture
def bucket() -> Iterator[None]:
    files = fsspec.filesystem("memory")
    files.pipe({"/bucket/runs/a/x": b"0123456789", "/bucket/runs/b": b"b", "/bucket/runs2": b"c"})
    yield
    files.rm("/bucket", recursive=True)


@pytest.mark.usefixtures("bucket")
def test_a_listing_has_all_that_is_below():
    files = memory("runs")
    ((path, found),) = files.list([""])
    assert path == ""
    assert isinstance(found, RemoteListing)
    assert {name: entry.size for name, entry in found.entries.items()} == {"a/x": 10, "b": 1}
    assert files.traffic.requests == 1


@pytest.mark.usefixtures("bucket")
def test_ranges_one_object_and_nothing():
    files = memory("runs")
    wanted = [RemoteRange("a/x", 3, 4), RemoteRange("a/x", 8, 99), RemoteRange("gone", 0, 1)]
    read = dict(files.read(wanted))
    assert [read[one] for one in wanted[:2]] == [b"3456", b"89"]
    gone = read[wanted[2]]
    assert isinstance(gone, RefusalError)
    assert gone.is_gone
    assert files.traffic == (6, 3)
    ((_, found),) = memory("runs/a/x").list([""])
    assert isinstance(found, RemoteListing)
    assert list(found.entries) == [""]
    assert list(memory("runs/a/x").read([RemoteRange("", 0, 2)])) == [
        (RemoteRange("", 0, 2), b"01")
    ]
    ((_, nothing),) = memory("nothing").list([""])
    assert isinstance(nothing, RefusalError)


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tuimon.places.object_files.find_spec", lambda name: None)
    assert lacking_package("s3") == "tuimon[s3]"
    assert lacking_package("gs") == "fsspec gcsfs"
    assert lacking_package("sftp") is None
    with pytest.raises(PlaceError, match=r"s3://b/x: pip install 'tuimon\[s3\]'"):
        local_path("s3://b/x")


@pytest.fixture
def s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server of its own, in the environment as any program finds it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    command = [sys.executable, "-m", "moto.server", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: not socket.socket().connect_ex(("127.0.0.1", port)), 60)
        yield
    finally:
        server.kill()
        server.wait()


@pytest.mark.long
@needs_s3
@pytest.mark.usefixtures("s3")
def test_s3():
    files = fsspec.filesystem("s3", use_listings_cache=False)
    files.mkdir("bucket")
    objects = {
        f"runs/{number}/events.out.tfevents.{number}": os.urandom(5000) for number in range(1100)
    }
    files.pipe({f"bucket/{name}": data for name, data in objects.items()})
    files.pipe("bucket/runs/model.pt", bytes(1000))

    def copied() -> dict[str, bytes]:
        root = local_path("s3://bucket/runs")
        found = (path for path in root.rglob("*") if path.is_file())
        return {f"runs/{path.relative_to(root)}": path.read_bytes() for path in found}

    assert copied() == objects
    grown, replaced, *_, deleted = objects
    objects[grown] += b"more"
    objects[replaced] = os.urandom(9000)
    files.pipe({f"bucket/{name}": objects[name] for name in (grown, replaced)})
    files.rm(f"bucket/{deleted}")
    del objects[deleted]
    assert copied() == objects
    with pytest.raises(PlaceError, match="s3://bucket/nothing: nothing there"):
        local_path("s3://bucket/nothing")
    with pytest.raises(PlaceError, match=r"s3://nowhere: .*bucket does not exist|nothing there"):
        local_path("s3://nowhere")


@pytest.mark.long
@needs_s3
def test_a_bucket_that_cannot_be_reached_is_a_lost_link(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    files = ObjectFiles(RemotePlace("s3://x", "s3", "x", None, ""))
    with pytest.raises(LinkError, match="connect"):
        list(files.list([""]))
