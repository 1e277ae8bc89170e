import pytest

from tuimon.places.remote_files import RemoteEntry, RemoteListing
from tuimon.places.remote_tree import TICK, RemoteTree

NOW = 1.7e9
FILE = "events.out.tfevents.1.box"


def listing(*names: str, modified: float = NOW, **entries: RemoteEntry) -> RemoteListing:
    """Files, and directories by a slash at their end."""
    told = {
        name.rstrip("/"): RemoteEntry(7, modified, name.endswith("/") and len(name) > 1)
        for name in names
    }
    return RemoteListing(told | entries)


def tree(*, deep: bool = False) -> RemoteTree:
    return RemoteTree(deep=deep)


def test_directories_are_listed_once_found_and_files_that_are_read_alone_are_told():
    one = tree()
    assert one.due(NOW, 9) == [""]
    news = one.take("", listing("a/", "b/", "train.py", "model.pt", "metrics.csv"), NOW)
    assert list(news.changed) == ["metrics.csv"]
    assert sorted(one.due(NOW, 9)) == ["a", "b"]
    news = one.take("a", listing(FILE, "metrics.csv", "projector_config.pbtxt", "x.txt"), NOW)
    assert list(news.changed) == [f"a/{FILE}", "a/projector_config.pbtxt"]
    assert one.whole_at == 0
    assert one.take("b", listing(), NOW) == ({}, [])
    assert one.whole_at > 0


def test_changes_and_deletions_are_told():
    one = tree()
    one.take("", listing("a/", FILE), NOW)
    one.take("a", listing("b/", "metrics.csv"), NOW)
    one.take("a/b", listing(FILE), NOW)
    assert one.take("", listing("a/", FILE), NOW) == ({}, [])
    grown = one.take("", listing("a/", **{FILE: RemoteEntry(8, NOW)}), NOW)
    assert grown.changed == {FILE: RemoteEntry(8, NOW)}
    gone = one.take("", listing(), NOW)
    assert sorted(gone.gone) == ["a/b/" + FILE, "a/metrics.csv", FILE]
    assert list(one.files) == []
    assert one.take("a", listing(FILE), NOW) == ({}, [])  # was asked for before


def test_a_quiet_directory_is_looked_at_less_often_and_at_once_when_its_time_changes():
    one = tree()
    one.take("", listing("live/", "quiet/", "old/"), NOW)
    one.take("live", listing(FILE, modified=NOW - 1), NOW)
    one.take("quiet", listing(FILE, modified=NOW - 100), NOW)
    one.take("old", listing(FILE, modified=NOW - 1e6), NOW)
    assert one.due(NOW + TICK, 9) == ["live"]
    assert one.due(NOW + 9, 9) == ["", "live"]
    assert "quiet" in one.due(NOW + 10, 9)
    assert one.due(NOW + 29, 9) == ["", "live", "quiet"]
    assert "old" in one.due(NOW + 30, 9)
    touched = listing("live/", "quiet/", old=RemoteEntry(0, NOW + 5, is_directory=True))
    one.take("", touched, NOW + 5)
    assert "old" in one.due(NOW + 5, 9)


def test_a_bucket_is_listed_less_often_the_larger_and_the_quieter_it_is():
    small, large, quiet = tree(deep=True), tree(deep=True), tree(deep=True)
    small.take("", listing(f"a/{FILE}"), NOW)
    large.take("", listing(*(f"{i}/{FILE}" for i in range(1000))), NOW)
    quiet.take("", listing(f"a/{FILE}", modified=NOW - 1e6), NOW)
    assert [one.next_due() - NOW for one in (small, large, quiet)] == [2, 6, 60]


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize(
    "name", ["..", ".", f"../{FILE}", f"/etc/{FILE}", f"a//{FILE}", f"a/../../{FILE}", f"\0{FILE}"]
)
def test_names_that_lead_elsewhere_are_passed_over(deep: bool, name: str):
    one = tree(deep=deep)
    told = RemoteListing({name: RemoteEntry(7, NOW), FILE: RemoteEntry(7, NOW)})
    assert list(one.take("", told, NOW).changed) == [FILE]
    assert one.take("", RemoteListing({name: RemoteEntry(7, NOW, True)}), NOW).gone == [FILE]
    assert one.due(NOW, 9) == [] or one.due(NOW, 9) == [""]


def test_links_are_followed_once():
    def link(real: str) -> RemoteEntry:
        return RemoteEntry(0, NOW, is_directory=True, real=real)

    one = tree()
    one.take("", listing(a=link("/data"), b=link("/data/below"), c=link("/other")), NOW)
    assert sorted(one.due(NOW, 9)) == ["a", "c"]
    one.take("a", listing(again=link("/data"), up=link("/other/x")), NOW)
    assert sorted(one.due(NOW, 9)) == ["c"]


def test_depth_and_number_of_directories_are_bounded(monkeypatch: pytest.MonkeyPatch):
    one = tree()
    path = ""
    for _ in range(40):
        one.take(path, listing("d/"), NOW)
        path = f"{path}/d".strip("/")
    assert one.truncated
    assert max(path.count("/") for path in one.due(NOW + 99, 99)) < 20
    wide = tree()
    wide.take("", listing(*(f"{i}/" for i in range(30_000))), NOW)
    assert wide.truncated
    assert len(wide.due(NOW, 10**6)) < 20_001


def test_looking_at_all_tells_when_it_is_done():
    one = tree()
    one.take("", listing("a/"), NOW)
    one.take("a", listing(FILE, modified=1), NOW)
    one.look_at_all(NOW + 5)
    assert sorted(one.due(NOW + 5, 9)) == ["", "a"]
    one.take("", listing("a/"), NOW + 6)
    assert one.whole_at < NOW
    one.postpone("a", NOW + 6)  # what cannot be listed is not waited for
    assert one.whole_at == NOW + 5


def test_a_doubtful_file_is_told_again_a_little_later():
    one = tree()
    one.take("", listing(FILE), NOW)
    one.doubt(FILE, NOW)
    assert one.due(NOW + 2 * TICK, 9) == [""]
    assert list(one.take("", listing(FILE), NOW + 1).changed) == [FILE]


def test_newest_files_of_quiet_directories_are_looked_at_between_listings():
    one = RemoteTree(deep=False, began_at=NOW)
    one.take("", listing("old/", "live/"), NOW)
    one.take("live", listing(FILE, modified=NOW), NOW)
    files = {FILE: RemoteEntry(7, NOW - 1e6), "events.out.tfevents.2": RemoteEntry(7, NOW - 2e6)}
    one.take("old", RemoteListing(files), NOW)
    assert one.looks(NOW + 0.9, 9) == []
    assert one.looks(NOW + 1, 9) == [f"old/{FILE}"]
    assert one.see(f"old/{FILE}", files[FILE], NOW + 1) == ({}, [])
    assert one.looks(NOW + 1, 9) == []
    grown = RemoteEntry(9, NOW)
    assert one.see(f"old/{FILE}", grown, NOW + 2) == ({f"old/{FILE}": grown}, [])
    assert "old" in one.due(NOW + 2 + TICK, 9)  # more may have changed there
    assert one.take("old", RemoteListing(files | {FILE: grown}), NOW + 3).changed == {}
    assert one.see("old/gone", grown, NOW) == ({}, [])


def test_looks_are_fewer_the_longer_nothing_changes_and_the_more_there_are():
    one = RemoteTree(deep=False, began_at=NOW - 3600)
    one.take("", listing("old/"), NOW)
    one.take("old", listing(FILE, modified=NOW - 1e6), NOW)
    assert (one.looks(NOW + 7, 9), one.looks(NOW + 7.3, 9)) == ([], [f"old/{FILE}"])
    many = RemoteTree(deep=False, began_at=NOW)
    many.take("", listing(*(f"{number}/" for number in range(1000))), NOW)
    many.take("7", listing(FILE, modified=NOW - 1e6), NOW)
    assert (many.looks(NOW + 5, 9), many.looks(NOW + 5.1, 9)) == ([], [f"7/{FILE}"])
    deep = RemoteTree(deep=True, began_at=NOW)
    deep.take("", listing(f"a/{FILE}", modified=NOW - 1e6), NOW)
    assert deep.looks(NOW + 1e6, 9) == []
