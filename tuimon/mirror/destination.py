"""Where the metrics go: decided before `wandb.init`, so that it never asks and never waits.

Options of the command line win over ``WANDB_*`` variables, these over W&B's settings files.
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Literal

from tuimon.runs.record import MirrorOptions

Mode = Literal["online", "offline", "off"]

LOGIN_HINT = "run `tuimon login`, or set WANDB_API_KEY"

_FOREIGN = (
    # They belong to a run of the training's own: two writers on one run would spoil both.
    "WANDB_RUN_ID",
    "WANDB_RESUME",
    "WANDB_RESUME_FROM",
    "WANDB_FORK_FROM",
    "WANDB_SERVICE",
    "WANDB_SWEEP_ID",
    "WANDB_SWEEP_PARAM_PATH",
    # What tuimon decides itself.
    "WANDB_DIR",
    "WANDB_MODE",
    "WANDB_CONSOLE",
    "WANDB_PROGRAM",
    "WANDB_NAME",
    "WANDB_NOTES",
    "WANDB_TAGS",
    "WANDB_SYNC_TENSORBOARD",
    "WANDB_DISABLE_SERVICE",
)


@dataclass(frozen=True, slots=True)
class Destination:
    """The mode of a mirror; `reason` says in one line why it is not the one asked for."""

    mode: Mode
    reason: str | None = None
    insist: bool = False
    """The user asked for online: keep trying, and go offline only at the end of the training."""


def choose_mode(
    options: MirrorOptions, environ: Mapping[str, str], *, settings_mode: str | None
) -> Mode | Literal["auto"]:
    """The mode that was asked for; `settings_mode` is that of W&B's settings files."""
    if options.mode in ("online", "offline", "off"):
        return options.mode  # type: ignore[return-value]
    if environ.get("WANDB_DISABLED", "").lower() in ("1", "true", "yes"):
        return "off"
    match environ.get("WANDB_MODE") or settings_mode:
        case "disabled":
            return "off"
        case "offline" | "dryrun":
            return "offline"
    return "auto"


def destination(wanted: Mode | Literal["auto"], *, has_key: bool) -> Destination:
    """Settle the mode, knowing whether W&B has a key for its server."""
    if wanted in ("off", "offline"):
        return Destination(wanted)
    if has_key:
        return Destination("online", insist=wanted == "online")
    reason = f"no W&B key: {LOGIN_HINT}" if wanted == "online" else None
    return Destination("offline", reason)


def clean(environ: MutableMapping[str, str]) -> None:
    """Take out of the mirror's environment what must not act on its W&B run."""
    for name in _FOREIGN:
        environ.pop(name, None)
    if slurm := [name for name in environ if name.startswith("SLURM_")]:  # wandb sends them all
        from tuimon.masking.secret_names import verdict

        for name in slurm:
            if verdict(name) != "harmless":
                del environ[name]
    environ["WANDB_SILENT"] = "true"
    # wandb's own telemetry costs a seventh of each row, and calls its server in offline mode too.
    environ.setdefault("WANDB_ERROR_REPORTING", "false")
