import os
from pathlib import Path

import pytest

from support.event_files import NAME, without_privileges, write
from tuimon.events import log_roots, logdir
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


def test_a_log_directory_is_read_whole(tmp_path: Path) -> None:
    write(tmp_path / ".runs" / ".hidden" / "b", [])
    write(tmp_path / ".runs" / "a", [])
    assert names(scan_of(tmp_path)) == [".runs/.hidden/b", ".runs/a"]
    assert names(scan_of(tmp_path, tmp_path / ".runs")) == [".runs/.hidden/b", ".runs/a"]


def test_what_the_limits_leave_out_is_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (".git/a", ".git/b", "z/y/x"):
        write(tmp_path / name, [])
    monkeypatch.setattr(logdir, "MAX_DIRECTORIES", 5)
    scan = scan_of(tmp_path)
    assert names(scan) == ["z/y/x"]
    assert scan.truncated


@pytest.mark.parametrize("link", ["0-before", "z-after", "a/deeper", "run/to-itself"])
def test_a_directory_counts_once_under_its_own_name(tmp_path: Path, link: str) -> None:
    write(tmp_path / "run" / "sub", [])
    (tmp_path / "a").mkdir()
    (tmp_path / link).symlink_to(tmp_path / "run")
    scan = scan_of(tmp_path)
    assert names(scan) == ["run/sub"]
    assert str(tmp_path / link) not in scan.directories


def test_a_link_that_moves_names_nothing_beside_the_runs(tmp_path: Path) -> None:
    scan = scan_of(tmp_path)
    found = []
    for number in range(3):
        write(tmp_path / f"run{number}", [])
        (tmp_path / "new").symlink_to(f"run{number}")
        (tmp_path / "new").rename(tmp_path / "latest")
        found += names(scan)
    assert found == ["run0", "run1", "run2"]


def test_a_link_out_of_the_log_directory_is_what_it_leads_to_now(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    for name in ("one", "other"):
        write(tmp_path / name, []).rename(tmp_path / name / f"{name}.tfevents")
        os.utime(tmp_path / name, (1e9, 1e9))
    scan = scan_of(logs)
    for name in ("one", "other"):
        (tmp_path / "new").symlink_to(tmp_path / name)
        (tmp_path / "new").rename(logs / "latest")
        assert scan.scan() == [("latest", logs / "latest" / f"{name}.tfevents")]


def test_links_to_files_stand_for_those_that_lie_elsewhere(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", [])
    logs = tmp_path / "logs"
    own = write(logs / "run", [])
    (logs / "run" / "1.tfevents").symlink_to(own)
    (logs / "2.tfevents").symlink_to(own)
    (logs / "3.tfevents").symlink_to(outside)
    assert scan_of(logs).scan() == [(".", logs / "3.tfevents"), ("run", own)]


def test_a_directory_that_becomes_a_link_is_one(tmp_path: Path) -> None:
    write(tmp_path / "b", [])
    write(tmp_path / "a", [])
    scan = scan_of(tmp_path)
    assert names(scan) == ["a", "b"]
    (tmp_path / "a").rename(tmp_path / "c")
    (tmp_path / "a").symlink_to(tmp_path / "c")
    assert names(scan) == ["c"]


def test_two_names_of_one_source_are_one(tmp_path: Path) -> None:
    write(tmp_path / "run" / "sub", [])
    (tmp_path / "latest").symlink_to("run")
    for paths in (("latest", "run"), ("run", "latest")):
        scan = scan_of(*(tmp_path / path for path in paths))
        assert scan.scan() == [("sub", tmp_path / "run" / "sub" / NAME)]
    assert names(scan_of(tmp_path / "latest", tmp_path)) == ["run/sub"]


def test_links_in_circles_and_to_nothing_end(tmp_path: Path) -> None:
    write(tmp_path / "real", [])
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "link").symlink_to(tmp_path / "real")
    (logs / "again").symlink_to(tmp_path / "real")
    (logs / "loop").symlink_to(logs)
    (logs / "self").symlink_to("self")
    (logs / "nowhere").symlink_to("missing")
    scan = scan_of(logs)
    assert names(scan) == ["again"]
    assert scan.unreadable == []


def test_what_cannot_be_looked_into_is_named(place_for_all: Path) -> None:
    write(place_for_all / "a" / "deep", [])
    write(place_for_all / "b", [])
    closed = place_for_all / "a" / "deep"
    closed.chmod(0)
    scan = scan_of(place_for_all)
    with without_privileges():
        assert names(scan) == ["b"]
        assert scan.unreadable == [(str(closed), "Permission denied")]
    closed.chmod(0o755)
    assert names(scan) == ["a/deep"]
    assert scan.unreadable == []


def test_what_is_kept_of_runs_is_left_out_unless_it_is_named(home: Path) -> None:
    write(home.parent / "mine", [])
    write(home / "runs" / "a" / "system", [])
    assert "mine" in names(scan_of(home.parent))
    assert not any(name.startswith(f"{home.name}/") for name in names(scan_of(home.parent)))
    assert names(scan_of(home)) == ["runs/a/system"]


def test_other_tables_are_named(tmp_path: Path) -> None:
    for name in ("metrics.csv", "log.json", "host.pt.trace.json", "model.pt"):
        (tmp_path / name).touch()
    scan = scan_of(tmp_path)
    scan.scan()
    assert [path.name for path in scan.tables] == ["log.json", "metrics.csv"]


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
    monkeypatch.setattr(log_roots, "MAX_DEPTH", 4)
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
