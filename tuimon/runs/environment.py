"""The variables that a training was started with, in ``environment.json`` beside its record.

Written once, by the launcher, so that the run can be repeated. Left out is what belongs to the
terminal, the login and the job of a scheduler, and what is secret by its name or its looks.
"""

import re
from collections.abc import Iterable, Mapping

_LONGEST = 4096
"""Characters of a value: what is longer sets up a shell, and no training."""
_OF_THE_PLACE = re.compile(
    r"_|PWD|OLDPWD|SHLVL|SHELL|TERM|TERM_\w+|COLORTERM|COLUMNS|LINES|WINDOWID|DISPLAY|EDITOR|VISUAL"
    r"|PAGER|LESS\w*|LS_COLORS|PS\d|PROMPT\w*|HIST\w+|MAIL|HOME|USER|USERNAME|LOGNAME|HOSTNAME|HOST"
    r"|TMPDIR|INVOCATION_ID|JOURNAL_STREAM|BASH_\w+|VSCODE_\w+|(TMUX|STY|SSH|XDG|DBUS|GPG|KITTY|VTE"
    r"|ITERM|WT|WAYLAND|WEZTERM|ALACRITTY|TUIMON|SLURM|PBS|LSB|SGE|OAR|FLUX|PMI\w?|PMIX|OMPI)(_\w+)?"
)
"""Of a terminal, a login, or a job that may be over."""
_SCHEDULERS = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID", "OAR_JOB_ID", "FLUX_JOB_ID")
_BY_SCHEDULERS = frozenset({"CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "GPU_DEVICE_ORDINAL"})
"""In a job these tell what it was given."""


def worth_keeping(environment: Mapping[str, str], secrets: Iterable[str] = ()) -> dict[str, str]:
    """The variables that a training may depend on; `secrets` are names that the user has added."""
    from tuimon.masking.mask import Mask  # its patterns take 10 ms, which few commands need

    mask = Mask(secrets)
    in_a_job = any(name in environment for name in _SCHEDULERS)
    return {
        name: value
        for name, value in sorted(environment.items())
        if len(value) <= _LONGEST
        and not _OF_THE_PLACE.fullmatch(name)
        and not (in_a_job and name in _BY_SCHEDULERS)
        and mask.value(name, value) == value
    }


def changes(then: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """The variables that had another value then, or that are not set now."""
    return {name: value for name, value in then.items() if now.get(name) != value}
