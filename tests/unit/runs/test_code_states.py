"""What differs in the code of two launches."""

import subprocess
from pathlib import Path

import pytest

from tuimon.masking.mask import Mask
from tuimon.runs.code_states import CodeState, code_difference
from tuimon.runs.git import git_state
from tuimon.runs.source_copy import copy_source

SCRIPT = "".join(f"line {n}\n" for n in range(30))


def git(place: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", *who, *arguments], cwd=place, check=True, capture_output=True)


class Place:
    """A repository in which launches happen."""

    def __init__(self, root: Path) -> None:
        self.root = root / "repository"
        self.root.mkdir()
        git(self.root, "init", "-q")
        self.write("train.py", SCRIPT)
        self.write("lib/model.py", SCRIPT)
        self.commit()

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def commit(self) -> None:
        git(self.root, "add", ".")
        git(self.root, "commit", "-qm", "x")

    def launch(self, label: str, mask: Mask | None = None, script: str = "train.py") -> CodeState:
        source = self.root.parent / f"source-{label}"
        copy_source(source, str(self.root), ["python", script], mask or Mask())
        state = git_state(str(self.root))
        return CodeState(label, str(self.root), state.commit, bool(state.dirty), source)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def changed(patch: str) -> list[str]:
    return [
        line for line in patch.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]


def test_changes_before_and_after_a_commit_are_those_between_the_two_states(place: Place):
    place.write("train.py", SCRIPT.replace("line 3\n", "line three\n"))
    first = place.launch("a")
    place.write("lib/model.py", SCRIPT.replace("line 9\n", "line nine\n"))
    place.commit()
    place.write("train.py", SCRIPT.replace("line 3\n", "line three\n").replace("line 20", "twenty"))
    second = place.launch("b")
    objects = sorted((place.root / ".git").rglob("*"))
    found = code_difference(first, second, [Mask(), Mask()])
    assert changed(found.patch) == ["-line 9", "+line nine", "-line 20", "+twenty"]
    assert found.gaps == ()
    assert sorted((place.root / ".git").rglob("*")) == objects
    assert code_difference(first, first, [Mask(), Mask()]) == ("", ())


def test_a_script_that_git_does_not_know_is_compared_as_it_was(place: Place):
    place.write("own.py", "one\n")
    first = place.launch("a", script="own.py")
    place.write("own.py", "two\n")
    second = place.launch("b", script="own.py")
    found = code_difference(first, second, [Mask(), Mask()])
    assert changed(found.patch) == ["-one", "+two"]


def test_without_the_repository_nothing_is_told_that_is_not_known(place: Place):
    place.write("train.py", SCRIPT.replace("line 3\n", "line three\n"))
    first = place.launch("a")
    place.write("train.py", SCRIPT.replace("line 3\n", "line 3.0\n"))
    same = place.launch("b")
    place.commit()
    other = place.launch("c")
    place.root.rename(place.root.with_name("gone"))
    found = code_difference(first, same, [Mask(), Mask()])
    assert "compared as texts" in found.gaps[0]
    assert {"-line three", "+line 3.0"} <= set(changed(found.patch))
    found = code_difference(first, other, [Mask(), Mask()])
    assert found.gaps == (
        "the repository with both commits is not here: only the script is compared",
    )
    assert changed(found.patch) == ["-line three", "+line 3.0"]


def test_what_was_not_kept_is_told(place: Place):
    first = place.launch("a")
    place.write("train.py", "other")
    second = place.launch("b")._replace(source=place.root / "none")
    assert code_difference(first, second, [Mask(), Mask()]) == (
        "",
        ("the changes since the commit of b were not kept",),
    )
    alone = first._replace(commit=None)
    [gap] = code_difference(first, alone, [Mask(), Mask()]).gaps
    assert gap == "the commit of a is not known: only the script is compared"


def test_a_file_with_a_hidden_secret_is_not_told_of_in_part(place: Place):
    place.write("lib/model.py", f"{SCRIPT}password = 'tr0ub4dor&3'\n")
    place.commit()
    place.write("lib/model.py", f"{SCRIPT}more = 1\npassword = 'tr0ub4dor&3'\n")
    mask = Mask(argv=["--auth", "s3cr3t-abcdef"])
    first = place.launch("a", mask)
    place.write("train.py", f"{SCRIPT}# s3cr3t-abcdef\n")
    second = place.launch("b", mask)
    found = code_difference(first, second, [Mask(), mask])
    assert changed(found.patch) == ["+# (hidden)"]
    assert [gap.partition(":")[0] for gap in found.gaps] == ["lib/model.py"] * 2
