"""The packages' contract: data flows one way, and what must start fast imports little."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ["torch", "wandb", "tensorboard", "PIL", "pandas", "google.protobuf"]


def modules_after(code: str) -> set[str]:
    """Names in sys.modules after running `code` in a fresh interpreter."""
    program = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def imported(names: list[str], modules: set[str]) -> list[str]:
    return [name for name in names if name in modules]


def test_imports_follow_the_layers():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_help_imports_neither_the_screen_nor_numbers():
    modules = modules_after("from tuimon.cli.main import main\nmain(['--help'])")
    assert not imported([*HEAVY, "textual", "rich", "numpy", "plotext", "psutil"], modules)


def test_a_launch_imports_neither_the_screen_nor_numbers():
    modules = modules_after("import tuimon.cli.run")
    assert not imported([*HEAVY, "textual", "rich", "numpy", "plotext", "asyncio"], modules)


def test_the_screen_imports_no_training_packages():
    modules = modules_after("import tuimon.tui.app")
    assert "textual" in modules
    assert not imported(HEAVY, modules)


def test_charts_drawn_in_turns_do_not_wait_for_a_slow_beat_of_the_screen():
    program = "import tuimon.tui.app, textual.screen; print(textual.screen.UPDATE_PERIOD)"
    env = {name: value for name, value in os.environ.items() if name != "TEXTUAL_FPS"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=env
    )
    assert float(done.stdout) <= 0.01


def test_the_screen_imports_the_views_of_other_data_when_they_are_asked_for():
    settings = "from tuimon.config.schema import Settings\n"
    settings += "from tuimon.tui.keys.user_keys import user_keys\n"
    modules = modules_after(f"import tuimon.tui.app\n{settings}user_keys(Settings())")
    assert not imported(["tuimon.views.kinds"], modules)


def test_the_recorder_leaves_wandb_to_the_mirror():
    modules = modules_after("import tuimon.recorder.recorder")
    assert not imported(["wandb", "torch", "textual"], modules)


@pytest.mark.parametrize("module", ["tuimon", "tuimon.runs.record", "tuimon.runs.process"])
def test_what_the_guardian_needs_is_standard_library(module):
    modules = modules_after(f"import {module}")
    tops = {name.partition(".")[0] for name in modules}
    foreign = {name for name in tops if name not in sys.stdlib_module_names} - {"tuimon"}
    bare = {name.partition(".")[0] for name in modules_after("pass")}
    assert foreign <= bare
