import re
from pathlib import Path

import pytest

from tuimon.places.remote_place import PlaceError, place_of


@pytest.mark.parametrize(
    ("text", "scheme", "host", "port", "path"),
    [
        ("box:runs", "sftp", "box", None, "runs"),
        ("me@box:/data/runs/", "sftp", "me@box", None, "/data/runs/"),
        ("box:", "sftp", "box", None, "."),
        ("box:~", "sftp", "box", None, "."),
        ("box:~/runs", "sftp", "box", None, "runs"),
        ("box:a b:c", "sftp", "box", None, "a b:c"),
        ("me@[fe80::1]:runs", "sftp", "me@fe80::1", None, "runs"),
        ("sftp://me@box:2222/data", "sftp", "me@box", 2222, "/data"),
        ("SSH://Box/~/my%20runs", "sftp", "Box", None, "my runs"),
        ("sftp://[::1]:22/x", "sftp", "::1", 22, "/x"),
        ("sftp://box", "sftp", "box", None, "."),
        ("s3://bucket/a/b/", "s3", "bucket", None, "a/b"),
        ("s3://bucket", "s3", "bucket", None, ""),
        ("hf://datasets/me/logs?x", "hf", "datasets", None, "me/logs?x"),
    ],
)
def test_places(text: str, scheme: str, host: str, port: int | None, path: str):
    place = place_of(text)
    assert place is not None
    assert place[1:] == (scheme, host, port, path)


@pytest.mark.parametrize(
    "text", ["runs", "./a:b", "/data/a:b", "a/b:c", "", "-", ":x", "20261123-k3"]
)
def test_what_is_on_this_machine(text: str):
    assert place_of(text) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("s3:bucket/x", "s3://BUCKET/PREFIX is meant?"),
        ("C:/runs", "no such directory here"),
        ("C:\\runs", "no such directory here"),
        ("ftp://box/x", "there are HOST:DIR and sftp, s3"),
        ("s3:///x", "there are HOST:DIR"),
        ("sftp://me:secret@box/x", "no password in an address"),
        ("sftp://box:port/x", "no such address"),
        ("-oProxyCommand=reboot:x", "no name of a host"),
        ("sftp://-oProxyCommand=reboot/x", "no name of a host"),
    ],
)
def test_what_looks_like_a_place_and_is_none(text: str, told: str):
    with pytest.raises(PlaceError, match=re.escape(told)) as refused:
        place_of(text)
    assert "secret" not in str(refused.value)


def test_what_exists_here_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "box:runs").mkdir()
    (tmp_path / "s3:").symlink_to("nowhere")
    assert place_of("box:runs") is None
    assert place_of("s3:") is None
    assert place_of("box:others") is not None


def test_a_copy_has_its_own_place_and_the_name_of_the_original(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    names = ["box:runs", "box:../runs", "me@box:runs", "sftp://box:23/~/runs", "s3://box/runs"]
    places = [place for name in names if (place := place_of(name))]
    assert {place.copy.name for place in places} == {"runs"}
    assert len({place.directory for place in places}) == len(names)
    assert {place.directory.parent for place in places} == {tmp_path / "tuimon" / "remote"}
    for name in ("box:", "box:..", "box:a/..", "box:/", "s3://box"):
        place = place_of(name)
        assert place is not None
        assert place.copy.name == "box"
