"""What git says of a training's code."""

from pathlib import Path

from tuimon.runs.git import git_root


def test_git_root_is_the_nearest_working_tree(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / ".git").write_text("gitdir: elsewhere")  # a worktree or submodule
    assert git_root(str(tmp_path / "a" / "b")) == str(tmp_path / "a")
    assert git_root(str(tmp_path / "a")) == str(tmp_path / "a")
