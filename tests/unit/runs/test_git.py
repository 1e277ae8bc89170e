"""What git says of a training's code."""

import subprocess
from pathlib import Path

from tuimon.runs.git import git_root, git_state


def test_git_root_is_the_nearest_working_tree(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / ".git").write_text("gitdir: elsewhere")  # a worktree or submodule
    assert git_root(str(tmp_path / "a" / "b")) == str(tmp_path / "a")
    assert git_root(str(tmp_path / "a")) == str(tmp_path / "a")


def test_commit_subject_and_branch_are_told(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=n", "-c", "user.email=e")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--initial-branch=topic")
    (tmp_path / "train.py").write_text("1\n")
    git("add", ".")
    git("commit", "-m", "Lower the rate\n\nIt diverged.")
    commit, *rest = git_state(str(tmp_path))
    assert len(commit or "") == 40
    assert rest == [False, "Lower the rate", "topic"]
    git("checkout", "--detach")
    (tmp_path / "train.py").write_text("2\n")
    assert git_state(str(tmp_path)) == (commit, True, "Lower the rate", None)
