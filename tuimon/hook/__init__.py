"""What runs inside the training's Python: its writers flush at once and tell where they write,
what it prints comes out by the line, and it tells where it is when it is asked.

Writers are those of TensorBoard and wandb, where the script calls that itself.

It gets there by the environment alone: `site/`, which holds nothing but a ``sitecustomize.py``,
comes first on PYTHONPATH. Standard library only; it never raises and changes no result.
"""

import os
from collections.abc import Mapping
from pathlib import Path

_SITE = Path(__file__).with_name("site")

REPORTS_VARIABLE = "TUIMON_WRITERS"
"""Names the directory of the reports. Without it the hook does nothing."""

WHERE_SIGNAL = 7
"""Beyond SIGRTMIN: a hooked Python writes where its threads are, as faulthandler does, ..."""
WHERE_FILE = "/memfd:tuimon-where"
"""... to the open file (proc(5), ``/proc/PID/fd``) whose name begins so; the variables that tell
its rank follow, each behind a blank."""

_FLUSH_WANDB = "WANDB_X_TRANSACTION_LOG_FLUSH_INTERVAL"
"""W&B's setting: seconds that its file may lag behind the script, which are 15 by default."""


def hooked(environment: Mapping[str, str], reports: Path) -> dict[str, str]:
    """`environment` with the hook in it; writers are reported to the directory `reports`."""
    path = environment.get("PYTHONPATH")
    return {
        _FLUSH_WANDB: "1",
        **environment,
        "PYTHONPATH": f"{_SITE}{os.pathsep}{path}" if path else str(_SITE),
        REPORTS_VARIABLE: str(reports),
    }
