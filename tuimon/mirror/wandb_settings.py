"""The settings of a W&B run, in the words of the installed wandb."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tuimon.masking.mask import Mask
from tuimon.mirror.wandb_client import FINISH_TIMEOUT_OFFLINE, FINISH_TIMEOUT_ONLINE, INIT_TIMEOUT
from tuimon.runs.git import git_remote, git_root, git_state
from tuimon.runs.record import RunRecord
from tuimon.runs.source_copy import place_of, script_of
from tuimon.text import escaped

_YES = ("true", "1", "yes", "on", "t", "y")
_NOWHERE = "/nonexistent"
"""In place of a script and a repository that wandb is not to read by itself."""


def settings_of(
    record: RunRecord,
    git: Mapping[str, Any],
    mask: Mask,
    *,
    online: bool,
    measures: bool,
    on_stop: Callable[[], None],
) -> Any:
    """What wandb is told of a launch, in the names that the installed one has for it.

    It `measures` the launch's processes, or nothing. `on_stop` is called by a thread of its own.
    """
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
        **(_system_metrics(record) if measures else {"x_disable_stats": True}),
        **_program(mask.command(record.argv), record.cwd),
        **_git(record, git, mask),
        "save_code": False,
        # A function: wandb copies its settings, and a method with all that it belongs to.
        "stop_fn": lambda: on_stop(),
    }
    told: dict[str, Any] = {
        name: escaped(value) if isinstance(value, str) else value
        for wanted_name, value in wanted.items()
        if value is not None and (name := _name_here(wanted_name)) is not None
    }
    return wandb.Settings(**told)


def tells_stops() -> bool:
    """Whether the installed wandb (0.26.1 and newer) tells of "Stop run" without a signal."""
    return _name_here("stop_fn") is not None


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


def saves_code(record: RunRecord) -> bool:
    """Whether the user wants the code of a launch at W&B."""
    if not record.mirror.save_code or record.child is None:
        return False
    wanted = os.environ.get("WANDB_SAVE_CODE", "true").lower() in _YES
    return wanted and os.environ.get("WANDB_DISABLE_CODE", "").lower() not in _YES


def _system_metrics(record: RunRecord) -> dict[str, Any]:
    """Measure the training's processes; nothing when they are gone."""
    if record.child is None or record.state.ended:
        return {"x_disable_stats": True}
    return {"x_stats_pid": record.child.pid, "x_stats_track_process_tree": True}


def _git(record: RunRecord, git: Mapping[str, Any], mask: Mask) -> dict[str, Any]:
    """Remote and commit of a launch; of logs that were there already nothing is known.

    wandb would take them, and the changes, from the working tree as it is now. What it finds in
    place of that is no repository.
    """
    if not record.command or git_root(record.cwd) is None:
        return {"disable_git": True}
    remote = mask.text(git_remote(record.cwd) or "")
    commit = git.get("git_commit") or git_state(record.cwd).commit
    return {"git_root": _NOWHERE, "git_remote_url": remote, "git_commit": commit}


def _program(argv: Sequence[str], cwd: str) -> dict[str, str]:
    script = script_of(argv)
    if script is None:
        return {"program": " ".join(argv[:2])}
    place = place_of(cwd, script)
    # The file itself is sent as `send_source` has it: wandb finds none here.
    found = {"program": script, "program_abspath": _NOWHERE}
    return found if place.startswith("..") else found | {"program_relpath": place}
