"""Real trainings under the real `tuimon`; whatever a test leaves running is killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.host import Host
from support.wandb_server import WandbServer, wandb_server


@pytest.fixture
def host(home: Path, tmp_path: Path) -> Iterator[Host]:
    host = Host(home, tmp_path)
    yield host
    host.kill_all()


@pytest.fixture(scope="module")
def shared_host(
    home_of_module: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    """A machine on which several tests find what one of them has started."""
    home, environment = home_of_module
    host = Host(home, tmp_path_factory.mktemp("project"), environment)
    yield host
    host.kill_all()


@pytest.fixture
def server() -> Iterator[WandbServer]:
    """W&B's, on this machine."""
    with wandb_server() as server:
        yield server
