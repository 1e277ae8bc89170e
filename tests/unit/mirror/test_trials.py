"""Which directories of a launch are trials with W&B runs of their own."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.tensorboard import SummaryWriter
from torch.utils.tensorboard.summary import hparams

from tuimon.events.logdir import LogdirScan
from tuimon.events.tail import EventFileTail
from tuimon.mirror import trials as module
from tuimon.mirror.owner import NewFile
from tuimon.mirror.trials import TrialSplit
from tuimon.runs.sources import LogSource


class Script:
    """What a script writes below `root`, and how that is sorted: own directories, and trials."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.scan = LogdirScan([LogSource(path=str(root))])
        self.split = TrialSplit()
        self.split.begin([])
        self.own: list[str] = []
        self.own_files: set[str] = set()
        self.trials: dict[str, list[str]] = {}

    def curve(self, name: str) -> None:
        with SummaryWriter(str(self.root / name)) as writer:
            writer.add_scalar("loss", 1.0, 1)

    def session(self, name: str) -> None:
        """As add_hparams(run_name=...) writes it."""
        with SummaryWriter(str(self.root / name)) as writer:
            assert writer.file_writer is not None
            for summary in hparams({"lr": 0.1}, {"acc": 1.0}, None):
                writer.file_writer.add_summary(summary)
            writer.add_scalar("acc", 1.0)
        if name in self.own:
            self.split.has_session = True  # as the mirror sees it, which reads the file

    def read(self, name: str) -> None:
        """As the mirror reads the files of a directory."""
        for file in (self.root / name).glob("events*"):
            for batch in EventFileTail(file).poll():
                self.split.observe(str(file), batch)

    def look(self, *, last: bool = False) -> None:
        found = [NewFile(str(path), run, "") for run, path in self.scan.scan()]
        own, trials = self.split.sort(found, last=last)
        self.own += [self._name(file.path) for file in own]
        self.own_files |= {file.path for file in own}
        for top, file in trials:
            name = str(Path(top).relative_to(self.root))
            self.trials.setdefault(name, []).append(self._name(file.path))
            if file.path in self.own_files:  # it was, until now
                self.own.remove(self._name(file.path))

    def end(self) -> None:
        self.look(last=True)
        while self.split.is_waiting:
            self.look(last=True)

    def _name(self, path: str) -> str:
        return str(Path(path).parent.relative_to(self.root))


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    monkeypatch.setattr(module, "_LAST_WORD", 0.0)
    return Script(tmp_path)


def test_a_directory_beside_one_with_a_session_is_a_trial_at_once(script: Script) -> None:
    for name in ("a", "b", "c"):
        script.curve(name)
        script.look()
        script.session(name)
        script.look()
    assert script.own == ["a", "a"]
    assert script.trials == {"b": ["b", "b"], "c": ["c", "c"]}


def test_trials_at_the_same_time_wait_for_the_first_session(script: Script) -> None:
    for name in ("a", "b"):
        script.curve(name)
        script.look()
    assert (script.own, script.trials, script.split.is_waiting) == (["a"], {}, True)
    script.session("b/17.5")
    script.session("a/18.5")
    script.look()
    assert sorted(script.own) == ["a", "a/18.5"]
    assert script.trials == {"b": ["b", "b/17.5"]}


def test_a_session_counts_before_the_mirror_reads_it(script: Script) -> None:
    """It names what it reads first, and waits for that until all is sorted."""
    script.curve("a")
    script.look()
    with SummaryWriter(str(script.root / "a")) as writer:
        writer.add_hparams({"lr": 0.1}, {"acc": 1.0}, run_name=".")
    script.look()
    script.curve("b")
    script.look()
    assert (script.trials, script.split.is_waiting) == ({"b": ["b"]}, False)


def test_sessions_below_one_writer_are_trials_if_they_are_several(script: Script) -> None:
    script.curve("log")
    script.session("log/17.5")
    script.look()
    assert (script.own, script.trials) == (["log"], {})
    script.session("log/18.5")
    script.look()
    script.session("log/19.5")
    script.end()
    assert script.own == ["log"]
    assert script.trials == {name: [name] for name in ("log/17.5", "log/18.5", "log/19.5")}


def test_a_single_session_is_that_of_the_launch(script: Script) -> None:
    script.curve("log")
    script.curve("log/loss_train")
    script.session("log/17.5")
    script.end()
    assert sorted(script.own) == ["log", "log/17.5", "log/loss_train"]
    assert script.trials == {}


@pytest.mark.parametrize("session", ["b", "b/val", "b/17.5"])
def test_a_late_session_makes_a_trial_of_a_part_of_the_launch(
    session: str, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b/val", "b", "c"):
        script.curve(name)
    script.look()
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    script.look()
    assert (sorted(script.own), script.trials) == (["a", "b", "b/val", "c"], {})
    script.session(session)
    if session == "b":  # in a file that is being read
        script.read("b")
    script.look()
    assert {top: sorted(set(names)) for top, names in script.trials.items()} == {
        "b": sorted({"b", "b/val", session})
    }
    assert not script.split.keeps(str(script.root / "b/x"))
    assert script.split.keeps(str(script.root / "c/x"))
    script.session("a")
    script.curve("b")
    script.look()
    assert sorted(script.own) == ["a", "a", "c"]
    assert script.trials["b"][-1] == "b"


def test_sessions_of_the_first_directory_and_around_it_let_nothing_leave(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    for name in ("log/a", "log/a/sub", "log"):
        script.curve(name)
        script.look()
    for name in ("log/a/sub", "log", "log/a"):
        script.session(name)
        script.read(name)
        script.end()
    assert (len(script.own), script.trials) == (6, {})


def test_without_a_session_all_is_one_run(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("train", "val", "gan", "other/x"):
        script.curve(name)
    script.look()
    assert script.split.is_waiting
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    script.look()
    assert sorted(script.own) == ["gan", "other/x", "train", "val"]


def test_ranks_are_one_training_though_each_tells_its_hyperparameters(script: Script) -> None:
    for name in ("log/rank0", "log/rank1", "log/rank_2"):
        script.session(name)
        script.look()
    assert script.own == ["log/rank0", "log/rank1", "log/rank_2"]
    assert script.trials == {}


def test_a_later_life_comes_to_the_same(script: Script) -> None:
    for name in ("a", "b", "c"):
        script.curve(name)
    script.session("c")
    script.end()
    assert script.trials == {"b": ["b"], "c": ["c", "c"]}
    again = Script(script.root)
    again.split = TrialSplit(str(script.root / top) for top in script.trials)
    scan = LogdirScan([LogSource(path=str(script.root / "a"))]).scan()
    known = [NewFile(str(file.path), "a") for file in scan]
    again.look()  # before it knows its journal
    again.split.begin(known)
    again.end()
    assert (again.own, again.trials) == (script.own, script.trials)


NAMES = st.sampled_from(["a", "b", "a/x", "b/x", "a/train", "a/val", "train", "c/y", "c/z"])


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(st.tuples(NAMES, st.booleans(), st.booleans()), max_size=6))
def test_each_file_is_somebodys_once_however_they_come(
    steps: list[tuple[str, bool, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_LAST_WORD", 0.0)
        script = Script(tmp_path_factory.mktemp("script"))
        for name, has_session, looks in steps:
            (script.session if has_session else script.curve)(name)
            if looks:
                script.look()
        script.end()
    sorted_out = script.own + [name for names in script.trials.values() for name in names]
    assert sorted(sorted_out) == sorted(name for name, *_ in steps)
    assert bool(script.own) == bool(steps), "the launch's own run has something"
    for top, names in script.trials.items():
        assert not {name for name in script.own if f"{name}/".startswith(f"{top}/")}
        assert all(f"{name}/".startswith(f"{top}/") for name in names)
