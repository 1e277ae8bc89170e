"""Every test has a state directory of its own and the training's python on PATH."""

import os
import sys
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`TUIMON_HOME` of this test; no W&B key or setting of the developer's reaches it."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("TUIMON_HOME", str(home))
    for name in [name for name in os.environ if name.startswith("WANDB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NETRC", str(home / "netrc"))
    scripts = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", scripts + os.pathsep + os.environ["PATH"])
    return home
