"""The commands without a screen: run, ls, logs, stop, plain lines, refusals."""

import os
import signal
import subprocess
import time

import pytest

from support.host import TUIMON, WRITER, Host

QUIET = "import time\nprint('hello', flush=True)\ntime.sleep(60)\n"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["run", "nosuch.py"], "nosuch.py: no such script"),
        (["run", "nosuchtool"], "no such command on PATH"),
        (["run", "./data"], "not executable"),
        (["run"], "Missing argument"),
        (["run", "--mirror", "maybe", "x.py"], "--mirror"),
        (["run", "--config", "oops", "data.py"], "expected KEY=VALUE"),
        (["run", "--detach", "--foreground", "data.py"], "cannot be combined"),
        (["attach", "nosuch"], "no run is called"),
        (["attach"], "no run yet"),
        (["logs"], "no run yet"),
        (["stop"], "no run yet"),
        (["view", "nosuch"], "no such directory"),
        (["view", "data"], "neither a directory nor a log"),
        (["nosuchcommand"], "no command, and no directory"),
    ],
)
def test_bad_input_gets_one_clear_line(host: Host, args: list[str], says: str):
    (host.project / "data").write_text("not a program\0")
    (host.project / "data.py").write_text("pass")
    done = host.run(*args)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("tuimon: ")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_place_where_no_run_can_be_recorded_is_named(host: Host):
    refused = host.run("run", host.script("pass"), TUIMON_HOME="/dev/null")
    assert (refused.returncode, refused.stderr) == (
        2,
        "tuimon: no run can be recorded: File exists: /dev/null (TUIMON_HOME=DIR: elsewhere)\n",
    )


def test_a_script_that_dies_on_its_first_line_tells_why(host: Host):
    script = host.script("import nosuchmodule\n")
    done = host.run("run", "--foreground", script)
    assert done.returncode == 1
    assert "ModuleNotFoundError: No module named 'nosuchmodule'" in done.stdout
    assert "failed after 0s: exit code 1" in done.stderr
    plain = host.run("run", script)
    assert plain.returncode == 1
    assert "ModuleNotFoundError" in plain.stdout
    assert "exit code 1" in plain.stdout


def test_an_interpreter_that_is_no_program_is_refused_with_the_systems_words(host: Host):
    broken = host.project / "broken"
    broken.write_text("#!/no/such/interpreter\n")
    broken.chmod(0o755)
    done = host.run("run", "--foreground", "./broken")
    assert done.returncode == 2
    assert "could not be started" in done.stderr
    assert host.runs()[0]["state"] == "failed"


def test_foreground_passes_output_signals_and_the_exit_code(host: Host):
    script = host.script(
        "import time\nprint('ready', flush=True)\n"
        "try:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('saved')\n    exit(7)\n"
    )
    process = subprocess.Popen(
        [TUIMON, "run", "--foreground", "--mirror", "off", script],
        cwd=host.project,
        env=host.env,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 7
    assert "saved" in process.stdout.read()
    process.stdout.close()
    (run,) = host.runs()
    assert (run["state"], run["cause"]) == ("stopped", "stopped by Ctrl-C (SIGINT), exit code 7")


def test_ctrl_c_in_the_foreground_arrives_once_and_nothing_stays_behind(host: Host):
    script = host.script(
        "import signal, time\n"
        "count = 0\n"
        "def interrupt(number, frame):\n"
        "    global count\n"
        "    count += 1\n"
        "signal.signal(signal.SIGINT, interrupt)\n"
        "print('ready', flush=True)\n"
        "while not count: time.sleep(0.01)\n"
        "time.sleep(0.7)\n"
        "print('interrupts:', count)\n"
    )
    with host.terminal("run", "--foreground", "--mirror", "offline", script) as terminal:
        terminal.wait_for("ready")
        terminal.press("\x03")
        terminal.wait_for("interrupts: 1")
        assert terminal.wait_for_exit() == 0
        # In a job or container, recorder and mirror would have ended with this command.
        assert host.processes() == []
        assert host.runs()[0]["mirror"]["state"] == "finished"


def test_a_training_without_its_guardian_is_followed_and_stopped(host: Host):
    script = host.script(
        "import time\n"
        "print('ready', flush=True)\n"
        "try: time.sleep(60)\n"
        "except KeyboardInterrupt: print('saved')\n"
    )
    assert host.run("run", "--detach", "--mirror", "off", script).returncode == 0
    host.wait_for_output("ready")
    os.kill(host.runs()[0]["guardian"]["pid"], signal.SIGKILL)
    host.wait_for_state("lost")
    follower = subprocess.Popen(
        [TUIMON, "logs", "-f"], cwd=host.project, env=host.env, stdout=subprocess.PIPE, text=True
    )
    stopped = host.run("stop")
    assert (stopped.returncode, stopped.stderr) == (0, "")
    assert "has lost its guardian" in stopped.stdout
    assert follower.communicate(timeout=20)[0] == "ready\nsaved\n"
    assert host.run("stop").returncode == 2


def test_the_graces_of_a_launch_win_over_those_of_the_settings(host: Host):
    (host.home / "config.toml").write_text("[stop]\nterm_after = 50\nkill_after = 0.3\n")
    deaf = host.script(
        "import signal, time\n"
        "for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, signal.SIG_IGN)\n"
        "print('deaf', flush=True); time.sleep(60)\n"
    )
    host.run("run", "--detach", "--mirror", "off", "--stop-grace", "0.2", deaf)
    host.wait_for_output("deaf")
    assert host.run("stop", timeout=15).returncode == 0
    (run,) = host.runs()
    assert (run["state"], run["signal"]) == ("stopped", signal.SIGKILL)


def test_plain_lines_tell_what_a_training_is_doing(host: Host):
    script = host.script("input('name? ')\nimport time\ntime.sleep(60)")
    assert host.run("run", "--detach", "--mirror", "off", script).returncode == 0
    viewer = subprocess.Popen(
        [TUIMON, "attach", "--plain"], cwd=host.project, env=host.env, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert viewer.stdout is not None
    while "waits for input" not in (line := viewer.stdout.readline()):
        assert line
    assert host.run("pause").stdout.startswith("script is paused; go on: tuimon unpause ")
    while "running: paused" not in (line := viewer.stdout.readline()):
        assert line
    assert host.run("resume").stdout == "script is running again\n"
    assert host.run("stop", "--now").returncode == 0
    assert "script was stopped after" in viewer.communicate(timeout=20)[0]
    assert host.runs()[0]["signal"] == signal.SIGKILL


def test_a_stop_counts_down_everywhere_and_goes_on_when_asked_again(host: Host):
    deaf = host.script(
        "import signal, time\n"
        "for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, signal.SIG_IGN)\n"
        "print('deaf', flush=True); time.sleep(60)\n"
    )
    host.run("run", "--detach", "--mirror", "off", deaf)
    host.wait_for_output("deaf")
    with host.terminal("attach") as viewer, host.terminal("stop") as first:
        first.wait_for("SIGINT sent, SIGTERM in 5")
        viewer.wait_for("SIGINT sent, SIGTERM in 5")
        with host.terminal("attach") as another:
            another.wait_for("SIGINT sent")
            another.press("q")
            assert another.wait_for_exit() == 0
            # Wherever the emulator, which has no alternate screen, puts it.
            told = b"script is being stopped: SIGINT sent, SIGTERM in "
            another.wait_for(lambda _: told in another.received)
        with host.terminal("stop") as second:
            second.wait_for("SIGTERM sent, SIGKILL in 4")
            viewer.wait_for("SIGTERM sent, SIGKILL in 4")
            second.press("\x03")
            second.wait_for("script is being stopped all the same; see: tuimon ls")
            assert second.wait_for_exit() == 130
            assert host.run("stop", "--now", timeout=20).returncode == 0
        assert first.wait_for_exit() == 0
        assert "script was stopped after" in first.text
        assert "in 4" not in first.text
        viewer.wait_for("stopped  by request (SIGKILL)")
    assert host.runs()[0]["signal"] == signal.SIGKILL
    with host.terminal("ls", columns=80) as listing:
        listing.wait_for_exit()
        heading, run, why = listing.text.split("\n")[:3]
    assert heading.endswith("WHY")
    assert " stopped " in run
    assert why == "    by request (SIGKILL)"


def test_pausing_what_is_distributed_warns(host: Host):
    script = host.script("print('ready', flush=True)\nimport time; time.sleep(60)")
    ranks = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2"}
    host.run("run", "--detach", "--mirror", "off", script, **ranks)
    host.wait_for_output("ready")
    paused = host.run("pause")
    assert paused.stderr.startswith("tuimon: it is distributed: ranks that are paused for longer ")
    with host.terminal("attach") as viewer:
        viewer.wait_for("paused")
        viewer.press("P")
        viewer.wait_for(lambda text: "paused" not in text)
        viewer.press("P")
        viewer.wait_for("Pause script?")
        viewer.press("p")
        viewer.wait_for("It is distributed: ranks that are paused")
        viewer.wait_for("  paused ")
    assert host.run("stop", "--now").returncode == 0


def test_foreground_reports_a_killed_training_as_a_shell_does(host: Host):
    script = host.script("import os\nos.kill(os.getpid(), 9)\n")
    done = host.run("run", "--foreground", "--mirror", "off", script)
    assert done.returncode == 137
    assert " was killed after 0s by SIGKILL: from outside (kill -9, " in done.stderr
    assert host.runs()[0]["state"] == "killed"


def test_a_detached_run_is_listed_read_and_stopped_from_anywhere(host: Host, tmp_path_factory):
    assert host.run("run", "--detach", "--name", "big", host.script(QUIET)).returncode == 0
    host.project = tmp_path_factory.mktemp("elsewhere")
    table = host.run("ls").stdout.splitlines()
    assert table[0].split() == ["RUN", "NAME", "STATE", "STARTED", "TOOK", "SIZE", "WHY"]
    assert " big " in table[1]
    assert "running" in table[1]
    host.wait_for_output("hello\n")
    assert host.run("logs", "big").stdout == "hello\n"
    stopped = host.run("stop", "big")
    assert stopped.returncode == 0
    assert "big was stopped after " in stopped.stdout
    assert stopped.stdout.endswith("s by request (SIGINT)\n")
    again = host.run("stop", "big")
    assert again.returncode == 2
    assert again.stderr.count("\n") == 1
    assert host.run("run", "--detach", "--name", "big", host.script(QUIET)).returncode == 0
    (going, ended) = host.runs()
    meant = host.run("stop", ended["id"])
    assert meant.returncode == 2
    assert meant.stderr.endswith(f" by request (SIGINT); {going['id']} of that name runs\n")
    assert host.run("stop", "--now", "big").returncode == 0


def test_logs_follow_until_the_end(host: Host):
    script = host.script(
        "import time\nfor i in range(5):\n    print('line', i, flush=True)\n    time.sleep(0.2)\n"
    )
    host.run("run", "--detach", "--mirror", "off", script)
    followed = host.run("logs", "-f")
    assert followed.stdout.splitlines() == [f"line {i}" for i in range(5)]


def test_without_a_terminal_lines_are_printed_until_the_end(host: Host):
    offline = f"glob.glob('{host.home}/runs/*/*/mirror.json')"
    code = "write('log', 43)\nimport glob\n"
    code += f"while not any('tuimon sync' in open(name).read() for name in {offline}): pass\n"
    done = host.run("run", "--name", "train", host.script(WRITER + code))
    assert done.returncode == 0
    assert "is not a terminal: printing lines" in done.stderr
    lines = done.stdout.splitlines()
    assert "train running" in lines
    last = [line for line in lines if line.startswith("step ")][-1]
    assert last.startswith("step 42 ")
    assert "loss 14" in last
    assert any("train finished after" in line for line in lines)
    assert any(line.startswith("upload to W&B: tuimon sync ") for line in lines)
    attached = host.run("attach")
    assert attached.returncode == 0
    assert "step 42 " in attached.stdout


def test_a_dumb_terminal_gets_lines(host: Host):
    host.run("run", "--detach", "--mirror", "off", host.script("print('x')"))
    with host.terminal("attach", TERM="dumb") as terminal:
        assert terminal.wait_for_exit() == 0
        assert "TERM=dumb: printing lines" in terminal.text
        assert b"\x1b" not in terminal.received


def test_the_states_of_a_run_are_told_truly(host: Host):
    host.run("run", "--detach", "--mirror", "off", host.script("exit(0)"))
    assert host.wait_for_end()["state"] == "finished"
    host.run("run", "--detach", "--mirror", "off", host.script("exit(3)"))
    run = host.wait_for_end()
    assert (run["state"], run["exit_code"]) == ("failed", 3)
    host.run("run", "--detach", "--mirror", "off", host.script(QUIET))
    run = host.wait_for_state("running")
    for process in host.processes():
        if process.pid == run["guardian"]["pid"]:
            process.kill()
    lost = host.wait_for_state("lost")
    assert "the guardian was killed" in lost["cause"]


def test_the_python_of_the_path_runs_the_script(host: Host, tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "python").write_text('#!/bin/sh\necho "my python ran $1"\n')
    (tools / "python").chmod(0o755)
    script = host.script("pass")
    done = host.run(
        "run", "--foreground", "--mirror", "off", script, PATH=f"{tools}:{host.env['PATH']}"
    )
    assert done.stdout == "my python ran script.py\n"


def test_a_module_runs_with_all_its_arguments(host: Host):
    host.script("import sys\nprint(sys.argv[1:])\n", "job.py")
    done = host.run("run", "--foreground", "--mirror", "off", "-m", "job", "--lr", "1", "-x")
    assert done.stdout == "['--lr', '1', '-x']\n"


def test_a_pipe_that_closes_early_is_no_traceback(host: Host):
    host.run("run", "--detach", "--mirror", "off", host.script("print('x\\n' * 10**5)"))
    host.wait_for_end()
    process = subprocess.Popen(
        [TUIMON, "logs"],
        cwd=host.project,
        env=host.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    process.wait(20)
    assert process.stderr.read() == ""
    process.stderr.close()


def test_help_and_version_are_quick_to_ask(host: Host):
    begin = time.monotonic()
    assert "run" in host.run("--help").stdout
    assert host.run("--version").stdout.startswith("tuimon ")
    assert "Commands" in host.run().stdout
    assert time.monotonic() - begin < 60
