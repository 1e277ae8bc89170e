"""Event files that are renamed, put back, written over or written anew behind the mirror."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.mirrored_files import NAME, Mirrored, records
from tuimon.mirror import event_source
from tuimon.runs.paths import new_run_directory


@pytest.fixture
def mirrored(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirrored]:
    monkeypatch.setattr(event_source, "_REPLACEMENT_SECONDS", 1e-9)
    yield (found := Mirrored(new_run_directory("files")))
    found.journal.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "log").mkdir()
    return tmp_path / "log" / NAME


def values(steps: range, base: float) -> list[float]:
    return [base + step for step in steps]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_renamed_directory_is_read_on_under_its_new_name(
    mirrored: Mirrored, file: Path, *, restarted: bool
) -> None:
    file.write_bytes(records(range(5), 100))
    assert mirrored.look(file) == values(range(5), 100)
    moved = file.parent.rename(file.parent.with_name("renamed")) / NAME
    if restarted:
        mirrored.again()
    with moved.open("ab") as more:
        more.write(records(range(5, 7), 100))
    assert mirrored.look(moved) == values(range(5, 7), 100)
    assert [entry.path for entry in mirrored.journal.files] == [str(moved)]
    assert mirrored.journal.gone() is None
    mirrored.again()
    assert mirrored.look(moved) == []


def test_a_copy_is_another_run(mirrored: Mirrored, file: Path) -> None:
    file.write_bytes(records(range(5), 100))
    mirrored.look(file)
    copy = shutil.copytree(file.parent, file.parent.with_name("copy")) / NAME
    assert mirrored.look(copy) == values(range(5), 100)


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("kept", [2, 5, 7])
def test_a_file_that_is_put_back_is_not_sent_again(
    mirrored: Mirrored, file: Path, kept: int, *, restarted: bool
) -> None:
    file.write_bytes(records(range(5), 100))
    mirrored.look(file)
    with file.open("ab") as more:
        more.write(records(range(5, 10), 100))
    mirrored.look()
    if restarted:
        mirrored.again()
    file.write_bytes(records(range(kept), 100))
    again = mirrored.look()
    with file.open("ab") as more:
        more.write(records(range(kept, 13), 200))
    found = again + mirrored.look() + mirrored.look()
    assert found == values(range(kept, 13), 200)


def test_another_file_of_the_same_size_is_sent(mirrored: Mirrored, file: Path) -> None:
    file.write_bytes(records(range(5), 100))
    mirrored.look(file)
    mirrored.again()
    file.write_bytes(records(range(5), 300))
    assert mirrored.look() + mirrored.look() == values(range(5), 300)


@pytest.mark.parametrize("ahead", [0, 1, 8])
@pytest.mark.parametrize("every", [1, 3, 5])
def test_what_two_processes_write_over_each_other_is_read_once(
    mirrored: Mirrored, file: Path, ahead: int, every: int
) -> None:
    """As those of tensorboardX without the hook do that are started in the same second."""
    with file.open("wb") as first:
        first.write(records(range(ahead), 1000) if ahead else b"")
        first.flush()
        handed = len(mirrored.look(file))
        with file.open("wb") as second:
            for step in range(100):
                for writer, base, own in ((second, 2000, step), (first, 1000, ahead + step)):
                    writer.write(records(range(own, own + 1), base))
                    writer.flush()
                if step % every == 0:
                    handed += len(mirrored.look())
    handed += len(mirrored.look()) + len(mirrored.look())
    assert 100 + ahead <= handed <= 100 + 3 * ahead, "an offset once, apart from the beginning"
    assert len(mirrored.journal.files) <= 2
