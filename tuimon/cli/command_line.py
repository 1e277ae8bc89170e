"""From what the user typed after `tuimon run` to what is executed."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from tuimon.cli.common import Refused


def resolve(args: Sequence[str], *, module: bool, env: Mapping[str, str]) -> tuple[str, ...]:
    """The command to execute for `train.py ARGS`, `-m pkg.mod ARGS` or any executable.

    A script and a module run with the first `python` on PATH, which is the training's virtual or
    conda environment; tuimon's own interpreter need not have torch.

    Raises:
        Refused: nothing by that name, or not executable.
    """
    first = args[0]
    if module:
        return (_python(env), "-m", *args)
    path = Path(first)
    if first.endswith(".py") and not path.is_dir():
        if not path.exists():
            raise Refused(f"{first}: no such script in {Path.cwd()}")
        if not os.access(path, os.R_OK):
            raise Refused(f"{first}: cannot be read (chmod +r {first})")
        return (_python(env), *args)
    if "/" not in first:
        found = shutil.which(first, path=env.get("PATH"))
        if found is None:
            near = f"; did you mean ./{first}?" if path.is_file() else ""
            raise Refused(f"{first}: no such command on PATH{near}")
        return (found, *args[1:])
    if not path.exists():
        raise Refused(f"{first}: no such file in {Path.cwd()}")
    if path.is_dir():
        raise Refused(f"{first}: is a directory; name the script to run")
    if not os.access(path, os.X_OK):
        raise Refused(f"{first}: not executable (chmod +x {first}, or name its interpreter first)")
    return (str(path.resolve()), *args[1:])


def run_name(args: Sequence[str]) -> str:
    """A short name for a run: the script's or the module's, without its folder and ending.

    >>> run_name(["python", "-u", "src/train.py", "--lr", "1e-3"])
    'train'
    """
    scripts = [arg for arg in args if arg.endswith(".py")]
    name = Path(scripts[0] if scripts else args[0]).name
    return name.removesuffix(".py") or "run"


def _python(env: Mapping[str, str]) -> str:
    for name in ("python", "python3"):
        if found := shutil.which(name, path=env.get("PATH")):
            return found
    raise Refused("no python on PATH: activate the training's environment first")
