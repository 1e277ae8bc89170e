"""What is to be known of the installed wandb, its settings and its server, without a run."""

import inspect
import re
import secrets
import string
from collections.abc import Mapping
from typing import Any, Literal

from tuimon.mirror.destination import Mode, choose_mode
from tuimon.mirror.server import Server
from tuimon.runs.record import MirrorOptions

NEWEST_KNOWN = (0, 32)
"""The newest minor version that the tests were run with, or that makes no difference."""

INIT_TIMEOUT = 20.0
FINISH_TIMEOUT_OFFLINE = 60.0
FINISH_TIMEOUT_ONLINE = 480.0
"""Seconds; the guardian waits ten minutes for everything that follows the end of a training."""
GRACE = 40.0
"""Seconds that wandb gets beside a time-out of its own before it is taken to hang."""

_ID_ALPHABET = string.ascii_lowercase + string.digits
_ID_LENGTH = 8


def new_run_id() -> str:
    """An id like those that wandb makes."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))


def has_key() -> bool:
    """Whether W&B finds a key for its server: in the environment, its settings or the netrc.

    Neither asks nor calls the server. A key that cannot be right raises what wandb raises.
    """
    import wandb

    # In mode offline, which a settings file may say, wandb does not look for keys.
    settings = wandb.setup(settings=wandb.Settings(mode="online")).settings
    if leaves_keys_to_server():
        return _key(settings) is not None
    return bool(wandb.login(prompt=False, verify=False))


def leaves_keys_to_server() -> bool:
    """Whether an old wandb is installed, whose `login` asks the user or calls the server."""
    import wandb

    return "prompt" not in inspect.signature(wandb.login).parameters


def server() -> Server | None:
    """The W&B server and the key for it, once `has_key` was asked; None without a key."""
    import wandb

    settings = wandb.setup().settings
    key = _key(settings)
    return Server(settings.base_url, key) if key else None


def _key(settings: Any) -> str | None:
    """The key in wandb's settings, where older ones do not note what they found in the netrc."""
    if settings.api_key:
        return str(settings.api_key)
    from requests.utils import get_netrc_auth

    found = get_netrc_auth(settings.base_url)
    return found[1] if found else None


def takes_console() -> bool:
    """Whether the installed wandb takes console output that others give it."""
    from wandb.sdk.wandb_run import Run

    return hasattr(Run, "write_logs")


def about_version() -> str | None:
    """What is to be said of the installed wandb: what it is too old for, or that it is new."""
    import wandb

    if not takes_console():
        return f"wandb {wandb.__version__} is too old to take console output; all else is sent"
    numbers = tuple(int(part) for part in re.findall(r"\d+", wandb.__version__)[:2])
    if numbers > NEWEST_KNOWN:
        newest = ".".join(map(str, NEWEST_KNOWN))
        return f"wandb {wandb.__version__} is newer than what tuimon was tested with ({newest})"
    return None


def wanted_mode(options: MirrorOptions, environ: Mapping[str, str]) -> Mode | Literal["auto"]:
    """The mode that the user, the environment or W&B's settings ask for."""
    return choose_mode(options, environ, settings_mode=settings_mode())


def settings_mode() -> str | None:
    """The mode in W&B's settings files, or None when they do not set one."""
    import wandb

    mode = wandb.setup().settings.mode
    return None if mode in (None, "online") else str(mode)


def teardown() -> None:
    """End wandb-core, which starts anew with the next run."""
    import wandb

    wandb.teardown()
