"""`tuimon doctor`: what works here, and what to do about the rest."""

import json
import locale
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import click

from tuimon.cli.run import training_python
from tuimon.cli.shared.common import CommandError
from tuimon.cli.shared.surroundings import kills_at_logout, lingers
from tuimon.runs.paths import state_home
from tuimon.runs.registry import list_runs
from tuimon.text import safe

Verdict = Literal["ok", "warn", "bad"]

_WANDB_TIMEOUT = 60.0
_PYTHON_TIMEOUT = 20.0
_ASK_PYTHON = """
import sys
print(sys.version.split()[0])
print(sys.prefix)
try:
    from importlib.metadata import version
except ImportError:
    from pkg_resources import get_distribution
    version = lambda name: get_distribution(name).version
for name in ("torch", "tensorflow", "jax"):
    try:
        print(name + " " + version(name))
    except Exception:
        pass
"""
"""For any Python 3."""
_LITTLE_SPACE = 1 << 30
_MARKS = {"ok": "ok  ", "warn": "note", "bad": "BAD "}
_SYSTEMD = Path("/run/systemd/system")
"""There where systemd is the init system (sd_booted(3))."""
_MOST_RUNS = 50
_AT_WORK = ("starting", "live", "offline")


class Finding(NamedTuple):
    """One line of the report."""

    what: str
    verdict: Verdict
    says: str
    do: str = ""
    """What to do about it; empty when nothing is to be done."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
def command(as_json: bool) -> int:
    """Check terminal, locale, Python, GPU library, W&B, logout rules, disk and uploads.

    Exit code 1 when something does not work at all.
    """
    findings: list[Finding] = []
    for look in CHECKS:
        for finding in look():
            findings.append(finding)
            if not as_json:
                _print(finding)
    if as_json:
        click.echo(json.dumps([finding._asdict() for finding in findings], indent=1))
    return int(any(finding.verdict == "bad" for finding in findings))


def _print(finding: Finding) -> None:
    line = f"{_MARKS[finding.verdict]} {finding.what:<10} {safe(finding.says)}"
    click.echo(f"{line}  -> {finding.do}" if finding.do else line)


def terminal() -> Iterator[Finding]:
    """Whether a screen can be drawn, and how big it is."""
    term = os.environ.get("TERM", "")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield Finding("terminal", "warn", "none here", "over SSH: ssh -t HOST tuimon")
    elif term in ("", "dumb"):
        yield Finding("terminal", "warn", f"TERM={term or '(not set)'}", "set TERM=xterm-256color")
    else:
        columns, rows = shutil.get_terminal_size()
        small = columns < 80 or rows < 24
        say = f"{term}, {columns}x{rows}" + (", inside tmux" if os.environ.get("TMUX") else "")
        yield Finding(
            "terminal", "warn" if small else "ok", say, "80x24 or more shows more" if small else ""
        )


def text() -> Iterator[Finding]:
    """Whether plot characters and colours come through."""
    encoding = locale.getpreferredencoding(False)
    if encoding.upper().replace("-", "") == "UTF8":
        yield Finding("locale", "ok", encoding)
    else:
        yield Finding("locale", "warn", f"{encoding}: curves are drawn in ASCII", "LANG=C.UTF-8")
    if "NO_COLOR" in os.environ:
        yield Finding("colours", "ok", "none, as NO_COLOR wants it")
    elif os.environ.get("COLORTERM") in ("truecolor", "24bit"):
        yield Finding("colours", "ok", "16 million")
    elif "256" in os.environ.get("TERM", ""):
        yield Finding("colours", "ok", "256 (COLORTERM=truecolor, if the terminal has more)")
    else:
        yield Finding("colours", "warn", "16", "TERM=xterm-256color")


def training() -> Iterator[Finding]:
    """Which Python a training will get, and what it can train with there."""
    try:
        python = training_python(os.environ)
        done = subprocess.run(
            [python, "-c", _ASK_PYTHON],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PYTHON_TIMEOUT,
            check=True,
        )
        version, prefix, *packages = done.stdout.splitlines()
    except CommandError as error:
        yield Finding("training", "warn", str(error))
        return
    except (OSError, ValueError, subprocess.SubprocessError):
        yield Finding("training", "bad", f"{python} does not answer as a Python does")
        return
    says = f"{python}, Python {version} of {prefix}"
    if packages:
        yield Finding("training", "ok", f"{says}: {', '.join(packages)}")
    else:
        activate = "activate the training's environment, or name its python: tuimon run -- PYTHON"
        yield Finding("training", "warn", f"{says}: no torch there", activate)


def gpu() -> Iterator[Finding]:
    """Whether the recorder will find GPUs to measure."""
    from pynvml import NVMLError_LibraryNotFound

    from tuimon.recorder.gpus import Gpus

    gpus = Gpus()
    nvidia, amd = gpus.nvidia, gpus.amd
    if amd.count:
        yield Finding("GPU", "ok", f"{amd.count} by AMD SMI")
    elif amd.error is not None and not nvidia.count:
        yield Finding("GPU", "warn", f"amdsmi does not answer: {amd.error}", "amd-smi tells why")
    if not nvidia.count and (amd.count or amd.error):
        return
    if isinstance(nvidia.error, NVMLError_LibraryNotFound):
        yield Finding("GPU", "warn", "no NVIDIA library (libnvidia-ml.so.1): no GPU metrics")
    elif nvidia.error is not None:
        why = f"the NVIDIA driver does not answer: {nvidia.error}"
        yield Finding("GPU", "bad", why, "nvidia-smi tells why")
    elif nvidia.lost:
        says = f"{nvidia.lost} of {nvidia.count} by NVML cannot be reached"
        yield Finding("GPU", "warn", says, "nvidia-smi tells why")
    else:
        yield Finding("GPU", "ok" if nvidia.count else "warn", f"{nvidia.count} by NVML")


def wandb() -> Iterator[Finding]:
    """Whether wandb works, is logged in, and its server answers."""
    told = _ask_wandb()
    if "version" not in told:
        yield Finding(
            "W&B", "bad", told.get("error", "no answer"), f"{sys.executable} -m pip install wandb"
        )
        return
    yield Finding("W&B", "ok", f"wandb {told['version']}, {told.get('server', 'no server')}")
    if about := told.get("about"):
        yield Finding("W&B", "warn", about)
    if told.get("mode") in ("offline", "disabled", "dryrun"):
        yield Finding("W&B mode", "warn", f"{told['mode']}, by WANDB_MODE or wandb's settings")
    if not told.get("key"):
        error = told.get("error")
        yield Finding("W&B login", "warn", error or "no key: runs stay offline", "tuimon login")
    elif "user" in told:
        yield Finding("W&B login", "ok", f"as {told['user']}")
    else:
        refused = "key is refused" in told.get("error", "")
        yield Finding(
            "W&B login" if refused else "W&B server",
            "bad",
            told.get("error", "no answer"),
            "tuimon login" if refused else "runs are recorded offline; later: tuimon sync --all",
        )


def _ask_wandb() -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tuimon.mirror.check"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_WANDB_TIMEOUT,
            env=os.environ | {"PYTHONSAFEPATH": "1"},
            check=False,
        )
        told: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return {"error": f"wandb did not answer within {_WANDB_TIMEOUT:.0f} s"}
    except (OSError, ValueError) as error:
        return {"error": f"wandb cannot be asked: {error}"}
    return told


def logout() -> Iterator[Finding]:
    """Whether logind ends what a user has left running at logout."""
    if not _SYSTEMD.is_dir():
        yield Finding("logout", "ok", "no systemd here: nothing ends trainings at logout")
        return
    kills = kills_at_logout()
    if kills is None:
        yield Finding("logout", "warn", "logind does not say whether it ends trainings at logout")
    elif not kills:
        yield Finding("logout", "ok", "trainings go on")
    elif lingers():
        yield Finding("logout", "ok", "KillUserProcesses=yes, but you linger: trainings go on")
    else:
        yield Finding(
            "logout", "bad", "KillUserProcesses=yes ends trainings", "loginctl enable-linger"
        )


def disk() -> Iterator[Finding]:
    """Whether the state directory takes files, and how many."""
    home = state_home()
    existing = next(path for path in (home, *home.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing) as file:
            file.write(b"tuimon")
    except OSError as error:
        yield Finding("state", "bad", f"{home}: {error.strerror}", "set TUIMON_HOME")
        return
    status = home.stat() if home.exists() else None
    if status is not None and (status.st_uid != os.geteuid() or status.st_mode & 0o022):
        # Whoever can write there can name processes that `tuimon stop` kills.
        yield Finding("state", "warn", f"others may write to {home}", f"chmod 700 {home}")
    usage = shutil.disk_usage(existing)
    free = f"{home}, {usage.free / (1 << 30):.1f} GB free"
    if usage.free < _LITTLE_SPACE:
        yield Finding("state", "warn", free, "make room, or set TUIMON_HOME")
    else:
        yield Finding("state", "ok", free)


def uploads() -> Iterator[Finding]:
    """The mirrors of the newest runs that are not at W&B as they should be."""
    offline = 0
    for run in list_runs()[:_MOST_RUNS]:
        mirror = run.mirror
        if mirror is None:
            continue
        offline += mirror.sync_command is not None
        says = f"{run.paths.id}: {mirror.detail or mirror.state}"
        if mirror.state == "failed" or (mirror.is_doubtful and mirror.detail):
            yield Finding("mirror", "warn", says, f"tuimon sync {run.paths.id}")
        elif mirror.detail and mirror.state in _AT_WORK and not run.state.ended:
            yield Finding("mirror", "warn", says)
    if offline:
        count = f"{offline} run{'s are' if offline > 1 else ' is'} offline"
        yield Finding("mirror", "warn", count, "tuimon sync --all")


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    terminal,
    text,
    training,
    gpu,
    wandb,
    logout,
    disk,
    uploads,
)
"""In the order of the report."""

_AT_A_GLANCE = (training, gpu, logout, disk)
"""Those that are quick, and matter before there is a run."""


def brief() -> Finding:
    """In one sentence what stands in the way of a training, if anything does, else what is there.

    Neither W&B nor a GPU need be: of these `tuimon doctor` tells.
    """
    found = [finding for look in _AT_A_GLANCE for finding in look()]
    wrong = [one for one in found if one.verdict == "bad"]
    wrong += [one for one in found if one.verdict == "warn" and one.what != "GPU"]
    if wrong:
        return wrong[0]._replace(says=" \u2192 ".join(filter(None, [wrong[0].says, wrong[0].do])))
    says = {one.what: one.says for one in found}
    number = says["GPU"].partition(" by ")[0]
    gpus = f"{number} GPU{'s' * (number != '1')}" if number.isdigit() else "no NVIDIA GPU"
    packages, space = says["training"].rpartition(": ")[2], says["state"].rpartition(", ")[2]
    return Finding("doctor", "ok", f"{packages} · {gpus} · {space}")
