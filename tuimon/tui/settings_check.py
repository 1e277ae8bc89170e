"""Settings that only the screen can judge: keys and themes."""

from tuimon.config.reading import ConfigError, Problem
from tuimon.config.schema import Settings
from tuimon.tui.keys.user_keys import user_keys
from tuimon.tui.themes.users import check_theme


def check_settings(settings: Settings) -> None:
    """Whether the screen can be drawn with these settings.

    Raises:
        ConfigError: a key or theme that there is not, or a key with two meanings.
    """
    problems: list[Problem] = []
    for check in (user_keys, check_theme):
        try:
            check(settings)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
