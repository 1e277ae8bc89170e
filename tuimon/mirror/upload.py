"""Asking a mirror, which may be at work or not, to take an offline run online."""

import time

from tuimon.mirror.ending import has_ended
from tuimon.runs.paths import RunPaths
from tuimon.runs.registry import RunStatus

_FIRST_PAUSE = 30.0
_LONGEST_PAUSE = 300.0


def request_upload(paths: RunPaths) -> None:
    """Have the mirror of a run go online as soon as it looks; raises OSError."""
    paths.mirror.mkdir(mode=0o700, exist_ok=True)
    (paths.mirror / "upload").touch(mode=0o600)


def can_upload(status: RunStatus) -> bool:
    """Whether a run has, or may have, points that are not at W&B and could be."""
    mirror = status.mirror
    if mirror is None or mirror.state == "off":
        return False
    if mirror.state == "finished":
        return mirror.sync_command is not None
    return has_ended(status) or mirror.state in ("offline", "failed")


class UploadRequests:
    """Whether an offline run is to go online: when that is asked for, or as soon as it can."""

    def __init__(self, paths: RunPaths, *, whenever_possible: bool) -> None:
        self._request = paths.mirror / "upload"
        self._whenever_possible = whenever_possible
        self._pause = _FIRST_PAUSE
        self._ask_at = time.monotonic() + _FIRST_PAUSE

    @property
    def is_asked(self) -> bool:
        """Whether somebody asks for it now."""
        return self._request.exists()

    def __call__(self) -> bool:
        """True when somebody asks for it, or the server answers and it may go by itself."""
        if self.is_asked:
            return True
        now = time.monotonic()
        if not self._whenever_possible or now < self._ask_at:
            return False
        self._ask_at = now + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        return _can_upload()

    def ask(self) -> None:
        """Ask for it."""
        self._request.touch(mode=0o600)

    def done(self) -> None:
        """It was tried."""
        self._request.unlink(missing_ok=True)


def _can_upload() -> bool:
    from tuimon.mirror.wandb_run import has_key, server

    try:
        if not has_key():
            return False
        found = server()
        return found is not None and bool(found.user())
    except Exception:  # no answer; or wandb's own, for a key that cannot be one
        return False
