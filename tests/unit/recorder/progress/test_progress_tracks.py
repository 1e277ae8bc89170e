"""Of all that counts only what is surely the whole training is told."""

from tuimon.recorder.progress.known_totals import KnownTotals
from tuimon.recorder.progress.position_lines import Sighting
from tuimon.recorder.progress.progress_tracks import ProgressTracks


def tracks(given: KnownTotals = KnownTotals(), told: KnownTotals = KnownTotals()) -> ProgressTracks:  # noqa: B008 - immutable
    return ProgressTracks(given, told)


def bar(done: float, total: float, name: str = "") -> Sighting:
    return Sighting("bar", done, total, name)


def share(found: ProgressTracks, now: float = 0.0) -> float | None:
    progress = found.progress(now)
    return None if progress is None else progress.done / progress.total


def test_a_bar_without_a_name_may_be_that_of_an_epoch():
    found = tracks()
    for done in range(50):
        found.see(bar(done, 100), done)
    assert share(found) is None


def test_a_bar_is_the_training_when_its_total_was_given():
    for given in (KnownTotals(steps=100), KnownTotals(epochs=100)):
        found = tracks(told=given)
        found.see(bar(50, 100), 1.0)
        assert share(found) == 0.5


def test_a_bar_over_several_epochs_is_the_training():
    found = tracks()
    found.see(bar(50, 300), 1.0)
    found.see(Sighting("epochs", 0.5, name="fractions"), 1.0)
    found.see(bar(60, 300), 2.0)
    assert share(found) == 0.2


def test_a_bar_over_one_epoch_may_not_be():
    found = tracks()
    found.see(bar(50, 100), 1.0)
    found.see(Sighting("epochs", 0.5, name="fractions"), 1.0)
    found.see(bar(60, 100), 2.0)
    assert share(found) is None


def test_a_bar_around_others_is_the_training():
    found = tracks()
    for epoch in range(4):
        found.see(bar(epoch, 10, "outer"), epoch)
        for batch in range(0, 100, 10):
            found.see(bar(batch, 99, "inner"), epoch + batch / 100)
    assert share(found) == 0.3


def test_what_begins_anew_is_no_longer_told():
    found = tracks()
    for done in (10, 50, 90, 10):
        found.see(Sighting("steps", done, 100), done)
    assert share(found) is None


def test_a_total_that_is_exceeded_was_another():
    found = tracks(told=KnownTotals(steps=100))
    found.see(Sighting("steps", 50), 1.0)
    assert share(found) == 0.5
    found.see(Sighting("steps", 150), 2.0)
    assert share(found) is None


def test_what_the_user_says_comes_first():
    found = tracks(KnownTotals(steps=1000), KnownTotals(steps=100))
    found.see(Sighting("steps", 150, 200), 1.0)
    assert share(found) == 0.15


def test_epochs_from_0_are_one_more_than_the_last():
    found = tracks(told=KnownTotals(epochs=6))
    found.see(Sighting("epochs", 3, 5, "counted"), 1.0)
    assert share(found) == 0.5


def test_what_is_printed_comes_before_what_is_logged():
    found = tracks(told=KnownTotals(epochs=10, steps=1000))
    for done in range(1, 5):
        found.see(Sighting("steps", done, name="log loss"), done)
    found.see(Sighting("epochs", 3, None, "counted"), 9.0)
    assert share(found) == 0.3


def test_whether_the_last_epoch_is_told_is_known_from_what_was_given():
    found = tracks(told=KnownTotals(epochs=24))
    found.see(Sighting("epochs", 12, 25, "counted"), 1.0)
    assert share(found) == 0.5


def test_a_second_phase_is_not_the_first():
    found = tracks()
    for done in range(1, 6):
        found.see(Sighting("epochs", done, 5, "counted"), done)
    found.see(Sighting("epochs", 1, 20, "counted"), 6.0)
    assert share(found) == 0.05


def test_a_total_that_changes_again_and_again_is_none():
    found = tracks()
    for done in range(1, 9):
        found.see(Sighting("steps", 100 * done - 2, 100 * done, "iteration"), done)
    assert share(found) is None
