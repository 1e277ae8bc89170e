"""What directories are called in W&B."""

import os
from pathlib import Path

from support.mirror_names import names_of
from tuimon.mirror.namespaces import Namespaces


def test_a_single_directory_has_bare_tags() -> None:
    assert names_of("runs/Nov30_host") == [""]
    assert names_of("lightning_logs/version_0", "lightning_logs/version_0/sub") == ["", "sub"]


def test_directories_found_together_are_called_as_by_wandbs_own_integration() -> None:
    assert names_of("sweep/0/tb", "sweep/1/tb", "sweep/2/tb") == ["0/tb", "1/tb", "2/tb"]
    assert names_of("runs/lr0.1", "runs/lr0.01") == ["lr0.1", "lr0.01"]
    assert names_of("exp/rank1", "exp/rank0") == ["rank1", "rank0"]
    assert names_of("exp/lr_0.1", "exp", "exp/1764449582.123") == ["lr_0.1", "", "1764449582.123"]


def test_a_part_of_a_training_is_called_so_even_alone() -> None:
    assert names_of("exp/train") == ["train"]
    assert names_of("exp/train", late=["exp/val", "exp"]) == ["train", "val", ""]
    assert names_of("exp/Validation", "exp/Validation/images") == [
        "Validation",
        "Validation/images",
    ]
    assert names_of("logs/rank1", late=["logs/rank0"]) == ["rank1", "rank0"]


def test_what_comes_late_is_called_the_same_whatever_came_before_it() -> None:
    late = ["sweep/2/tb", "sweep/1/tb", "other/x", "sweep/0/tb/sub", "sweep", "/data/y"]
    names = ["2/tb", "1/tb", "other/x", "sub", "sweep", "data/y"]
    assert names_of("sweep/0/tb", late=late) == ["", *names]
    assert names_of("sweep/0/tb", late=late[::-1]) == ["", *names[::-1]]


def test_the_log_directory_that_was_named_has_nothing_above_it() -> None:
    assert names_of("exp/train", late=["exp/train/x"], logdir="exp/./train") == ["", "x"]


def test_below_the_log_directory_that_was_named_names_are_as_elsewhere() -> None:
    for found, late in (
        (["runs/a"], ["runs/b"]),
        (["runs/a", "runs/b/val"], []),
        (["runs/val"], []),
    ):
        assert names_of(*found, late=late, logdir="runs") == names_of(*found, late=late)
    before = {"runs/a": "a"}  # as an older tuimon called it
    assert names_of("runs/a", late=["runs/b"], logdir="runs", known=before) == ["a", "b"]


def test_what_tuimon_writes_itself_makes_no_difference_to_the_others() -> None:
    own = "/state/run/console-metrics"
    assert names_of(own) == [""]
    assert names_of("runs/exp", own) == ["", "console-metrics"]
    assert names_of(own, late=["runs/exp"]) == ["", "runs/exp"]


def test_no_two_directories_of_a_launch_share_a_name() -> None:
    assert names_of("a/b", late=["a/x", "a/b/x", "x"]) == ["", "x", "b/x", "w/x"]


def test_names_last_over_restarts_and_launches() -> None:
    assert names_of("a/1", "a/2", known={"a/1": "", "a/2": "2"}, late=["a/3"]) == ["", "2", "3"]
    assert names_of("a/2", late=["a/1", "a/3"], known={"a/2": "2"}) == ["2", "1", "3"]
    # What an older tuimon gave: the first directory found had bare names.
    before = {"sweep/1/tb": "", "sweep/0/tb": "tb"}
    late = ["sweep/1/tb", "sweep/2/tb"]
    assert names_of("sweep/0/tb", "sweep/1/tb", known=before, late=late) == ["tb", "", "", "2/tb"]


def test_a_launch_that_goes_on_elsewhere_continues_what_is_called_alike() -> None:
    known = {"day1": "", "day1/sub": "sub"}
    assert names_of("day2", "day2/sub", known=known) == ["", "sub"]
    # In the same root the name is another directory's.
    assert names_of("day1", late=["sub"], known=known) == ["", "w/sub"]


def test_only_what_may_change_with_others_is_waited_for(tmp_path: Path) -> None:
    here = os.fspath(tmp_path)
    assert not Namespaces({}).can_tell({here})
    assert Namespaces({}).can_tell(set())
    assert not Namespaces({}, logdir=os.fspath(tmp_path.parent)).can_tell({here})
    assert Namespaces({}, logdir=here).can_tell({here})
    assert Namespaces({here: "x"}).can_tell({here})


def test_a_renamed_directory_keeps_its_name() -> None:
    names = Namespaces({"/w/a": ""})
    names.enter({"/w/a"})
    names.keep("/w/b", "")
    names.enter({"/w/b"})
    assert names.of("/w/b") == ""
