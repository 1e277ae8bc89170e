"""Every test has a state directory of its own and the training's python on PATH."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("tuimon", deadline=None)  # the machine may be busy
settings.load_profile("tuimon")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """For all tests three workers more than there are cores: many wait. For some of them none."""
    whole = config.args == config.getini("testpaths")
    renews_pictures = config.getoption("update_snapshots", False)
    return min((os.cpu_count() or 1) + 3, 8) if whole and not renews_pictures else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mix modules that wait for processes with those that compute.

    Workers that have the same kind at the same time leave cores idle, or wait for each other.
    """
    kinds: dict[bool, list[Path]] = {True: [], False: []}
    for item in items:
        kinds["e2e" in item.path.parts].append(item.path)
    places: dict[Path, float] = {}
    for paths in kinds.values():
        for place, path in enumerate(paths):
            places.setdefault(path, place / len(paths))
    items.sort(key=lambda item: places[item.path])


_OF_THE_CALLERS_TERMINAL = {"COLUMNS", "LINES", "TMUX", "TMUX_PANE", "STY", "NO_COLOR"}
_OF_THE_CALLERS_TERMINAL |= {"FORCE_COLOR", "COLORTERM", "TERM_PROGRAM", "LC_ALL", "LC_CTYPE"}


def _belongs_to_the_caller(name: str) -> bool:
    """Whether a variable tells of the terminal, locale or accounts of whoever runs the tests."""
    return name in _OF_THE_CALLERS_TERMINAL or name.startswith(("WANDB_", "TUIMON_"))


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`TUIMON_HOME` of this test; nothing of the caller's terminal or accounts reaches it."""
    return _new_home(tmp_path_factory, monkeypatch)


@pytest.fixture(scope="module")
def home_of_module(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The same for what several tests share: its `TUIMON_HOME`, and the environment with it."""
    with pytest.MonkeyPatch.context() as patch:
        home = _new_home(tmp_path_factory, patch)
        environment = dict(os.environ)
    return home, environment


def _new_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if _belongs_to_the_caller(name)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TUIMON_HOME", str(home))
    monkeypatch.setenv("TUIMON_CONFIG", str(home / "config.toml"))
    monkeypatch.setenv("NETRC", str(home / "netrc"))
    scripts = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", scripts + os.pathsep + os.environ["PATH"])
    return home


@pytest.fixture
def place_for_all() -> Iterator[Path]:
    """An empty directory that any user can get into: pytest's own are for one."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
