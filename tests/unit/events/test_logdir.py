import os
from pathlib import Path

import pytest

from support.event_files import write
from tuimon.events import logdir
from tuimon.events.logdir import LogdirScan, is_event_file
from tuimon.runs.sources import LogSource


def scan_of(*paths: Path, lasting_names: bool = False, **options: object) -> LogdirScan:
    sources = [LogSource(path=str(path), **options) for path in paths]
    return LogdirScan(sources, lasting_names=lasting_names)


def names(scan: LogdirScan) -> list[str]:
    return [found.run for found in scan.scan()]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("events.out.tfevents.1700000000.host.1.0", True),
        ("my.tfevents", True),
        ("events.out.tfevents.1.host.profile-empty", False),
        ("events.out", False),
    ],
)
def test_event_files_are_known_by_name(name: str, expected: bool) -> None:
    assert is_event_file(name) is expected


def test_runs_are_directories_with_event_files(tmp_path: Path) -> None:
    for run in (".", "a", "a/deep/er", "b c"):
        write(tmp_path / run, [])
    (tmp_path / "empty").mkdir()
    (tmp_path / "a" / "model.pt").write_bytes(b"")
    (tmp_path / "dir.tfevents").mkdir()
    scan = scan_of(tmp_path)
    assert names(scan) == [".", "a", "a/deep/er", "b c"]
    assert names(scan) == []


def test_new_files_and_directories_appear(tmp_path: Path) -> None:
    scan = scan_of(tmp_path)
    assert names(scan) == []
    write(tmp_path / "a" / "b", [])
    assert names(scan) == ["a/b"]
    (tmp_path / "a" / "b" / "2.tfevents").touch()
    (tmp_path / "c").mkdir()
    assert [found.path.name for found in scan.scan()] == ["2.tfevents"]
    write(tmp_path / "c", [])
    assert names(scan) == ["c"]


def test_log_directory_that_appears_later(tmp_path: Path) -> None:
    scan = scan_of(tmp_path / "later")
    assert names(scan) == []
    write(tmp_path / "later" / "a", [])
    assert names(scan) == ["a"]


def test_exact_source_stays_in_its_directory(tmp_path: Path) -> None:
    write(tmp_path, [])
    write(tmp_path / "below", [])
    assert names(scan_of(tmp_path, recursive=False)) == ["."]


def test_single_event_file_is_a_source(tmp_path: Path) -> None:
    path = write(tmp_path, [])
    (tmp_path / "other.tfevents").touch()
    assert [found.path for found in scan_of(path).scan()] == [path]
    assert scan_of(tmp_path / "notes.txt").scan() == []


def test_hidden_directories_are_left_out_below_the_log_directory(tmp_path: Path) -> None:
    write(tmp_path / ".runs" / ".venv", [])
    write(tmp_path / ".runs" / "a", [])
    assert names(scan_of(tmp_path)) == []
    assert names(scan_of(tmp_path / ".runs")) == ["a"]
    assert names(scan_of(tmp_path, tmp_path / ".runs")) == [".runs/a"]


def test_links_are_followed_once(tmp_path: Path) -> None:
    write(tmp_path / "real", [])
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "link").symlink_to(tmp_path / "real")
    (logs / "again").symlink_to(tmp_path / "real")
    (logs / "loop").symlink_to(logs)
    (logs / "self").symlink_to("self")
    (logs / "nowhere").symlink_to("missing")
    assert len(names(scan_of(logs))) == 1


def test_sources_are_told_apart_by_the_ends_of_their_paths(tmp_path: Path) -> None:
    train, val, other = (tmp_path / name for name in ("x/train", "x/val", "y/train"))
    for path in (train, val, other, train / "sub"):
        write(path, [])
    assert names(scan_of(train)) == [".", "sub"]
    assert names(scan_of(train, val)) == ["train", "train/sub", "val"]
    assert names(scan_of(val, train)) == ["train", "train/sub", "val"]
    assert names(scan_of(train, val, other)) == ["val", "x/train", "x/train/sub", "y/train"]
    assert names(scan_of(train / "sub", train, train)) == [".", "sub"]


def test_sources_get_names_that_last(tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("x/logs", "y/logs", "z"))
    for path in (first, second, third, first / "sub"):
        write(path, [])
    found = {"found_by": "name", "lasting_names": True}
    assert names(scan_of(first, **found)) == [".", "sub"]
    assert names(scan_of(first, second, third, **found)) == [".", "logs", "sub", "z"]
    assert names(scan_of(first, second, lasting_names=True)) == ["logs", "logs/sub", "y/logs"]
    assert names(scan_of(first, first / "sub", **found)) == [".", "sub"]


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        write(tmp_path / f"{number:02}", [])
    write(tmp_path / "1/2/3/4/5", [])
    monkeypatch.setattr(logdir, "MAX_DIRECTORIES", 10)
    scan = scan_of(tmp_path)
    assert len(names(scan)) <= 9
    assert scan.truncated
    monkeypatch.setattr(logdir, "MAX_DIRECTORIES", 100)
    monkeypatch.setattr(logdir, "MAX_DEPTH", 4)
    scan = scan_of(tmp_path)
    assert len(names(scan)) == 20
    assert not scan.truncated
    monkeypatch.setattr(logdir, "MAX_ENTRIES", 5)
    scan = scan_of(tmp_path)
    assert len(names(scan)) <= 5
    assert scan.truncated


def test_directories_to_watch(tmp_path: Path) -> None:
    path = write(tmp_path / "a", [])
    scan = scan_of(tmp_path)
    scan.scan()
    assert scan.directories == [str(tmp_path), str(tmp_path / "a")]
    path.unlink()
    (tmp_path / "a").rmdir()
    scan.scan()
    assert scan.directories == [str(tmp_path)]


def test_what_lies_beside_event_files_is_found(tmp_path: Path) -> None:
    write(tmp_path / "a", [])
    config = tmp_path / "a" / "projector_config.pbtxt"
    config.write_text("embeddings {}")
    trace = tmp_path / "a" / "host_1.17.pt.trace.json"
    trace.write_text("{}")
    (tmp_path / "a" / "notes.json").write_text("{}")
    (tmp_path / "b" / "plugins").mkdir(parents=True)
    (tmp_path / "b" / "plugins" / "host.xplane.pb").write_bytes(b"12345")
    scan = scan_of(tmp_path)
    scan.scan()
    found = scan.beside
    assert [(one.run, one.path.name) for one in found] == [
        ("a", trace.name),
        ("a", config.name),
        ("b/plugins", "host.xplane.pb"),
    ]
    assert [one.text for one in found] == ["", "embeddings {}", ""]
    assert found[2].size == 5
    config.write_text("embeddings { }")
    trace.unlink()
    scan.scan()
    assert [one.text for one in scan.beside] == ["embeddings { }", ""]


def test_a_configuration_that_is_written_again_stays_until_it_is_there(tmp_path: Path) -> None:
    config = tmp_path / "projector_config.pbtxt"
    config.write_text("embeddings { } embeddings { }")
    scan = scan_of(tmp_path)
    scan.scan()
    for half in ("", "embedd"):
        config.write_text(half)
        scan.scan()
        assert [one.text for one in scan.beside] == ["embeddings { } embeddings { }"]
    config.write_text("embeddings { } " * 3)
    scan.scan()
    assert [one.text for one in scan.beside] == ["embeddings { } " * 3]
    config.write_text("embeddings { }")  # another training in the same directory
    os.utime(config, (1e9, 1e9))
    scan.scan()
    assert [one.text for one in scan.beside] == ["embeddings { }"]
