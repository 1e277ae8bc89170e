"""What is sent for the title of a window."""

from tuimon.terminal.window_title import WindowTitle


def test_a_title_is_sent_when_it_changes_and_taken_back_in_the_end() -> None:
    title = WindowTitle("xterm-256color")
    assert title.begin() == title.end() == ""
    assert title.change("● train running") == "\x1b[22;0t\x1b]0;● train running\x07"
    assert title.change("● train running") == ""
    assert title.change("✗ train failed") == "\x1b]0;✗ train failed\x07"
    assert title.end() == "\x1b]0;\x07\x1b[23;0t"
    assert title.begin() == "\x1b[22;0t\x1b]0;✗ train failed\x07"  # after Ctrl-Z


def test_nothing_hostile_is_in_it_and_it_is_short() -> None:
    sent = WindowTitle("tmux-256color").change("\x1b]52;c;AAAA\x07\n\x9b2J" + "x" * 999)
    inner = sent.removeprefix("\x1b[22;0t\x1b]0;").removesuffix("\x07")
    assert inner.isprintable()
    assert len(inner) == 80


def test_a_terminal_without_titles_is_sent_none() -> None:
    for term in ("linux", "vt100", "dumb"):
        assert WindowTitle(term).change("train") == ""
