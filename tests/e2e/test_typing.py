"""Answering a training from the screen."""

from host import Host


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
