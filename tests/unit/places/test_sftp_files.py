"""The pipe to a server: OpenSSH's own, and some that nobody should trust."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuimon.places import sftp_files
from tuimon.places.remote_files import LinkError, RefusalError, RemoteListing, RemoteRange
from tuimon.places.sftp_files import SftpFiles, last_words

SERVER = next(
    (
        path
        for path in ("/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server")
        if Path(path).exists()
    ),
    "",
)
needs_server = pytest.mark.skipif(not SERVER, reason="needs OpenSSH's sftp-server")


def listed(files: SftpFiles, *directories: str) -> dict[str, RemoteListing | RefusalError]:
    return dict(files.list(directories))


@pytest.fixture
def files(tmp_path: Path) -> Iterator[SftpFiles]:
    one = SftpFiles([SERVER], str(tmp_path))
    yield one
    one.close()


@needs_server
def test_many_directories_and_ranges_at_once(files: SftpFiles, tmp_path: Path):
    content = {f"run{number}": os.urandom(1000 * number) for number in range(150)}
    for name, data in content.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_bytes(data)
    found = listed(files, "", *content)
    assert {name: len(data) for name, data in content.items()} == {
        name: one.entries["x"].size
        for name, one in found.items()
        if name and isinstance(one, RemoteListing)
    }
    wanted = [RemoteRange(f"{name}/x", 10, 10**6) for name in content]
    assert {one.path[:-2]: data for one, data in files.read(wanted)} == {
        name: data[10:] for name, data in content.items()
    }
    assert files.traffic.received > sum(map(len, content.values())) - 10_000


@needs_server
def test_large_directories_links_and_what_is_no_file(files: SftpFiles, tmp_path: Path):
    for number in range(1000):
        (tmp_path / f"{number}\n\x1b[31m").touch()
    (tmp_path / "dir").mkdir()
    (tmp_path / "to dir").symlink_to("dir")
    (tmp_path / "to file").symlink_to("0\n\x1b[31m")
    (tmp_path / "to nothing").symlink_to("nothing")
    (tmp_path / os.fsdecode(b"no \xff text")).touch()
    os.mkfifo(tmp_path / "fifo")
    found = listed(files, "")[""]
    assert isinstance(found, RemoteListing)
    assert len(found.entries) == 1000 + 4 + len((".", ".."))
    assert found.entries["to dir"].real == str((tmp_path / "dir").resolve())
    assert not found.entries["to file"].is_directory
    assert os.fsdecode(b"no \xff text") in found.entries


@needs_server
def test_what_is_refused_is_refused_alone(files: SftpFiles, tmp_path: Path):
    (tmp_path / "x").write_bytes(b"data")
    found = listed(files, "nothing", "x", "")
    assert isinstance(found["nothing"], RefusalError)
    assert found["nothing"].is_gone
    assert isinstance(found["x"], RefusalError)
    assert isinstance(found[""], RemoteListing)
    looked = dict(files.look(["gone", "x"]))
    assert isinstance(looked["gone"], RefusalError)
    assert looked["x"] == found[""].entries["x"]
    read = dict(files.read([RemoteRange("gone", 0, 9), RemoteRange("x", 2, 9)]))
    assert str(read[RemoteRange("gone", 0, 9)]) == "no such file or directory"
    assert read[RemoteRange("x", 2, 9)] == b"ta"


@needs_server
def test_a_place_may_be_a_file_and_must_be_there(tmp_path: Path):
    (tmp_path / "x").write_bytes(b"data")
    one = SftpFiles([SERVER], str(tmp_path / "x"))
    found = listed(one, "")[""]
    assert isinstance(found, RemoteListing)
    assert found.entries[""].size == 4
    assert list(one.read([RemoteRange("", 1, 9)])) == [(RemoteRange("", 1, 9), b"ata")]
    one.close()
    with pytest.raises(RefusalError, match="no such file"):
        SftpFiles([SERVER], str(tmp_path / "nothing"))


HOSTILE = """
import struct, sys, time
def send(*parts):
    data = b"".join(parts)
    sys.stdout.buffer.write(struct.pack(">I", len(data)) + data)
    sys.stdout.buffer.flush()
def string(data):
    return struct.pack(">I", len(data)) + data
def requests():
    while head := sys.stdin.buffer.read(4):
        body = sys.stdin.buffer.read(struct.unpack(">I", head)[0])
        yield body[0], body[1:5], body[5:]
def attributes(mode):
    return struct.pack(">IQI", 5, 9, mode)
def name(text, mode=0o100644):
    return string(text) + string(b"") + attributes(mode)
for kind, number, body in requests():
    if kind == 1: send(b"\\2", struct.pack(">I", 3))
    elif kind == 16: send(b"h", number, struct.pack(">I", 1), name(b"/", 0o40755))
    elif kind == 17: send(b"i", number, attributes(0o40755))
    elif kind in (3, 11): send(b"f", number, string(b"handle"))
    elif kind == 4: send(b"e", number, struct.pack(">I", 0))
    else:
        BEHAVIOUR
"""


def hostile(behaviour: str) -> SftpFiles:
    return SftpFiles([sys.executable, "-c", HOSTILE.replace("BEHAVIOUR", behaviour)], "/")


def test_a_listing_without_end_is_cut():
    names = 'b"".join(name(b"%d" % i + b"x" * LENGTH) for i in range(500))'
    for length, kept in ((9, 50_000), (300, 0)):
        behaviour = f"LENGTH = {length}; send(b'h', number, struct.pack('>I', 500), {names})"
        one = hostile(behaviour)
        found = listed(one, "")[""]
        one.close()
        assert isinstance(found, RemoteListing)
        assert found.truncated
        assert (len(found.entries) > 0) == bool(kept)
        assert len(found.entries) < 60_000


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        ("send(b'g', b'\\x7f\\0\\0\\0', string(b''))", "nobody has asked for"),
        ("send(b'i', number, attributes(0))", "another kind"),
        ("send(b'h', number, b'\\xff\\xff\\xff\\xff')", "more names than bytes"),
        ("sys.stdout.buffer.write(b'\\xff' * 99); sys.stdout.flush()", "prints"),
        ("sys.exit(sys.stderr.write('Connection to box closed.\\n'))", "Connection to box closed."),
    ],
)
def test_what_is_no_answer_ends_the_link(behaviour: str, told: str):
    one = hostile(behaviour)
    with pytest.raises(LinkError, match=told):
        list(one.list([""]))
    one.close()


def test_more_data_than_were_asked_for_is_left():
    one = hostile("send(b'g', number, string(b'x' * 100_000))")
    wanted = RemoteRange("f", 0, 40_000)
    assert list(one.read([wanted])) == [(wanted, b"x" * 40_000)]
    one.close()


def test_silence_is_the_end_of_a_link(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sftp_files, "SILENCE", 0.3)
    one = hostile("time.sleep(99)")
    with pytest.raises(LinkError, match="no answer for"):
        list(one.list([""]))
    one.close()


def test_the_last_words_of_ssh():
    assert last_words(b"banner\r\nPermission denied (publickey).\r\n\r\n") == (
        "Permission denied (publickey)."
    )
    with pytest.raises(LinkError, match="ssh: no route"):
        SftpFiles(["sh", "-c", "echo ssh: no route >&2"], "/")
