"""Every kind of terminal, locale, size and name: the same program, safe and aligned."""

import re
from pathlib import Path

import pytest

from support.event_files import scalar, version, write
from support.host import Host
from support.sampling import few
from support.terminal import Terminal
from tuimon.text import width

TAGS = [f"{name}/{split}" for name in ("loss", "acc", "f1", "lr") for split in ("train", "val")]
COLOUR = re.compile(rb"\x1b\[(?:[\d;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[\d;]*)?m")
TRUECOLOUR, INDEXED = re.compile(rb"[34]8;2;"), re.compile(rb"[34]8;5;")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the event file of eight tags in `runs`."""
    directory = tmp_path_factory.mktemp("project")
    records = [version()]
    for step in range(300):
        records += [scalar(tag, step, 1 / (step + 1 + i)) for i, tag in enumerate(TAGS)]
    write(directory / "runs", records)
    return directory


@pytest.fixture
def viewer(host: Host, project: Path) -> Host:
    host.project = project
    return host


def leave(terminal: Terminal) -> None:
    terminal.press("q")
    assert terminal.wait_for_exit() == 0
    assert terminal.is_as_it_was
    assert b"Traceback" not in terminal.received


TERMINALS = {
    "xterm-256color, 24 bit": ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, TRUECOLOUR),
    "xterm-256color": ({"TERM": "xterm-256color", "COLORTERM": ""}, INDEXED),
    "tmux-256color": ({"TERM": "tmux-256color", "COLORTERM": ""}, INDEXED),
    "screen": ({"TERM": "screen", "COLORTERM": ""}, COLOUR),
    "xterm": ({"TERM": "xterm", "COLORTERM": ""}, COLOUR),
    "linux": ({"TERM": "linux", "COLORTERM": ""}, COLOUR),
    "unheard of": ({"TERM": "nosuch", "COLORTERM": ""}, COLOUR),
}


@pytest.mark.parametrize("kind", TERMINALS)
def test_a_terminal_gets_the_colours_it_has(viewer: Host, kind: str):
    env, expected = TERMINALS[kind]
    with viewer.terminal("view", "runs", columns=100, rows=30, **env) as terminal:
        cue, dot = ("+", "*") if kind == "linux" else ("━", "●")  # its fonts have no braille
        screen = terminal.wait_for(lambda text: text.count(f"{cue} val") >= 4 and "q leave" in text)
        assert screen.startswith(f" {dot} ")
        assert screen.isascii() == (kind == "linux")
        leave(terminal)
        assert expected.search(terminal.received)
        if expected is COLOUR:
            assert not TRUECOLOUR.search(terminal.received)
            assert not INDEXED.search(terminal.received)


def test_the_theme_is_light_where_the_terminal_is(viewer: Host):
    light, dark = b"48;2;251;252;253", b"48;2;15;19;24"
    with viewer.terminal("view", "runs", columns=100, rows=30, COLORTERM="truecolor") as terminal:
        terminal.background = "ffff/ffff/ffff"
        terminal.wait_for(lambda _: light in terminal.received)
        terminal.wait_for(lambda text: text.count("━ val") >= 4 and "q leave" in text)
        assert 2031 in terminal.modes
        before = terminal.received.count(dark)
        terminal.press("\x1b[?997;1n")  # the terminal's own settings have changed
        terminal.wait_for(lambda _: terminal.received.count(dark) > before)
        leave(terminal)
    with viewer.terminal("view", "runs", columns=100, rows=30, COLORTERM="truecolor") as terminal:
        terminal.wait_for(lambda text: text.count("━ val") >= 4 and "q leave" in text)
        assert light not in terminal.received  # as it was the last time
        leave(terminal)


def test_no_color_is_taken_at_its_word(viewer: Host):
    with viewer.terminal("view", "runs", NO_COLOR="1") as terminal:
        terminal.wait_for(lambda text: text.count("b val") >= 4 and "q leave" in text)
        leave(terminal)
        assert not COLOUR.search(terminal.received)


def test_a_dumb_terminal_gets_lines(viewer: Host):
    with viewer.terminal("view", "runs", TERM="dumb") as terminal:
        terminal.wait_for("step 299")
        assert b"\x1b" not in terminal.received
        terminal.press("\x03")
        assert terminal.wait_for_exit() == 130
        assert terminal.is_as_it_was
        assert b"Traceback" not in terminal.received


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "latin-1"},  # what a locale of ISO 8859-1 amounts to
    ],
    ids=["C", "latin-1"],
)
def test_a_locale_without_braille_gets_ascii(viewer: Host, env: dict[str, str]):
    with viewer.terminal("view", "runs", **env) as terminal:
        screen = terminal.wait_for(lambda text: text.count("+ val") >= 4 and "q leave" in text)
        assert screen.isascii()
        assert "\\u" not in screen
        assert screen.count("?") == 1, "what cannot be encoded"
        terminal.press("?")
        shown = terminal.wait_for(lambda text: "Esc closes" in text)
        assert shown.isascii()
        terminal.press("\x1b")
        terminal.wait_for(lambda text: "Esc closes" not in text)
        leave(terminal)


@pytest.mark.parametrize(
    ("columns", "rows"),
    few([(1, 1), (80, 24), (2, 1), (1, 24), (20, 5), (49, 13), (400, 120)], 2, unpack=True),
)
def test_any_size_can_be_started_in_and_left(viewer: Host, columns: int, rows: int):
    with viewer.terminal("view", "runs", columns=columns, rows=rows) as terminal:
        if columns >= 50:
            screen = terminal.wait_for(lambda text: "q leave" in text and "━ val" in text)
            assert screen.split("\n")[-1].startswith(" q leave")
        else:
            terminal.wait_for(str.strip)
        leave(terminal)


def test_a_storm_of_sizes_ends_in_the_screen_of_the_last_one(viewer: Host):
    def settled(text: str) -> bool:
        return text.count("━ val") >= 4 and text.split("\n")[-1].startswith(" q leave")

    with viewer.terminal("view", "runs", columns=120, rows=40) as terminal:
        terminal.wait_for(settled)
        sizes = [(1, 1), (400, 120), (80, 24), (20, 5), (200, 50), (49, 14), (121, 39), (3, 70)]
        for _ in range(4):
            for columns, rows in sizes:
                terminal.resize(columns, rows)
                terminal.pump(0.01)
        terminal.resize(120, 40)
        terminal.wait_for(settled)
        terminal.pump(0.3)
        after = terminal.text
        terminal.screen.reset()  # nothing of an earlier size is left: as painted on a bare screen
        terminal.press("\x0c")
        terminal.wait_for(lambda text: text == after)
        leave(terminal)


HOSTILE = {
    "escape": "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31mE",
    "markup": "[red]x[/red] [/] [@click=app.exit]q[/]",
    "right-to-left": "abc\u202edef\u2066ghi\u200f",
    "zero-width": "a\u200bb\u200d\ufeffc" + "e" + "\u0301" * 50,
    "double-width": "損失関数🚀👩‍👩‍👧🇩🇪",
    "long": "L" * 10_000,
}


def test_hostile_names_are_harmless_and_stay_in_line(host: Host):
    for run in ("[bold]run[/]", "\x1b[31mred\x1b]0;t\x07", "損失\u202e🚀", "r" * 200):
        records = [version()]
        for step in range(30):
            records += [scalar(tag, step, step + 0.25) for tag in HOSTILE.values()]
        write(host.project / "runs" / run, records)
    with host.terminal("view", "runs", columns=140, rows=50) as terminal:
        terminal.wait_for(lambda text: text.count("29.25") >= 6 and "q leave" in text)
        check_lines(terminal)
        for key, shown in (("\r", "Esc back"), ("\x1b", "Enter zoom"), ("/", "Enter keeps")):
            terminal.press(key)
            terminal.wait_for(shown)
            check_lines(terminal)
        terminal.press("\x1b")
        terminal.wait_for(lambda text: "Enter keeps" not in text)
        terminal.press("]")  # a run stands out, its name is in the footer
        terminal.wait_for(lambda text: "␛[31mred" in text.split("\n")[-1])
        check_lines(terminal)
        for sequence in (
            b"\x1b]52",
            b"\x1b]0;t\x07",
            b"\x1b[31m",
            b"\xe2\x80\xae",
            b"\xe2\x80\x8b",
        ):
            assert sequence not in terminal.received
        leave(terminal)


def check_lines(terminal: Terminal) -> None:
    """The pane of tags and the axes of charts stand in straight columns of cells."""
    rows = [terminal.screen.buffer[y] for y in range(terminal.screen.lines)]
    for y, row in enumerate(rows):
        text = "".join(row[x].data for x in range(30))
        if text.startswith(" ━ ") and "29.25" in text:
            assert text.endswith("29.25 "), text
            assert width(text) == 30, text
        axis = [x for x in range(30, terminal.screen.columns) if row[x].data == "┤"]
        if axis and y + 1 < len(rows):
            below = rows[y + 1]
            assert all(below[x].data in "│┤└" for x in axis), terminal.text
