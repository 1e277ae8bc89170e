"""A process of its own that sends one notice by URLs: what hangs there can be killed.

It is given JSON on its standard input, since what is secret in URLs is no argument that others see,
and prints nothing of it.
"""

import json
import logging
import sys

from tuimon.notice_urls import urls_of

_KINDS = {"INFO": "info", "WARN": "warning", "ERROR": "failure"}


def main() -> int:
    """Send it; 1 if one of the services did not take it."""
    import apprise

    logging.disable()  # messages of Apprise and below it name URLs
    told = json.loads(sys.stdin.buffer.read())
    services = apprise.Apprise()
    for url in urls_of(told["urls"]):
        services.add(url)
    parts = (told["TUIMON_TEXT"], told["TUIMON_CURVE"], told["TUIMON_LINES"])
    sent = services.notify(
        title=told["TUIMON_TITLE"],
        body="\n\n".join(filter(None, parts)),
        notify_type=_KINDS[told["TUIMON_LEVEL"]],
        body_format="text",
    )
    return 0 if sent else 1


if __name__ == "__main__":
    sys.exit(main())
