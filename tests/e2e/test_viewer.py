"""The screen in a real terminal: sizes, leaving, losing the terminal, hostile output."""

import signal

import pytest

from support.event_files import scalar, version, write
from support.host import WRITER, Host
from support.sampling import few
from support.waiting import wait_until

GOES_ON = """
print("begin", flush=True)
write("log", 10**6, ("Loss/train", "Loss/test"), pause=0.05)
"""


@pytest.fixture(scope="module")
def running(shared_host: Host) -> Host:
    """A training that goes on until it is stopped."""
    script = shared_host.script(WRITER + GOES_ON)
    started = shared_host.run("run", "--detach", "--mirror", "off", script)
    assert started.returncode == 0, started.stderr
    return shared_host


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40), (200, 50)])
def test_the_screen_fills_its_terminal_and_is_aligned(running: Host, columns: int, rows: int):
    with running.terminal("attach", columns=columns, rows=rows) as terminal:
        screen = terminal.wait_for(
            lambda text: (
                "━ test" in text
                and "begin" in text
                and text.count("┤") >= 3
                and text.rpartition("\n")[2].startswith(" q leave")  # no message any more
            )
        )
        lines = screen.split("\n")
        assert lines[0].startswith(" ● script  running")
        assert lines[-1].startswith(" q leave")
        assert "? help" in lines[-1]
        assert ("tags 2" in screen) == (columns >= 100)
        frame = [line.index("┤") for line in lines if "┤" in line]
        assert len(frame) >= 3
        assert len(set(frame)) == 1, "y axes in line"


@pytest.mark.parametrize(
    ("columns", "console"), few([(120, 85), (80, 79), (200, 120)], unpack=True)
)
def test_what_fills_the_trainings_terminal_is_shown_whole(host: Host, columns: int, console: int):
    script = host.script("import os; print('=' * (os.get_terminal_size().columns - 1) + '|')")
    with host.terminal("run", "--mirror", "off", script, columns=columns) as terminal:
        screen = terminal.wait_for("=|")
        assert "=" * (console - 1) + "|" in screen


def test_a_small_terminal_says_what_it_needs_and_recovers(running: Host):
    with running.terminal("attach", columns=40, rows=10) as terminal:
        screen = terminal.wait_for("needs more room")
        assert "50x14" in screen
        assert "40x10" in screen
        terminal.resize(90, 30)
        terminal.wait_for("━ train")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_leaving_says_how_to_come_back_and_restores_the_terminal(running: Host):
    with running.terminal("attach") as terminal:
        terminal.wait_for("━ train")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        run = running.runs()[0]["id"]
        last = (
            terminal.received.decode().replace("\r", "").partition("script is still running\n")[2]
        )
        assert last.startswith(f"  watch it: tuimon attach {run}\n  end it:   tuimon stop {run}\n")
        warnings = last.splitlines()[2:]  # of what this host does to trainings, if anything
        assert all(line.startswith("warning: ") for line in warnings)
        assert terminal.received.rindex(b"\x1b[?1049l") > terminal.received.rindex(b"\x1b[?1049h")
        title = "\x1b]0;● script running".encode()
        assert terminal.received.index(b"\x1b[22;0t\x1b]0;") < terminal.received.index(title)
        assert terminal.received.rindex(b"\x1b]0;\x07\x1b[23;0t") > terminal.received.rindex(title)
        assert terminal.received.rindex(b"\x1b[?1000l") > terminal.received.rindex(b"\x1b[?1000h")
    document = running.runs()[0]
    assert document["state"] == "running"
    assert document["options"] == ["--detach", "--mirror", "off"]
    again = f"cd {running.project} && tuimon run --mirror off {document['argv'][0]}"
    assert document["again"] == again


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_signals_end_the_viewer_cleanly_and_leave_the_training(running: Host, number: int):
    with running.terminal("attach") as terminal:
        terminal.wait_for("━ train")
        terminal.kill(number)
        terminal.wait_for_exit()
        assert b"\x1b[?1049l" in terminal.received
    assert running.runs()[0]["state"] == "running"


def test_a_lost_terminal_or_a_killed_viewer_leaves_the_training(running: Host):
    for lose in ("close", "kill"):
        terminal = running.terminal("attach")
        terminal.wait_for("━ train")
        getattr(terminal, lose)()
        wait_until(lambda terminal=terminal: terminal.process.poll() is not None)
        terminal.close()
        assert running.runs()[0]["state"] == "running"
    with running.terminal("attach") as terminal:
        terminal.wait_for("━ train")


STOPPABLE = """
try:
    write("log", 10**6, ("Loss/train", "Loss/test"), pause=0.05)
except KeyboardInterrupt:
    sys.exit("saved")
"""


def test_a_training_is_stopped_from_the_screen_after_a_question(host: Host):
    script = host.script(WRITER + STOPPABLE, "train.py")
    with host.terminal("run", "--mirror", "off", script) as terminal:
        terminal.wait_for("━ train")
        terminal.press("S")
        terminal.wait_for("Stop train?")
        terminal.press("\x1b")
        terminal.wait_for(lambda text: "Stop train?" not in text)
        assert host.runs()[0]["state"] == "running"
        terminal.press("\x03")
        terminal.wait_for("Ctrl-C: what next?")
        terminal.press("\x03")  # twice out of habit: nothing is stopped
        terminal.wait_for("watch it: tuimon attach")
        assert terminal.wait_for_exit() == 0
    with host.terminal("attach") as terminal:
        terminal.wait_for("━ train")
        terminal.press("S")
        terminal.wait_for("Stop train?")
        terminal.press("s")
        screen = terminal.wait_for("stopped  by request (SIGINT)")
        assert "saved" in screen
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert host.runs()[0]["exit_code"] == 1


def test_keys_zoom_toggle_and_explain(running: Host):
    with running.terminal("attach", columns=100, rows=30) as terminal:
        terminal.wait_for("━ train")
        terminal.press("1")
        terminal.wait_for(lambda text: "tags 2" not in text)
        terminal.press("2")
        terminal.wait_for(lambda text: "─ console" not in text)
        terminal.press("y")
        terminal.wait_for("log y")
        terminal.press("+")
        terminal.wait_for("smoothing 0.8")
        terminal.press("?")
        terminal.wait_for("Show this help")
        terminal.press("q")
        terminal.wait_for(lambda text: "Show this help" not in text)
        terminal.press("\x10")
        terminal.wait_for("Search for commands")
        terminal.press("console\r")
        terminal.wait_for("─ console")
        terminal.press("1")  # the next viewer finds the screen as this one leaves it
        terminal.wait_for("tags 2")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


HOSTILE = """
evil = "\\x1b]52;c;ZXZpbA==\\x07\\x1b[2J\\x1b]0;title\\x07\\x9b31m[red]x[/red]"
sys.stdout.write("before " + evil + "\\r\\n10%\\r100% done\\n")
sys.stdout.flush()
write("log", 20, ("Loss/" + evil,), pause=0)
time.sleep(60)
"""


def test_nothing_of_tags_and_output_reaches_the_terminal_as_control(host: Host):
    script = host.script(WRITER + HOSTILE)
    with host.terminal("run", "--mirror", "off", script, columns=160) as terminal:
        screen = terminal.wait_for(lambda text: "100% done" in text and "[red]x" in text)
        assert "10%\r" not in screen
        terminal.press("q")
        terminal.wait_for_exit()
        assert b"\x1b]52" not in terminal.received
        assert b"\x1b]0;title" not in terminal.received
        assert b"\x9b31m" not in terminal.received.replace("\u2588".encode(), b"")
    host.run("stop", "--now")


def test_long_names_of_tags_keep_the_ends_by_which_they_differ(host: Host):
    tags = [f"encoder/layers/{layer}/自己注意/output_norm_{layer}" for layer in (1, 2, 33)]
    write(host.project / "runs", [version(), *(scalar(tag, 1, 0.5) for tag in tags)])
    with host.terminal("view", "runs", columns=120, rows=40) as terminal:
        screen = terminal.wait_for(lambda text: "tags 3" in text and "output_norm_33" in text)
        rows = [line.split()[1] for line in screen.split("\n") if line.startswith("  ━")]
        assert [row.split("…")[1].split("_")[-1] for row in rows] == ["1", "2", "33"]
        assert [row.split("/")[0] for row in rows] == ["1", "2", "33"]


def test_runs_are_grouped_as_is_typed_and_so_the_next_time(host: Host):
    for name, loss in (("a-1", 1.0), ("a-2", 3.0), ("b-1", 8.0)):
        write(
            host.project / "sweep" / name, [version(), *(scalar("loss", n, loss) for n in range(9))]
        )
    for typed in (("--group", "/^./", "--spread", "range"), ()):
        with host.terminal("view", "sweep", *typed, columns=80, rows=24) as terminal:
            screen = terminal.wait_for("a ×2")
            assert "b ×1" in screen
            assert "mean, min to max" in screen
            terminal.press("q")
