"""Asking a mirror, which may be at work or not, to take an offline run online."""

import json
import subprocess
import sys
import time

from tuimon.runs.ending import has_ended
from tuimon.runs.paths import RunPaths
from tuimon.runs.registry import RunStatus

_FIRST_PAUSE = 5.0
_LONGEST_PAUSE = 300.0
_LAST_LOOK = 20.0
"""Seconds; the server alone has ten to answer."""


def request_upload(paths: RunPaths) -> None:
    """Have the mirror of a run go online as soon as it looks; raises OSError."""
    paths.mirror.mkdir(mode=0o700, exist_ok=True)
    (paths.mirror / "upload").touch(mode=0o600)


def can_upload(status: RunStatus) -> bool:
    """Whether a run has, or may have, points that are not at W&B and could be."""
    mirror = status.mirror
    if mirror is None or mirror.state in ("off", "own"):
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
        self._look_at = time.monotonic() + _FIRST_PAUSE
        self._look: subprocess.Popen[bytes] | None = None

    @property
    def is_asked(self) -> bool:
        """Whether somebody asks for it now."""
        return self._request.exists()

    def goes_online(self, *, last: bool = False) -> bool:
        """True when somebody asks for it, or the server takes the key and it may go by itself.

        Looks for key and server at growing intervals, without waiting for them; whenever it is the
        `last` opportunity, and then it waits.
        """
        if self.is_asked:
            return True
        if not self._whenever_possible:
            return False
        now = time.monotonic()
        if self._look is None and (last or now >= self._look_at):
            self._look_at = now + self._pause
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            # By another process: wandb looks for no key while a run is open in its own.
            self._look = subprocess.Popen(
                [sys.executable, "-m", "tuimon.mirror.check"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._has_been_seen(wait=last)

    def ask(self) -> None:
        """Ask for it."""
        self._request.touch(mode=0o600)

    def done(self) -> None:
        """It was tried."""
        self._request.unlink(missing_ok=True)

    def _has_been_seen(self, *, wait: bool) -> bool:
        """What the look under way has come to; False, too, when it has not come to an end."""
        if self._look is None or (self._look.poll() is None and not wait):
            return False
        try:
            told, _ = self._look.communicate(timeout=_LAST_LOOK)
        except subprocess.TimeoutExpired:
            return False
        self._look = None
        try:
            return bool(json.loads(told).get("user"))
        except ValueError:
            return False
