"""Importing what is large without what that costs besides."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

_THREADS = "OPENBLAS_NUM_THREADS"


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import modules in this context that stay until the process ends.

    Looking for garbage among what they make costs a tenth, so that is left out, now and later. And
    OpenBLAS starts a thread for each core as numpy loads it: on a large host that takes longer than
    all that is asked of it here. It listens to an environment variable alone, which nothing that
    is started from this process may inherit.
    """
    given = os.environ.get(_THREADS)
    os.environ.setdefault(_THREADS, "1")
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
        if given is None:
            del os.environ[_THREADS]
