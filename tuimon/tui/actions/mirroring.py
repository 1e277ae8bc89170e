"""Having an offline W&B run uploaded."""

import os
import subprocess
import sys

from tuimon.mirror.upload import can_upload, request_upload
from tuimon.text import safe
from tuimon.tui.actions.base import MonitorBase


class MirrorActions(MonitorBase):
    """What concerns the W&B run."""

    def action_upload(self) -> None:
        """Ask the mirror to go online, or start one when the training has ended."""
        status, run = self._session.status, self._session.run
        if status is None or run is None or status.mirror is None or status.mirror.state == "off":
            self.notify("This is not mirrored to W&B; tuimon mirror LOGDIR does that.")
            return
        if status.mirror.state == "own":
            self.notify(safe(f"W&B: {status.mirror.detail}"))
            return
        if not can_upload(status):
            self.notify(f"W&B: {safe(status.mirror.url or status.mirror.state)}")
            return
        try:
            request_upload(run)
            if status.state.ended:
                # A process of its own: it goes on when this screen is left.
                subprocess.Popen(
                    [sys.executable, "-m", "tuimon", "sync", "--quiet", status.record.id],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=os.environ | {"PYTHONSAFEPATH": "1"},
                    start_new_session=True,
                )
        except OSError as error:
            self.notify(safe(f"The upload cannot be started: {error}"), severity="error")
            return
        self.notify("Uploading to W&B: the header tells how far it is.")
