"""What a training finds of tuimon: terminal, standard input, environment, Python."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.host import TUIMON, Host
from support.sampling import few

ASKS = r"""
import os, select, sys, termios, time, tty
fd = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
before = termios.tcgetattr(fd)
tty.setcbreak(fd)
QUERIES = [b"\x1b[?6n", b"\x1b[=c", b"\x1b]4;7;?\x07", b"\x1b[>0q", b"\x1bP$qm\x1b\\"]
begin, answered = time.monotonic(), 0
for number in range(20):
    os.write(fd, b"text " + QUERIES[number % 5])
    if select.select([fd], [], [], 5.0)[0]:
        answered += b"\x1b" in os.read(fd, 100)
termios.tcsetattr(fd, termios.TCSANOW, before)
print(f"{answered} answered in {time.monotonic() - begin:.2f} s", flush=True)
if sys.argv[1:]:
    input("wait")
"""
QUERIES = (b"\x1b[?6n", b"\x1b[=c", b"\x1b]4;7;?", b"\x1b[>0q", b"\x1bP$qm")


class TestQueries:
    def test_are_answered_and_reach_no_terminal_in_the_foreground(self, host: Host):
        script = host.script(ASKS)
        with host.terminal("run", "--foreground", "--mirror", "off", script) as terminal:
            text = terminal.wait_for("answered in")
            terminal.wait_for_exit()
        assert "20 answered in" in text
        assert float(text.split(" answered in ")[1].split()[0]) < 4
        assert not [query for query in QUERIES if query in terminal.received]

    @pytest.mark.parametrize("command", few([["attach"], ["attach", "--interactive"], ["logs"]]))
    def test_reach_no_terminal_of_whoever_watches(self, host: Host, command: list[str]):
        script = host.script(ASKS)
        assert host.run("run", "--detach", "--mirror", "off", script, "wait").returncode == 0
        host.wait_for_output("answered in")
        with host.terminal(*command) as terminal:
            terminal.wait_for("20 answered in")
        assert not [query for query in QUERIES if query in terminal.received]


class TestInput:
    READS = "import sys; data = sys.stdin.buffer.read(); print(len(data), data[-3:], flush=True)"

    @pytest.mark.parametrize("mode", few([["--foreground"], ["--plain"], ["--detach"]]))
    def test_a_pipe_reaches_the_training(self, host: Host, mode: list[str]):
        size = 300_000  # more than a pipe holds
        sent = b"\x04\x03" + bytes(size - 3) + b"\xff"
        subprocess.run(
            [TUIMON, "run", *mode, "--mirror", "off", host.script(self.READS)],
            cwd=host.project,
            env=host.env,
            input=sent,
            capture_output=True,
            timeout=60,
        )
        host.wait_for_end()
        assert host.run("logs").stdout == f"{size} {sent[-3:]!r}\n"

    def test_a_file_reaches_the_training(self, host: Host):
        (host.project / "data").write_bytes(b"12345")
        with (host.project / "data").open("rb") as file:
            subprocess.run(
                [TUIMON, "run", "--detach", "--mirror", "off", host.script(self.READS)],
                cwd=host.project,
                env=host.env,
                stdin=file,
                timeout=60,
                check=True,
            )
        host.wait_for_end()
        assert host.run("logs").stdout == "5 b'345'\n"

    def test_nothing_to_read_is_the_end_of_it_in_the_foreground(self, host: Host):
        done = host.run("run", "--foreground", "--mirror", "off", host.script(self.READS))
        assert done.stdout == "0 b''\n"

    def test_whoever_writes_into_the_pipe_of_one_that_has_ended_notices(self, host: Host):
        script = host.script("print(input(), flush=True)")
        command = f"yes | {TUIMON} run --foreground --mirror off {script}"
        done = subprocess.run(
            ["bash", "-c", f"{command}; echo ${{PIPESTATUS[@]}}"],
            cwd=host.project,
            env=host.env,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.stdout == "y\n141 0\n"


DOCUMENTED = {
    "PYTHONPATH",
    "TUIMON_WRITERS",
    "WANDB_X_TRANSACTION_LOG_FLUSH_INTERVAL",
}
"""What "What a training finds" in how-it-works tells."""


@pytest.mark.parametrize(
    ("mode", "locale"),
    [("--foreground", {"LANG": "C.UTF-8"}), ("--detach", {}), ("screen", {"LANG": "C.UTF-8"})],
)
def test_environment(host: Host, mode: str, locale: dict[str, str]):
    keep = ("PATH", "HOME", "TUIMON_HOME", "TUIMON_CONFIG")
    host.env = {name: os.environ[name] for name in keep} | locale | {"TERM": "xterm", "A": "1"}
    script = host.script(
        "#!/bin/sh\ncat /proc/self/environ | tr '\\0' '\\n' | sort > environment\n"
        "cat /proc/self/oom_score_adj > score\nulimit -a > limits\numask > mask\n",
        "script.sh",
    )
    (host.project / script).chmod(0o755)
    command = ["run", *([] if mode == "screen" else [mode]), "--mirror", "off", f"./{script}"]
    if mode == "screen":
        with host.terminal(*command) as terminal:
            terminal.wait_for("finished")
            terminal.press("q")
            terminal.wait_for_exit()
    else:
        host.run(*command)
    host.wait_for_end()
    found = dict(
        line.split("=", 1) for line in (host.project / "environment").read_text().splitlines()
    )
    added = {name for name in found if name not in host.env}
    # A shell adds these.
    assert added - {"PWD", "OLDPWD", "_", "SHLVL"} == DOCUMENTED
    assert {name: found[name] for name in host.env} == dict(host.env)
    assert (host.project / "score").read_text() == Path("/proc/self/oom_score_adj").read_text()
    own = subprocess.run(["sh", "-c", "ulimit -a; umask"], capture_output=True, text=True)
    limits = (host.project / "limits").read_text() + (host.project / "mask").read_text()
    assert limits == own.stdout


@pytest.mark.parametrize(
    "how", few(["./venv/bin/python", "venv/bin/python", "absolute", "on PATH"])
)
def test_the_python_of_a_virtual_environment_is_not_that_of_the_system(host: Host, how: str):
    venv = host.project / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    script = host.script("import sys; print(sys.prefix, *sys.argv)")
    python = str(venv / "bin" / "python") if how == "absolute" else how
    env = {"PATH": f"venv/bin:{host.env['PATH']}"} if how == "on PATH" else {}
    command = [script, "1"] if how == "on PATH" else ["--", python, script, "1"]
    done = host.run("run", "--foreground", "--mirror", "off", *command, **env)
    assert done.stdout == f"{venv} {script} 1\n"
