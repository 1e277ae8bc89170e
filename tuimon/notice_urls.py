"""URLs of services that bring notices (``ntfy://…``, ``mailto://…``), which hold their secrets.

The syntax is that of Apprise (https://github.com/caronc/apprise/wiki/URLBasics).
"""

import re

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_SEPARATOR = re.compile(r"[,\s]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")


def are_urls(target: str) -> bool:
    """Whether notices go to URLs; else the target is a command."""
    return _URL.match(target.strip()) is not None


def urls_of(target: str) -> list[str]:
    """Each URL of a target, which separates them by commas or spaces."""
    return _SEPARATOR.split(target.strip())


def service_of(url: str) -> str:
    """What of a URL is no secret: ``slack://``."""
    match = _URL.match(url)
    return match.group() if match else ""


def shown_target(target: str) -> str:
    """A target for whoever is not to see more of URLs than which services there are."""
    if not are_urls(target):
        return target
    return ", ".join(f"{service_of(url)}(hidden)" for url in urls_of(target))


def hide_in(arguments: tuple[str, ...] | None, target: str | None) -> tuple[str, ...] | None:
    """Arguments, without what is secret in a target of URLs that stands among them."""
    if arguments is None or target is None:
        return arguments
    return tuple(argument.replace(target, shown_target(target)) for argument in arguments)
