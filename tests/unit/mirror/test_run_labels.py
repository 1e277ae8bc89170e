"""Notes, tags and names that people change here and on W&B's page."""

import pytest

from tuimon.mirror.run_labels import RunLabels, launch_labels, relabelled
from tuimon.runs.annotation import NOTHING_SAID, Annotation
from tuimon.runs.record import MirrorOptions

LAUNCH = RunLabels("big", "why", ("sweep",))
NEW = RunLabels("20261123-train-abc")
SAID = Annotation("best", "keep", ("paper",), starred=True)


def after(
    there: RunLabels,
    told: Annotation | None,
    said: Annotation,
    launch: RunLabels = LAUNCH,
) -> RunLabels:
    return relabelled(there, launch, told, said, default="20261123-train-abc")


def test_a_new_run_has_what_its_launch_asked_for_and_what_is_said_of_it() -> None:
    assert after(NEW, None, NOTHING_SAID, RunLabels()) == NEW
    assert after(NEW, None, NOTHING_SAID) == LAUNCH
    assert after(NEW, None, SAID) == RunLabels("best", "keep", ("sweep", "paper", "starred"))


def test_what_was_edited_at_the_server_alone_stays() -> None:
    page = RunLabels("mine", "seen", ("sweep", "paper", "theirs"))
    assert after(page, SAID, SAID) == page
    assert after(page, SAID, SAID._replace(note="new")) == page._replace(notes="new")
    more = after(page, SAID, SAID._replace(tags=("good",), archived=True))
    assert more == page._replace(tags=("sweep", "theirs", "good", "archived"))


@pytest.mark.parametrize("launch", [LAUNCH, RunLabels()])
def test_what_is_taken_back_gives_place_to_the_launchs_own(launch: RunLabels) -> None:
    there = after(NEW, None, SAID, launch)
    assert after(there, SAID, NOTHING_SAID, launch) == launch._replace(name=launch.name or NEW.name)
    twice = SAID._replace(tags=("sweep",), starred=False)
    assert after(there, twice, NOTHING_SAID).tags == there.tags


def test_a_later_launch_renames_its_run_only_when_it_is_asked_to() -> None:
    page = RunLabels("mine", "seen", ("theirs",))
    assert after(page, None, NOTHING_SAID, RunLabels(tags=("two",))) == page._replace(
        tags=("theirs", "two")
    )
    assert after(page, None, NOTHING_SAID) == RunLabels("big", "why", ("theirs", "sweep"))


def test_options_come_before_variables_and_tags_are_as_long_as_the_server_takes() -> None:
    variables = {"WANDB_NAME": "n", "WANDB_NOTES": "t", "WANDB_TAGS": "a, b,"}
    assert launch_labels(MirrorOptions(), variables) == RunLabels("n", "t", ("a", "b"))
    options = MirrorOptions(name="x\ud800", notes="y", tags=("z",))
    assert launch_labels(options, variables) == RunLabels("x\\ud800", "y", ("z",))
    long = after(NEW, NOTHING_SAID, Annotation(tags=("t" * 99, "t" * 98)), RunLabels())
    assert long.tags == ("t" * 64,)
