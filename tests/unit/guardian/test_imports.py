"""The guardian must not break with the user's environment: it loads nothing of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
REPORT = "import json, sys; print(json.dumps(sorted(sys.modules)))"


def modules_of(code: str, cwd: Path) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"{code}; {REPORT}"],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=30,
        env=os.environ | {"PYTHONPATH": str(cwd)},
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def boot(parent: Path) -> str:
    return f"import sys; sys.path.append({str(parent)!r}); import tuimon.guardian.guardian"


def test_standard_library_and_the_run_records_are_all_it_loads(tmp_path: Path):
    loaded = modules_of(boot(ROOT), tmp_path)
    ours = {name for name in loaded if name.split(".")[0] == "tuimon"}
    foreign = {
        name
        for name in loaded - ours
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("__")
    }
    assert foreign == set()
    assert {name for name in ours if not name.startswith("tuimon.guardian")} == {
        "tuimon",
        "tuimon.decoding",
        "tuimon.hook",
        "tuimon.regular_file",
        "tuimon.runs.annotation",
        "tuimon.runs",
        "tuimon.console",
        "tuimon.console.rotation",
        "tuimon.console.escapes",
        "tuimon.runs.interpreter",
        "tuimon.runs.paths",
        "tuimon.runs.process",
        "tuimon.runs.record",
        "tuimon.runs.replacement",
        "tuimon.runs.sources",
    }


def test_expensive_modules_stay_out(tmp_path: Path):
    loaded = modules_of(boot(ROOT), tmp_path)
    expensive = (
        "hashlib",
        "_ssl",
        "subprocess",
        "asyncio",
        "logging",
        "threading",
        "numpy",
        "dataclasses",
        "inspect",
        "traceback",
        "tokenize",
        "argparse",
    )
    assert loaded.isdisjoint(expensive)


def test_neighbours_of_the_package_do_not_shadow_the_standard_library(tmp_path: Path):
    (tmp_path / "tuimon").symlink_to(ROOT / "tuimon")
    for name in ("json", "selectors", "signal", "dataclasses", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')")
    assert "tuimon.guardian.guardian" in modules_of(boot(tmp_path), tmp_path)
