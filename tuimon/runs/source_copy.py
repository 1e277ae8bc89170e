"""The script and the uncommitted changes of a launch, as they may leave this machine.

Made at the launch, for what is there later is not what was trained. Bounded: git holds no file of
more than `MOST_BYTES` in memory, and a patch has no more in all. Secrets are hidden, and files that
are there to hold some are left out, as are large and binary ones: `LEFT_OUT` says which.
"""

import os
import re
import subprocess
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from tuimon.masking.mask import Mask
from tuimon.masking.secret_names import is_secret_file
from tuimon.regular_file import read_regular
from tuimon.runs.git import git_command, git_environment, git_root
from tuimon.text import escaped

PATCH = "diff.patch"
CODE = "code"
LEFT_OUT = "left-out"
"""Files of the directory: one with a line for each thing that is not in the others."""

MOST_BYTES = 1 << 20
"""Of a patch in all, and of a file in it."""
_MOST_SCRIPT_BYTES = 4 << 20
_GIT_SECONDS = 60.0
_LONGEST_LINE = 1 << 16
_MOST_NAMED = 20

_DIFF = (
    *("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-relative"),
    *("--submodule=diff", "--src-prefix=a/", "--dst-prefix=b/"),
)
_SOURCES = frozenset(
    {".py", ".pyx", ".ipynb", ".sh", ".yaml", ".yml", ".toml", ".json", ".cu", ".cpp"}
)
_NOT_CODE = frozenset({"__pycache__", "site-packages", "node_modules", "wandb"})
_HEADER = "diff --git "
_CODE = frozenset({".py", ".pyx", ".ipynb", ".c", ".cc", ".cpp", ".cu", ".h", ".js", ".go", ".rs"})
"""Where a name stands before an expression; elsewhere a value needs no quotes."""
_ESCAPE = re.compile(r"\\(?:([0-7]{3})|(.))")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def copy_source(target: Path, cwd: str, argv: Sequence[str], mask: Mask) -> None:
    """Write the directory `target`, whole or not at all, unless it is there: the script that `argv`
    launches in `cwd`, and the changes of the working tree of git that `cwd` is in.

    Raises:
        OSError: it cannot be written.
    """
    if target.exists():
        return
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    draft.mkdir(mode=0o700)
    patch = SourcePatch(mask)
    root, script = git_root(cwd), script_of(argv)
    if root is not None:
        patch.read(root)
        if text := patch.text():
            _write(draft / PATCH, text)
    left_out = list(patch.left_out)
    if script is not None:
        left_out += _copy_script(draft / CODE, cwd, script, mask)
    _write(draft / LEFT_OUT, "".join(f"{line}\n" for line in left_out))
    draft.rename(target)


def script_of(argv: Sequence[str]) -> str | None:
    """The script of a command line, as it is named there."""
    return next((argument for argument in argv if argument.endswith(".py")), None)


def place_of(cwd: str, script: str) -> str:
    """Where a script is, seen from the working tree of git, or from `cwd` where there is none."""
    return os.path.relpath(os.path.normpath(Path(cwd, script)), git_root(cwd) or cwd)


def copy_tree(directory: str, target: Path, mask: Mask) -> list[str]:
    """Copy the user's source files, secrets hidden, without environments, repositories and caches.

    Returns those that are long, or there to hold secrets.
    """
    left_out: list[str] = []
    for above, folders, names in os.walk(directory):
        folders[:] = [name for name in folders if name[0] != "." and name not in _NOT_CODE]
        for name in names:
            path = Path(above, name)
            if name[0] == "." or path.suffix not in _SOURCES:
                continue
            relative = path.relative_to(directory)
            if (text := masked_source(path, mask)) is None:
                left_out.append(str(relative))
                continue
            copy = target / escaped(str(relative))
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(text.encode(errors="surrogateescape"))
    return left_out


def masked_source(path: Path, mask: Mask) -> str | None:
    """The text of a source file, its secrets hidden; None where it is there to hold secrets, is
    long, or cannot be read."""
    if is_secret_file(str(path)):
        return None
    try:
        data = read_regular(path, _MOST_SCRIPT_BYTES)
    except OSError:
        return None
    text = data.decode(errors="surrogateescape")
    return mask.text(text, code=_is_code(path.name))


class SourcePatch:
    """A patch, file by file, of no more than `MOST_BYTES`; `left_out` says what is not in it."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._parts: list[str] = []
        self._section: list[str] = []
        self._size = 0
        self._room = MOST_BYTES
        self.left_out: list[str] = []

    def read(
        self,
        root: str,
        between: Sequence[str] = ("HEAD",),
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Ask git for all changes of a working tree since its last commit, or those `between` what
        else it can compare, with `variables` of its own."""
        limit = f"core.bigFileThreshold={MOST_BYTES}"
        command = git_command("-c", limit, "-c", "core.quotePath=false", *_DIFF, *between)
        try:
            process = subprocess.Popen(
                command,
                cwd=root,
                env={**git_environment(), **variables},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            return
        assert process.stdout is not None
        late = threading.Timer(_GIT_SECONDS, process.kill)
        late.start()
        with process.stdout as output:
            lines = iter(lambda: output.readline(_LONGEST_LINE), b"")
            self.take((line.decode(errors="surrogateescape") for line in lines), root)
        late.cancel()
        if process.wait() < 0:
            self.left_out.append(f"the rest: git took more than {_GIT_SECONDS:.0f} s")

    def take(self, lines: Iterable[str], root: str) -> None:
        """Take in the lines of a patch, in pieces of any length, of the files below `root`."""
        begins = True
        for line in lines:
            if begins and line.startswith(_HEADER):
                self._end_section(root)
            begins = line.endswith("\n")
            self._size += len(line)
            if self._size <= self._room:
                self._section.append(line)
            else:
                del self._section[1:]
        self._end_section(root)

    def text(self) -> str:
        """The patch, below what is not in it; empty where there are no changes."""
        return "".join([*(f"# left out: {line}\n" for line in self.left_out), *self._parts])

    def _end_section(self, root: str) -> None:
        section, size = self._section, self._size
        self._section, self._size = [], 0
        if not section:
            return
        name = name_of_section(section[0])
        if why := self._objection(name, section, size, root):
            self.left_out.append(f"{name} ({why})")
            return
        self._room -= size
        self._parts.append(self._mask.text("".join(section), code=_is_code(name)))

    def _objection(self, name: str, section: list[str], size: int, root: str) -> str | None:
        """Why the changes of a file are not sent, if they are not."""
        if is_secret_file(name):
            return "secrets"
        if size > self._room:
            return f"{_megabytes(size)} of changes"
        if any(line.startswith(("Binary files ", "GIT binary patch")) for line in section[1:8]):
            try:
                length = Path(root, name).stat().st_size
            except OSError:
                length = 0
            return _megabytes(length) if length > MOST_BYTES else "binary"
        return None


def _copy_script(target: Path, cwd: str, script: str, mask: Mask) -> list[str]:
    """Write the script, unless it is not below the working tree; returns why it is not."""
    place = place_of(cwd, script)
    if place.startswith(".."):
        return []
    if (text := masked_source(Path(cwd, script), mask)) is None:
        return [f"{script} (long, or there to hold secrets)"]
    copy = target / escaped(place)
    copy.parent.mkdir(mode=0o700, parents=True)
    _write(copy, text)
    return []


def name_of_section(header: str) -> str:
    """The file of a section: without renames both names of ``a/NAME b/NAME`` are the same."""
    names = header.removeprefix(_HEADER).rstrip("\n")
    half = names[: (len(names) - 1) // 2]
    if half.startswith('"'):
        half = _ESCAPE.sub(_unescaped, half[1:-1])
    return half.removeprefix("a/")


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return bytes([int(match[1], 8)]).decode(errors="surrogateescape")
    return _ESCAPES.get(match[2], match[2])


def _is_code(name: str) -> bool:
    return Path(name).suffix in _CODE


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode(errors="surrogateescape"))
    path.chmod(0o600)
