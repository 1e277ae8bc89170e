"""What wandb is told of how a run is to be kept, by the installed version's own names."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tuimon.mirror.destination import git_root
from tuimon.mirror.keys import utf8_below
from tuimon.runs.record import RunRecord

INIT_TIMEOUT = 20.0
FINISH_TIMEOUT_OFFLINE = 60.0
FINISH_TIMEOUT_ONLINE = 480.0
"""Seconds; the guardian waits ten minutes for everything that follows the end of a training."""


def run_settings(record: RunRecord, *, online: bool) -> Any:
    """The settings of a run, which wandb checks."""
    import wandb

    wanted: dict[str, Any] = {
        "console": "off",
        "silent": True,
        "init_timeout": INIT_TIMEOUT,
        "finish_timeout": FINISH_TIMEOUT_ONLINE if online else FINISH_TIMEOUT_OFFLINE,
        "finish_timeout_raises": True,
        "disable_job_creation": True,
        "host": record.host,
        # Whole seconds: wandb-core cuts fractions, and 0 means its default of 15.
        "x_file_stream_transmit_interval": 2,
        "x_transaction_log_flush_interval": 1.0,
        # The packages of the mirror's environment say nothing about the training's.
        "x_save_requirements": False,
        # The mirror writes the summary itself. Online the server would be asked to derive one.
        "x_server_side_derived_summary": None if online else True,
        "x_executable": record.command[0] if record.command else None,
        **_system_metrics(record),
        **_program(record.argv, record.cwd),
        "save_code": _saves_code(record),
    }
    return wandb.Settings(
        **{
            name: utf8_below(value)
            for wanted_name, value in wanted.items()
            if value is not None and (name := _name_here(wanted_name)) is not None
        }
    )


def _name_here(setting: str) -> str | None:
    """What the installed wandb calls a setting of today's; None if it has none such.

    Names with x_ are private to wandb (they began with _ alone before 0.19): one that is gone, or
    not there yet, is no reason to fail.
    """
    import wandb

    known = {
        name for kind in wandb.Settings.__mro__ for name in getattr(kind, "__annotations__", ())
    }
    return next((name for name in (setting, setting.removeprefix("x")) if name in known), None)


def _saves_code(record: RunRecord) -> bool | None:
    """False unless the user and W&B's own settings agree; None leaves it to those."""
    if not record.mirror.save_code or record.child is None:
        return False
    return None if "WANDB_SAVE_CODE" in os.environ else True


def _system_metrics(record: RunRecord) -> dict[str, Any]:
    """Measure the training's processes; nothing when they are gone."""
    if record.child is None or record.state.ended:
        return {"x_disable_stats": True}
    return {"x_stats_pid": record.child.pid, "x_stats_track_process_tree": True}


def _program(argv: Sequence[str], cwd: str) -> dict[str, str]:
    root = git_root(cwd)
    found: dict[str, str] = {} if root is None else {"git_root": root}
    script = next((argument for argument in argv if argument.endswith(".py")), None)
    if script is None:
        return found | {"program": " ".join(argv[:2])}
    path = os.path.normpath(Path(cwd, script))
    relative = os.path.relpath(path, root or cwd)
    found |= {"program": script, "program_abspath": path}
    return found if relative.startswith("..") else found | {"program_relpath": relative}
