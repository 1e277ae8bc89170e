"""Where the metrics go."""

import pytest

from tuimon.mirror.destination import Destination, choose_mode, clean, destination
from tuimon.runs.record import MirrorOptions


@pytest.mark.parametrize(
    ("option", "environ", "settings_mode", "wanted"),
    [
        ("auto", {}, None, "auto"),
        ("auto", {"WANDB_MODE": "offline"}, None, "offline"),
        ("auto", {"WANDB_MODE": "dryrun"}, None, "offline"),
        ("auto", {"WANDB_MODE": "disabled"}, None, "off"),
        ("auto", {"WANDB_DISABLED": "true"}, None, "off"),
        ("auto", {"WANDB_DISABLED": "Yes", "WANDB_MODE": "online"}, None, "off"),
        ("auto", {"WANDB_DISABLED": "false"}, None, "auto"),
        ("auto", {"WANDB_MODE": "online"}, "offline", "auto"),
        ("auto", {}, "offline", "offline"),
        ("online", {"WANDB_MODE": "disabled"}, "offline", "online"),
        ("off", {"WANDB_MODE": "online"}, None, "off"),
    ],
)
def test_options_win_over_the_environment_and_that_over_settings(
    option: str, environ: dict[str, str], settings_mode: str | None, wanted: str
) -> None:
    options = MirrorOptions(mode=option)
    assert choose_mode(options, environ, settings_mode=settings_mode) == wanted


def test_auto_is_online_with_a_key_and_offline_without() -> None:
    assert destination("auto", has_key=True) == Destination("online")
    assert destination("auto", has_key=False) == Destination("offline")
    assert destination("offline", has_key=True) == Destination("offline")
    assert destination("online", has_key=True) == Destination("online", insist=True)
    missing = destination("online", has_key=False)
    assert missing.mode == "offline"
    assert "tuimon login" in (missing.reason or "")


def test_the_trainings_own_wandb_run_is_left_alone() -> None:
    environ = {"WANDB_RUN_ID": "theirs", "WANDB_SERVICE": "x", "WANDB_PROJECT": "p", "HOME": "/h"}
    environ |= {"SLURM_JWT": "x", "SLURM_JOB_ID": "7", "HF_TOKEN": "theirs"}
    clean(environ)
    assert "WANDB_RUN_ID" not in environ
    assert "WANDB_SERVICE" not in environ
    assert (environ["WANDB_PROJECT"], environ["HOME"]) == ("p", "/h")
    kept = {"SLURM_JOB_ID", "HF_TOKEN"}
    assert {"SLURM_JWT", *kept} & environ.keys() == kept, "wandb sends what is Slurm's"
