"""How the processes beside a training begin: what they log, and what asks them to end."""

import logging
import os
import signal
import sys
import threading

from tuimon.runs.process import ASK, JOB_SIGNALS


def begin(name: str, *, guarded: bool) -> threading.Event:
    """Log to standard error as `name`; returns what is set when this process is to end early.

    Whoever has started it asks it to (`ask_to_end`). Beside a training (`guarded`) nobody else is
    listened to while that parent lives: what a scheduler sends to every process of a job is meant
    for the training, and what is kept here for W&B has yet to be sent.
    """
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format=f"%(asctime)s {name}[%(process)d] %(message)s",
        datefmt="%Y-%m-%d %H:%M:%S",
    )
    stop = threading.Event()
    parent = os.getppid()

    def heard(number: int, _frame: object) -> None:
        if number == ASK or not guarded or os.getppid() != parent:
            stop.set()

    for number in (ASK, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, heard)
    if guarded:
        # Handlers, and not SIG_IGN: that would be inherited by what this process starts.
        for number in JOB_SIGNALS - {signal.SIGTERM, signal.SIGINT}:
            signal.signal(number, lambda *_: None)
    return stop
