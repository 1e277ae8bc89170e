import os

import pytest

from tuimon.cli.run import resolve, run_name
from tuimon.cli.shared.common import CommandError


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A directory with scripts in it, and a PATH with a python and a tool."""
    monkeypatch.chdir(tmp_path)
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("python", "torchrun"):
        (tools / name).write_text("#!/bin/sh\n")
        (tools / name).chmod(0o755)
    (tmp_path / "train.py").write_text("pass\n")
    (tmp_path / "run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "package.py").mkdir()
    return tmp_path, {"PATH": str(tools)}


def test_a_script_and_a_module_run_with_the_python_on_path(project):
    tmp_path, env = project
    python = str(tmp_path / "bin" / "python")
    assert resolve(["train.py", "--lr", "1"], module=False, env=env) == (
        python,
        "train.py",
        "--lr",
        "1",
    )
    assert resolve(["pkg.train", "-x"], module=True, env=env) == (python, "-m", "pkg.train", "-x")


def test_an_executable_is_found_on_path_or_by_its_path(project):
    tmp_path, env = project
    assert resolve(["torchrun", "train.py"], module=False, env=env)[0].endswith("bin/torchrun")
    (tmp_path / "run.sh").chmod(0o755)
    assert resolve(["./run.sh", "a"], module=False, env=env) == (str(tmp_path / "run.sh"), "a")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["nosuch.py"], "nosuch.py: no such script in"),
        (["./nosuch"], "./nosuch: no such file in"),
        (["./run.sh"], "not executable (chmod +x ./run.sh"),
        (["run.sh"], "no such command on PATH; did you mean ./run.sh?"),
        (["nosuchtool"], "nosuchtool: no such command on PATH"),
        (["./bin"], "is a directory"),
    ],
)
def test_what_cannot_run_is_refused_in_one_line(project, args, says):
    with pytest.raises(CommandError) as refused:
        resolve(args, module=False, env=project[1])
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_an_unreadable_script_is_refused(project):
    (project[0] / "train.py").chmod(0)
    with pytest.raises(CommandError, match="cannot be read"):
        resolve(["train.py"], module=False, env=project[1])


def test_without_python_on_path_the_cure_is_named(project):
    with pytest.raises(CommandError, match="activate"):
        resolve(["train.py"], module=False, env={"PATH": ""})


@pytest.mark.parametrize(
    ("args", "name"),
    [
        (["train.py"], "train"),
        (["python", "-u", "src/train_big.py", "--lr", "1"], "train_big"),
        (["torchrun", "--nproc-per-node", "2", "ddp.py"], "ddp"),
        (["./run.sh"], "run.sh"),
        ([".py"], "run"),
    ],
)
def test_a_run_is_named_after_its_script(args, name):
    assert run_name(args) == name
