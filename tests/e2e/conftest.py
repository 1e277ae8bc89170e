"""Real trainings under the real `tuimon`; whatever a test leaves running is killed."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from host import Host


@pytest.fixture
def host(home: Path, tmp_path: Path) -> Iterator[Host]:
    host = Host(home, tmp_path)
    yield host
    for process in host.processes():
        try:
            process.kill()
        except psutil.Error:
            continue
