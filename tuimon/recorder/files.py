"""What the name of an event file tells about who wrote it."""

import re
from typing import NamedTuple

# `events.out.tfevents.<time>.<host>.<pid>.<uid><suffix>`: tensorboard (and so torch), TensorFlow 2;
# tensorboardX and TensorFlow 1 leave out `.<pid>.<uid>`. The host may hold dots.
_NAME = re.compile(r"tfevents\.(?P<time>\d{9,11})\.(?P<rest>.+)$")
_PID = re.compile(r"\.(?P<pid>\d+)\.\d+(?!\d)")


class Origin(NamedTuple):
    """Creation time (Unix seconds) and PID of an event file's writer; pid None when not told."""

    time: int
    pid: int | None


def origin(name: str, host: str) -> Origin | None:
    """Read the base name of an event file; None when no writer on `host` gave that name."""
    match = _NAME.search(name)
    if match is None or not match["rest"].startswith(host):
        return None
    tail = match["rest"][len(host) :]
    if tail and tail[0].isalnum():
        return None  # another host, whose name begins alike
    pid = _PID.match(tail)
    return Origin(int(match["time"]), int(pid["pid"]) if pid else None)
