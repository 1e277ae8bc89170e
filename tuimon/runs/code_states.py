"""What differs in the code that two launches ran: their commits, and what was changed since.

Both states are put together by git, as trees in a directory beside the repository, of which nothing
is changed: the commit, the patch that was kept at the launch, and the script as it was copied.
"""

import difflib
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tuimon.masking.mask import Mask
from tuimon.regular_file import read_regular
from tuimon.runs.git import git_command, git_environment, git_root
from tuimon.runs.source_copy import CODE, LEFT_OUT, MOST_BYTES, PATCH, SourcePatch, name_of_section

_GIT_SECONDS = 20.0
_MOST_SCRIPT_BYTES = 8 << 20
_MOST_SECTIONS = 40
_SECTION = re.compile(r"^(?=diff --git )", re.MULTILINE)


class CodeState(NamedTuple):
    """What is kept of the code of a launch."""

    label: str
    """What the run is called."""
    cwd: str
    commit: str | None
    is_dirty: bool
    """Whether tracked files may have differed from the commit."""
    source: Path
    """What `tuimon.runs.source_copy` has written."""

    @property
    def patch(self) -> str:
        """The changes since the commit; empty where there were none, or none were kept."""
        return _text(self.source / PATCH, 2 * MOST_BYTES)

    @property
    def script(self) -> tuple[str, str] | None:
        """Where the script is in the tree, and its text."""
        code = self.source / CODE
        found = next((path for path in sorted(code.rglob("*")) if path.is_file()), None)
        if found is None:
            return None
        return str(found.relative_to(code)), _text(found, _MOST_SCRIPT_BYTES)

    @property
    def gaps(self) -> list[str]:
        """What is not known of it, a line each."""
        if self.source.is_dir():
            left_out = _text(self.source / LEFT_OUT, MOST_BYTES).splitlines()
            return [f"not kept of {self.label}: {line}" for line in left_out]
        changes = f"the changes since the commit of {self.label} were not kept"
        return [changes] if self.commit is not None and self.is_dirty else []


class CodeDifference(NamedTuple):
    """A diff, and what is not in it."""

    patch: str = ""
    """From the first state to the second, as git has it; secrets hidden."""
    gaps: tuple[str, ...] = ()
    """What is not known, a line each; any text."""


def code_difference(first: CodeState, second: CodeState, masks: Sequence[Mask]) -> CodeDifference:
    """What changes the code of one launch into that of another. Asks git, and may take seconds."""
    gaps = [*first.gaps, *second.gaps]
    if first.commit and second.commit:
        root = next(filter(None, (_root(one.cwd, first, second) for one in (first, second))), None)
        if root is not None:
            patch, unapplied = _between_trees(root, first, second, masks[0])
            return _masked(patch, [*gaps, *unapplied], masks)
        if first.commit != second.commit:
            gaps.append("the repository with both commits is not here: only the script is compared")
    elif first.commit or second.commit:
        label = second.label if first.commit else first.label
        gaps.append(f"the commit of {label} is not known: only the script is compared")
    if first.commit == second.commit and first.patch != second.patch:
        why = "the repository is not here: the changes since the commit are compared as texts"
        return _masked(_of_texts(first, second), [*gaps, why], masks)
    return _masked(_of_scripts(first, second), gaps, masks)


def _masked(patch: str, gaps: Sequence[str], masks: Sequence[Mask]) -> CodeDifference:
    for mask in masks:
        patch = mask.text(patch, code=True)
        gaps = [mask.text(line) for line in gaps]
    return CodeDifference(patch, tuple(dict.fromkeys(gaps)))


def _text(path: Path, most: int) -> str:
    try:
        return read_regular(path, most).decode(errors="surrogateescape")
    except OSError:
        return ""


def _root(cwd: str, *states: CodeState) -> str | None:
    """The working tree that a directory is in, if it has the commits of these."""
    root = git_root(cwd)
    commits = [f"{state.commit}^{{commit}}" for state in states]
    has_all = root and all(_git(root, {}, "cat-file", "-e", one) is not None for one in commits)
    return root if has_all else None


def _between_trees(
    root: str, first: CodeState, second: CodeState, mask: Mask
) -> tuple[str, list[str]]:
    gaps: list[str] = []
    excluded: list[str] = []
    with TemporaryDirectory(prefix="tuimon-diff-") as scratch:
        objects = _git(root, {}, "rev-parse", "--path-format=absolute", "--git-path", "objects")
        variables = {
            "GIT_OBJECT_DIRECTORY": scratch,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": (objects or "").strip(),
            "GIT_INDEX_FILE": f"{scratch}/index",
        }
        trees = []
        both_copied = first.script is not None and second.script is not None
        for state in (first, second):
            _git(root, variables, "read-tree", str(state.commit))
            for name in _apply(root, variables, state.patch):
                gaps.append(f"{name}: its changes since the commit of {state.label} do not apply")
                excluded.append(f":(top,literal,exclude){name}")
            if both_copied:
                _add_script(root, variables, state)
            trees.append((_git(root, variables, "write-tree") or "").strip())
        if not all(trees):
            return "", [*gaps, "git cannot compare them"]
        patch = SourcePatch(mask)
        patch.read(root, [*trees, "--", ":(top)", *excluded], variables)
        return patch.text(), gaps


def _apply(root: str, variables: dict[str, str], patch: str) -> Iterator[str]:
    """Change the index as a patch does; gives names of files whose changes do not apply, as where
    a secret was hidden in them."""
    sections = _SECTION.split(patch)[1:]
    command = ("apply", "--cached", "--whitespace=nowarn", "-")
    if not sections or _git(root, variables, *command, given=patch) is not None:
        return
    for at, section in enumerate(sections):
        if at >= _MOST_SECTIONS or _git(root, variables, *command, given=section) is None:
            yield name_of_section(section.partition("\n")[0])


def _add_script(root: str, variables: dict[str, str], state: CodeState) -> None:
    """Put the script as it was copied into the index: git may not know it."""
    assert state.script is not None
    place, text = state.script
    blob = (_git(root, variables, "hash-object", "-w", "--stdin", given=text) or "").strip()
    entry = f"100644,{blob},{place}"
    _git(root, variables, "update-index", "--add", "--cacheinfo", entry)


def _git(root: str, variables: dict[str, str], *arguments: str, given: str = "") -> str | None:
    try:
        done = subprocess.run(
            git_command(*arguments),
            cwd=root,
            env={**git_environment(), **variables},
            input=given.encode(errors="surrogateescape"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="surrogateescape") if done.returncode == 0 else None


def _of_scripts(first: CodeState, second: CodeState) -> str:
    """The difference of the scripts as they were copied."""
    if first.script is None or second.script is None:
        return ""
    (name, text), (other, later) = first.script, second.script
    return _unified(text, later, f"a/{name}", f"b/{other}")


def _of_texts(first: CodeState, second: CodeState) -> str:
    """The difference of the patches, and of the scripts."""
    patches = _unified(first.patch, second.patch, f"a/{PATCH}", f"b/{PATCH}")
    return patches + _of_scripts(first, second)


def _unified(first: str, second: str, name: str, other: str) -> str:
    lines, later = (text.splitlines(keepends=True) for text in (first, second))
    return "".join(
        line if line.endswith("\n") else f"{line}\n"
        for line in difflib.unified_diff(lines, later, name, other)
    )
