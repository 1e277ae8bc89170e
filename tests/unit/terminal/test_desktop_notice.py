"""What a terminal is sent to notify the desktop."""

import pytest

from tuimon.terminal.desktop_notice import desktop_notice


@pytest.mark.parametrize(
    ("environ", "sent"),
    [
        ({"TERM": "xterm-256color"}, "\x1b]9;tuimon: loss is NaN: at 3; 4\x07"),
        ({"TERM": "foot-extra"}, "\x1b]777;notify;loss is NaN;at 3; 4\x07"),
        (
            {"TERM": "tmux-256color", "TMUX": "/tmp/t,1,0"},
            "\x1bPtmux;\x1b\x1b]9;tuimon: loss is NaN: at 3; 4\x07\x1b\\",
        ),
        (
            {"TERM": "screen", "STY": "1.pts"},
            "\x1bP\x1b]9;tuimon: loss is NaN: at 3; 4\x07\x1b\\",
        ),
        ({"TERM": "linux"}, ""),
        ({}, ""),
    ],
)
def test_each_terminal_has_its_way(environ: dict[str, str], sent: str) -> None:
    assert desktop_notice("loss is NaN", "at 3; 4", environ) == sent


def test_nothing_of_a_title_is_a_sequence_and_none_is_long() -> None:
    sent = desktop_notice("a;b\x1b]52;c;AAAA\x07\n" + "x" * 999, "\x9b2J", {"TERM": "rxvt"})
    assert sent.startswith("\x1b]777;notify;a,b")
    assert (sent.count("\x1b"), sent.count("\x07"), "\x9b" in sent) == (1, 1, False)
    assert sent.count(";") == 3
    assert len(sent) < 300
