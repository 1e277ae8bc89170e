"""Answering a training from the screen."""

from support.host import Host

DEBUGGED = """
def loss(step):
    breakpoint()
    return 1 / step
print("loss is", loss(4), flush=True)
"""


def test_input_is_answered_and_the_keys_come_back(host: Host):
    script = host.script(
        "rate = input('learning rate? ')\n"
        "print('rate is', rate, flush=True)\n"
        "import time; time.sleep(60)"
    )
    with host.terminal("run", "--mirror", "off", script, columns=90, rows=24) as terminal:
        terminal.wait_for("waits for input")
        terminal.wait_for("I answer it")
        terminal.press("I")
        terminal.wait_for("your keys go to the training")
        assert host.runs()[0]["console_held_by"]
        terminal.press("q0.1\x7f5\r")  # no key of the viewer's is one now
        terminal.wait_for("rate is q0.5")
        terminal.press("\x10")  # Ctrl-P would open the palette elsewhere
        terminal.press("\x1d")
        terminal.wait_for(lambda text: "your keys go" not in text and "q leave" in text)
        run = host.runs()[0]
        assert run["console_held_by"] is None
        assert (run["pty_cols"], run["pty_rows"]) == (88, 22)
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert host.run("stop", "--now").returncode == 0


def test_a_debugger_is_answered_by_one_viewer_at_once(host: Host):
    script = host.script(DEBUGGED)
    assert host.run("run", "--detach", "--mirror", "off", script).returncode == 0
    host.wait_for_output("(Pdb)")
    with host.terminal("attach", "--interactive", columns=80, rows=24) as terminal:
        terminal.wait_for("your keys go to the training")
        terminal.press("\x03")  # interrupts what pdb does, once, and begins no stop
        terminal.wait_for("--KeyboardInterrupt--")
        terminal.press("step\x7f\x7f\x7f\x7fp step * 10\r")
        terminal.wait_for("40")
        assert terminal.text.count("--KeyboardInterrupt--") == 1
        assert host.runs()[0]["stop_stage"] == "none"
        with host.terminal("attach", "--interactive") as other:
            assert other.wait_for_exit() == 2
            told = " ".join(other.text.split())
            assert "tuimon: nothing can be typed into script: the console is held by" in told
            assert "tuimon attach, then I, takes it over" in told
        terminal.press("c\r")
        terminal.wait_for("The training has ended.")
        assert "loss is 0.25" in terminal.wait_for("✓ script  finished")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.is_as_it_was
    with host.terminal("attach", "--interactive") as late:
        assert late.wait_for_exit() == 2
        assert "tuimon: script finished after" in late.text


def test_typing_needs_a_screen(host: Host):
    host.run("run", "--detach", "--mirror", "off", host.script("input()"))
    for option, why in (("--plain", "(--plain)"), ("--interactive", "is not a terminal)")):
        refused = host.run("attach", "--interactive", option)
        assert refused.returncode == 2
        assert refused.stderr.startswith("tuimon: --interactive needs the screen (")
        assert refused.stderr.endswith(f"{why}\n")
    assert host.run("stop", "--now").returncode == 0
