"""What on this host would end a detached training, and what can be done about it."""

import getpass
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_CGROUP = Path("/proc/self/cgroup")
_LINGER = Path("/var/lib/systemd/linger")
_SECONDS = 3.0

# A login session that logind has made, over SSH for example (systemd-logind.service(8)).
_LOGIN_SESSION = re.compile(r"/user\.slice/user-\d+\.slice/session-[^/]+\.scope$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LaunchContext:
    """How to start a guardian here."""

    prefix: tuple[str, ...] = ()
    """What its command is to be begun with."""
    warnings: tuple[str, ...] = ()
    """What will end the training all the same, and the cure; a sentence each."""


def look_around(run_id: str, env: Mapping[str, str]) -> LaunchContext:
    """Find out what endangers a training that is detached from here; takes 20 ms at most, as a
    rule none."""
    if job := env.get("SLURM_JOB_ID"):
        return LaunchContext(
            warnings=(
                f"Slurm ends the training when job {job} ends: "
                "use `tuimon run --foreground`, and the job lasts as long as the training",
            )
        )
    if _is_of_main_process():
        return LaunchContext(
            warnings=(
                "the training ends when this container does, and the container when this shell "
                "does: use `tuimon run --foreground` as its command, or keep the container running",
            )
        )
    if _is_login_session() and kills_at_logout():
        return _outside_the_session(run_id, env)
    return LaunchContext()


def kills_at_logout() -> bool | None:
    """logind.conf(5), KillUserProcesses=, as the daemon has it; None when it does not tell."""
    command = [
        *("busctl", "get-property", "org.freedesktop.login1", "/org/freedesktop/login1"),
        *("org.freedesktop.login1.Manager", "KillUserProcesses"),
    ]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return {"b true": True, "b false": False}.get(done.stdout.strip())


def lingers() -> bool:
    """Whether the user's manager lives on when the user has logged out (loginctl(1))."""
    return (_LINGER / getpass.getuser()).exists()


def _is_of_main_process() -> bool:
    """Whether the session of this shell is that of PID 1, as in `docker run -it`."""
    try:
        return os.getpid() == 1 or os.getsid(0) == os.getsid(1)
    except OSError:
        return False


def _is_login_session() -> bool:
    try:
        return _LOGIN_SESSION.search(_CGROUP.read_text()) is not None
    except OSError:
        return False


def _outside_the_session(run_id: str, env: Mapping[str, str]) -> LaunchContext:
    """In a scope of the user's manager, which lives as long as the user lingers."""
    systemd_run = shutil.which("systemd-run", path=env.get("PATH"))
    runtime = env.get("XDG_RUNTIME_DIR")
    has_manager = runtime is not None and (Path(runtime) / "systemd" / "private").exists()
    if systemd_run is None or not has_manager:
        return LaunchContext(
            warnings=(
                "this host ends your processes when you log out (KillUserProcesses=yes), and "
                "there is no systemd of yours to run them: ask its administrator",
            )
        )
    prefix = (
        *(systemd_run, "--user", "--scope", "--quiet", "--collect"),
        *(f"--unit=tuimon-{run_id}", "--"),
    )
    if lingers():
        return LaunchContext(prefix)
    return LaunchContext(
        prefix,
        (
            "this host ends your processes when you log out (KillUserProcesses=yes); do this "
            "once, now is not too late: loginctl enable-linger",
        ),
    )
