"""``python -m tuimon.mirror.check``: what W&B would do here, as one JSON object.

A process of its own, for `tuimon doctor`: importing wandb may fail, and its server may not answer.
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from tuimon.mirror.destination import clean
from tuimon.mirror.leftovers import own_temporary_directory
from tuimon.mirror.status import one_line


def check() -> dict[str, Any]:
    """`version`, `about` it, `server`, `mode`, `key`, `user`; `error` where one cannot be had."""
    found: dict[str, Any] = {}
    mode = os.environ.get("WANDB_MODE")
    clean(os.environ)
    try:
        import wandb

        from tuimon.mirror.wandb_client import about_version, has_key, server, settings_mode

        found["version"] = wandb.__version__
        found["about"] = about_version()
        found["mode"] = mode or settings_mode() or "online"
        found["server"] = wandb.setup().settings.base_url
        found["key"] = has_key()
        if (at := server()) is not None:
            found["user"] = at.user()
    except BaseException as error:  # a broken package may even exit
        found["error"] = one_line(error)
    return found


if __name__ == "__main__":
    logging.disable()
    # What wandb starts may print, and outlive this process: it gets another standard output.
    answer = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with own_temporary_directory(Path(f"check-{os.getpid()}")):
        told = check()
    os.write(answer, json.dumps(told).encode())
    os._exit(0)
