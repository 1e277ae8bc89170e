"""Sessions for what shows or judges them."""

from collections.abc import Iterator
from contextlib import contextmanager

from support.waiting import wait_until
from tuimon.session.session import Session


@contextmanager
def loaded(session: Session) -> Iterator[Session]:
    """A session that has read all there is, until it is left."""
    session.start()
    try:
        wait_until(lambda: not session.follower.loading, pause=0.005)
        yield session
    finally:
        session.stop()
