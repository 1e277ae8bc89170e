"""What a session says of the logs that it follows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.event_files import append, scalar, write
from support.waiting import wait_until
from tuimon.session.session import Session

LONG_AGO = 1_000.0
"""Unix seconds."""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    write(tmp_path, [scalar("loss", step, 1.0, LONG_AGO) for step in range(50)])
    session = Session.of_logdirs([tmp_path])
    session.start()
    yield session
    session.stop()


def _step(session: Session) -> int | None:
    session.poll()
    progress = session.progress()
    return progress and progress.step


def test_a_log_that_gets_points_grows_whatever_their_times_are(
    session: Session, tmp_path: Path
) -> None:
    wait_until(lambda: _step(session) == 49 and not session.follower.loading)
    assert not session.is_growing
    [file] = tmp_path.iterdir()
    append(file, scalar("loss", 50, 1.0, LONG_AGO))
    wait_until(lambda: _step(session) == 50)
    assert session.is_growing
