"""Which checkpoint holds what a point tells of."""

from pathlib import Path

import pytest

from tuimon.runs.checkpoints import Checkpoint, Moment, checkpoint_of, find_checkpoints

FOUND = {
    "epoch=3-step=400.ckpt": 400,
    "checkpoint-500": 500,
    "ckpt_1000.pt": 1000,
    "global_step7": 7,
    "best.pt": None,
    "epoch_12.pth": None,
    "model.safetensors": None,
}
PASSED_OVER = ["train.py", "events.out.tfevents.1.h", "notes.txt", "checkpoint-notes", "data.npz"]


def test_they_are_known_by_their_names(tmp_path: Path) -> None:
    for name in (*FOUND, *PASSED_OVER):
        path = tmp_path / "deep" / name
        if "." in name or name in PASSED_OVER:
            path.parent.mkdir(exist_ok=True)
            path.touch()
        else:  # what lies in it is a part of it
            path.mkdir(parents=True)
            (path / "pytorch_model.pt").touch()
    assert {one.path.name: one.step for one in find_checkpoints([tmp_path])} == FOUND


def test_neither_links_nor_what_is_gone_end_the_search(tmp_path: Path) -> None:
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "a.pt").touch()
    found = find_checkpoints([tmp_path, tmp_path / "gone", tmp_path / "a.pt"])
    assert [one.path for one in found] == [tmp_path / "a.pt"]


def test_of_large_trees_not_all_is_looked_at(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("tuimon.runs.checkpoints._MOST_ENTRIES", 5)
    for number in range(20):
        (tmp_path / f"{number:02}.pt").touch()
    assert len(find_checkpoints([tmp_path])) == 5


def _at(name: str, written_at: float, step: int | None = None) -> Checkpoint:
    return Checkpoint(Path(name), written_at, step)


@pytest.mark.parametrize(
    ("checkpoints", "chosen"),
    [
        ([_at("step=40", 101.0, 40), _at("best.pt", 100.5)], "step=40"),
        ([_at("step=41", 101.0, 41), _at("step=50", 100.5, 50)], "step=41"),
        ([_at("best.pt", 100.5), _at("last.pt", 100.1)], "best.pt"),
        ([_at("last.pt", 100.1), _at("last2.pt", 105.0)], "last.pt"),
        ([_at("early.pt", 99.5)], "early.pt"),  # saved, then logged
        ([_at("other.pt", 95.0), _at("other2.pt", 110.0)], None),
        ([_at("step=50", 100.5, 50)], None),
        ([_at("step=40", 50.0, 40)], None),  # of an earlier training
        ([], None),
    ],
)
def test_what_holds_a_point(checkpoints: list[Checkpoint], chosen: str | None) -> None:
    found = checkpoint_of(Moment(40, 100.0, 90.0, 110.0), checkpoints)
    assert (found and found.path.name) == chosen


def test_a_lone_point_is_held_by_a_name_alone() -> None:
    lone = Moment(40, 100.0)
    assert checkpoint_of(lone, [_at("best.pt", 100.0)]) is None
    assert checkpoint_of(lone, [_at("step=40", 100.0, 40)])


def test_the_newest_point_is_held_for_as_long_as_points_are_apart() -> None:
    newest = Moment(40, 100.0, before=90.0)
    assert checkpoint_of(newest, [_at("best.pt", 104.0)])
    assert checkpoint_of(newest, [_at("best.pt", 200.0)]) is None
