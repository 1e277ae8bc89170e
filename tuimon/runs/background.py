"""How the processes beside a training begin: what they log, and what asks them to end."""

import logging
import signal
import sys
import threading


def begin(name: str) -> threading.Event:
    """Log to standard error as `name`; returns what SIGTERM and SIGINT set from now on."""
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format=f"%(asctime)s {name}[%(process)d] %(message)s",
        datefmt="%Y-%m-%d %H:%M:%S",
    )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
