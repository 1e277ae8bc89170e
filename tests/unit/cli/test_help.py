"""`tuimon help`: the guide in the terminal."""

import os
import re
import sys
from pathlib import Path

import pytest

from support.terminal import Terminal
from tuimon.cli.help import TOPICS, laid_out, page
from tuimon.cli.main import COMMANDS, main
from tuimon.text import safe, width

DOCS = Path(__file__).parents[3] / "tuimon/docs"
HELP = (sys.executable, "-m", "tuimon", "help")


def test_every_page_is_a_topic_and_none_hides_a_command():
    assert sorted(TOPICS) == sorted(path.stem for path in DOCS.glob("*.md"))
    assert not set(TOPICS) & set(COMMANDS)


def test_topics_are_listed_by_the_first_sentence_of_their_pages(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["help"]) == 0
    listed = dict(re.findall(r"^  ([\w-]+)  +(\S.*)$", capsys.readouterr().out, re.MULTILINE))
    assert tuple(listed) == TOPICS
    assert listed["guide"] == "Everyday use: launch, come back, look, compare, export."
    assert all(text in page(topic) for topic, text in listed.items())


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_fits_a_pipe(topic: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", topic]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [page(topic)[2 : len(lines[0]) + 2], "─" * len(lines[0])]
    assert max(map(width, lines)) <= 80
    assert [safe(line) for line in lines] == lines


def test_what_a_page_is_made_of() -> None:
    markdown = (
        "# Title\n\n<!-- a remark: for tests -->\n\nIt is `code` and\n**bold**, see [keys](keys.md)"
        " or [a page](https://example.org).\n\n![a picture](picture.svg)\n\n- one\n- two\n\n"
        "```sh\ntuimon ls\n```\n\n| a | b |\n|---|---|\n| `1` | 2 |\n"
    )
    assert laid_out(markdown, 40, coloured=False) == [
        *("Title", "─────", ""),
        *("It is `code` and bold, see `tuimon help", "keys` or a page (https://example.org).", ""),
        *("• one", "• two", "", "│ tuimon ls", ""),
        *("a   │ b", "────┼──", "`1` │ 2"),
    ]
    assert laid_out("It is `code`.", 40, coloured=True) == ["It is \x1b[35mcode\x1b[m."]


def test_what_stands_right_behind_code_stays_with_it() -> None:
    lines = laid_out("Words up to the edge (`code`); more", 27, coloured=True)
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines] == [
        "Words up to the edge",
        "(code); more",
    ]


@pytest.mark.parametrize(
    ("topic", "near"),
    [("gide", "did you mean guide?"), ("Atach", "did you mean attach?"), ("\x1b[31m", "lists")],
)
def test_an_unknown_topic_is_told_with_the_nearest(
    topic: str, near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["help", topic]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"tuimon: no topic or command {safe(topic)}; ")
    assert near in err
    assert err.count("\n") == 1


def test_the_help_of_a_command_is_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    for name in COMMANDS:
        assert main(["help", name]) == main([name, "--help"]) == 0
        shown = capsys.readouterr().out
        assert shown == shown[: len(shown) // 2] * 2
        assert shown.startswith(f"Usage: tuimon {name} ")


def test_topics_and_commands_are_offered_to_the_shell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_TUIMON_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_CWORD", "2")
    monkeypatch.setenv("COMP_WORDS", "tuimon help s")
    assert main([]) == 0
    assert capsys.readouterr().out.split() == [
        f"plain,{name}" for name in ("settings", "sources", "show", "sync", "stop")
    ]


def pager(directory: Path, name: str) -> Path:
    """A pager that says how it was started, shows all and ends; given nothing, it ends at once."""
    path = directory / name
    path.write_text('#!/bin/sh\n[ -t 0 ] && exit\necho "PAGER $LESS"; cat; echo "END"\n')
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("rows", [40, 600])
def test_a_page_longer_than_the_terminal_opens_in_the_pager(rows: int, tmp_path: Path) -> None:
    env = os.environ | {"PAGER": str(pager(tmp_path, "my-pager")), "TERM": "xterm-256color"}
    with Terminal([*HELP, "keys"], cwd=tmp_path, env=env, columns=120, rows=rows) as terminal:
        assert terminal.wait_for_exit() == 0
    assert b"Main screen" in terminal.received
    assert (b"PAGER" in terminal.received) == (rows == 40)
    shown = terminal.received.decode().splitlines()
    assert max(width(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in shown) <= 100


@pytest.mark.parametrize("no_color", [None, "1"])
def test_less_shows_colours_unless_they_are_not_wanted(
    no_color: str | None, tmp_path: Path
) -> None:
    path = f"{pager(tmp_path, 'less').parent}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | {"PATH": path, "PAGER": "", "LESS": "", "TERM": "xterm-256color"}
    env |= {} if no_color is None else {"NO_COLOR": no_color}
    with Terminal([*HELP, "guide"], cwd=tmp_path, env=env, columns=80, rows=24) as terminal:
        assert terminal.wait_for_exit() == 0
    assert b"PAGER -R" in terminal.received
    assert (b"\x1b[35m" in terminal.received) == (no_color is None)
