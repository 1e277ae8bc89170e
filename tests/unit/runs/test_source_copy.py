"""The script and the uncommitted changes of a launch: bounded, and without secrets."""

import subprocess
import sys
from pathlib import Path

import pytest

from tuimon.masking.mask import Mask
from tuimon.runs.source_copy import MOST_BYTES, SourcePatch, copy_source, masked_source

GIT = ["git", "-c", "user.name=n", "-c", "user.email=e@x", "-c", "init.defaultBranch=main"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    tree.mkdir()
    git(tree, "init", "-q")
    return tree


def git(root: Path, *arguments: str) -> None:
    subprocess.run([*GIT, *arguments], cwd=root, check=True)


def commit(root: Path, **files: str | bytes) -> None:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "x")


def patch_of(root: Path) -> SourcePatch:
    patch = SourcePatch(Mask())
    patch.read(str(root))
    return patch


def test_a_patch_can_be_applied(root: Path, tmp_path: Path) -> None:
    names = ["a.py", "dir/b c.txt", 'q"uo\\te.txt', "tab\there.txt", "Å.txt", "gone.txt"]
    commit(root, **dict.fromkeys(names, "one\ntwo\n"), **{".env": "A=1\n"})
    for name in names[:-1]:
        (root / name).write_text("one\n2\n\nthree")
    (root / "gone.txt").unlink()
    (root / ".env").write_text("A=S3cret\n")
    (root / "a.py").chmod(0o755)
    patch = patch_of(root)
    assert patch.left_out == [".env (secrets)"]
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(root), str(clone))
    subprocess.run(["git", "apply"], input=patch.text(), text=True, cwd=clone, check=True)
    git(root, "checkout", ".env")
    changed = subprocess.run(["git", "diff"], cwd=root, capture_output=True, check=True).stdout
    assert subprocess.run(["git", "diff"], cwd=clone, capture_output=True).stdout == changed


def test_secrets_in_a_patch_are_hidden(root: Path) -> None:
    commit(root, **{"conf.yaml": "password: S3cret1\nlr: 1\n", "a.py": "x = 1\n"})
    (root / "conf.yaml").write_text("password: S3cret2\nlr: 2\n")
    (root / "a.py").write_text('token = get_token()\nkey = "hf_Q7Zr2Lk9Tn4Vb6Yd3Sg8Hj5"\n')
    text = patch_of(root).text()
    assert "S3cret" not in text
    assert "hf_" not in text
    assert '+token = get_token()\n+key = "(hidden)"\n' in text
    assert "-password: (hidden)\n-lr: 1\n+password: (hidden)\n+lr: 2\n" in text


def test_large_and_binary_files_are_named_instead(root: Path) -> None:
    table = "1,2,3\n" * (MOST_BYTES // 10)
    commit(root, **{"t1.csv": table, "t2.csv": table, "t.bin": b"\0", "small.txt": "a\n"})
    for name in ("t1.csv", "t2.csv"):
        (root / name).write_text(table.replace("2", "4"))  # both are small, their changes are not
    (root / "t.bin").write_bytes(b"\0\1")
    (root / "small.txt").write_text("b\n")
    patch = patch_of(root)
    assert patch.left_out == [
        "t.bin (binary)",
        "t1.csv (1.5 MB of changes)",
        "t2.csv (1.5 MB of changes)",
    ]
    assert "+b\n" in patch.text()
    assert len(patch.text()) < MOST_BYTES


def test_lines_of_any_length_are_taken_in_pieces() -> None:
    patch = SourcePatch(Mask())
    header = "diff --git a/x b/x\n"
    pieces = [header, "@@ -1 +1 @@\n", "+" + "y" * 100, "diff --git a/no b/no", " end\n", header]
    patch.take(pieces, "/")
    assert patch.text() == "".join(pieces)


@pytest.mark.parametrize("megabytes", [16, pytest.param(64, marks=pytest.mark.long)])
def test_a_large_file_costs_no_memory(root: Path, megabytes: int) -> None:
    line = "0.123,4.567,8.901\n"
    commit(root, **{"big.csv": line * (megabytes * 1_000_000 // len(line))})
    (root / "big.csv").write_text(line * (megabytes * 1_000_000 // len(line)) + "changed\n")
    program = (
        "import resource, sys\n"
        "from tuimon.masking.mask import Mask\n"
        "from tuimon.runs.source_copy import SourcePatch\n"
        "patch = SourcePatch(Mask()); patch.read(sys.argv[1])\n"
        "print(patch.left_out, len(patch.text()))\n"
        "print(*[line.split()[1] for line in open('/proc/self/status') if 'VmHWM' in line])\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(root)], capture_output=True, text=True, check=True
    )
    told, *used = done.stdout.splitlines()
    assert told == f"['big.csv ({megabytes}.0 MB)'] 30"
    own, of_git = map(int, used)
    assert own < 40_000, "KB: that of a Python with the patterns of masks"
    assert of_git < 40_000, "KB: or git holds the file"


def test_the_copy_is_made_once_and_for_its_owner(root: Path, tmp_path: Path) -> None:
    commit(root, **{"train.py": "x = 1\n"})
    (root / "train.py").write_text("x = 2\n")
    target = tmp_path / "source"
    for _ in range(2):
        copy_source(target, str(root), ["train.py", "--lr", "1"], Mask())
        (root / "train.py").write_text("x = 3\n")
    assert (target / "code" / "train.py").read_text() == "x = 2\n"
    assert "+x = 2" in (target / "diff.patch").read_text()
    assert (target / "left-out").read_text() == ""
    assert not any(path.stat().st_mode & 0o077 for path in [target, *target.rglob("*")])
    assert list(tmp_path.glob("source.*")) == []


def test_without_git_there_is_the_script_alone(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "train.py").write_text('password = "S3cret"\n')
    copy_source(tmp_path / "source", str(tmp_path), ["python", "a/train.py"], Mask())
    (script,) = (tmp_path / "source" / "code").rglob("*.py")
    assert script == tmp_path / "source" / "code" / "a" / "train.py"
    assert script.read_text() == 'password = "(hidden)"\n'


def test_files_of_secrets_long_ones_and_pipes_are_no_source(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{}")
    (tmp_path / "long.py").write_text("x = 1\n" * 1_000_000)
    (tmp_path / "a.py").write_bytes(b"x = '\xc5'\n")
    assert masked_source(tmp_path / "secrets.json", Mask()) is None
    assert masked_source(tmp_path / "long.py", Mask()) is None
    assert masked_source(tmp_path / "gone.py", Mask()) is None
    assert masked_source(tmp_path / "a.py", Mask()) == "x = '\udcc5'\n"
