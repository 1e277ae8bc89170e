"""The user's settings: one TOML file, typed, checked before anything starts."""

from tuimon.config.reading import (
    ConfigError,
    Problem,
    config_directory,
    config_path,
    load_settings,
    read_settings,
)
from tuimon.config.schema import (
    ChartSettings,
    ConsoleSettings,
    Origin,
    ScreenSettings,
    Settings,
    StopSettings,
)

__all__ = [
    "ChartSettings",
    "ConfigError",
    "ConsoleSettings",
    "Origin",
    "Problem",
    "ScreenSettings",
    "Settings",
    "StopSettings",
    "config_directory",
    "config_path",
    "load_settings",
    "read_settings",
]
