"""Where the user's settings and themes are."""

import os
from pathlib import Path


def config_path() -> Path:
    """The settings file: ``$TUIMON_CONFIG``, else ``config.toml`` in the user's directory for
    configuration (``$XDG_CONFIG_HOME/tuimon``, ``~/.config/tuimon``). It need not exist."""
    override = os.environ.get("TUIMON_CONFIG")
    if override:
        return Path(override).expanduser().absolute()
    from platformdirs import user_config_path

    return user_config_path("tuimon") / "config.toml"


def config_directory() -> Path:
    """The directory of the settings file; ``themes/`` in it holds the user's themes."""
    return config_path().parent
