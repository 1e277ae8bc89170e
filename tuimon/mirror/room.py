"""Whether the disk has room for what wandb writes."""

import os
from pathlib import Path

from tuimon.mirror.status import MirrorStatus

FREE_BYTES = 64 << 20
"""On a disk with less the mirror waits: wandb loses rows on a full one without a word."""
_NO_ROOM = "waiting, no room"


def has_room(directory: Path, status: MirrorStatus) -> bool:
    """Whether the mirror may write into its directory; `status` tells that it waits for room."""
    try:
        disk = os.statvfs(directory)
    except OSError:
        return False
    free = disk.f_bavail * disk.f_frsize
    if free < FREE_BYTES:
        status.update(detail=f"{_NO_ROOM}: {free >> 20} MB free at {directory.parent}")
        return False
    if (status.record.detail or "").startswith(_NO_ROOM):
        status.update(detail=None)
    return True
