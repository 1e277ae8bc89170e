"""Importing numpy without the threads that it starts for linear algebra."""

import os

_THREADS = "OPENBLAS_NUM_THREADS"


def import_numpy() -> None:
    """Import numpy with one thread for linear algebra.

    OpenBLAS starts a thread for each core as it is loaded: on a large host that takes longer than
    all that is asked of it here. It listens to an environment variable alone, which nothing that is
    started from this process may inherit.
    """
    given = os.environ.get(_THREADS)
    os.environ.setdefault(_THREADS, "1")
    try:
        import numpy  # noqa: F401
    finally:
        if given is None:
            del os.environ[_THREADS]
