"""`tuimon config`: print, check, edit."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tuimon.cli.main import main
from tuimon.tui.themes.theme_file import DARK
from tuimon.tui.themes.users import read_theme


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "made" / "config.toml"
    monkeypatch.setenv("TUIMON_CONFIG", str(path))
    return path


def test_the_settings_in_force_are_printed_with_their_origins(file: Path, capsys) -> None:
    file.parent.mkdir()
    file.write_text('[charts]\nsmoothing = 0.9\n[keys]\nlog-y = "g"\n')
    assert main(["config"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"# {file}\n")
    assert "smoothing = 0.9     # line 2\n" in printed
    assert 'x_axis = "step"     # default\n' in printed
    assert 'log-y = "g"  # line 4\n' in printed


def test_what_is_wrong_is_told_line_by_line(file: Path, capsys) -> None:
    file.parent.mkdir()
    file.write_text('[charts]\nlog_y = 2\n[keys]\nhelp = "q"\n')
    assert main(["config", "--check"]) == 2
    assert f"tuimon: {file}:2: log_y = 2: must be true or false\n" in capsys.readouterr().err
    file.write_text('\n\n[keys]\nhelp = "q"\n')
    assert main(["config", "--check"]) == 2
    assert f"{file}:4: help: q is leave on the main screen" in capsys.readouterr().err
    file.write_text("")
    assert main(["config", "--check"]) == 0


def test_the_editor_gets_a_file_that_explains_itself(file: Path, monkeypatch, capsys) -> None:
    editor = file.parent.parent / "editor.py"
    editor.write_text(
        "import sys; path = sys.argv[-1]; text = open(path).read()\n"
        "open(path, 'w').write(text.replace('# smoothing = 0.6', 'smoothing = 7'))"
    )
    monkeypatch.setenv("VISUAL", f"{sys.executable} {editor}")
    assert main(["config", "--edit"]) == 2
    error = capsys.readouterr().err
    assert "smoothing = 7: must be at least 0 and less than 1" in error
    line = int(error.split("config.toml:")[1].split(":")[0])
    assert file.read_text().splitlines()[line - 1] == "smoothing = 7"


@pytest.mark.parametrize(
    ("editor", "said"),
    [
        ("vi '", "EDITOR=vi ': No closing quotation"),
        ("/no/such/editor -w", "/no/such/editor: No such file or directory; set EDITOR"),
        ("false", "false ended with exit code 1"),
    ],
)
def test_an_editor_that_cannot_be_used_is_told(
    editor: str, said: str, file: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setenv("VISUAL", " ")
    monkeypatch.setenv("EDITOR", editor)
    assert main(["config", "--edit"]) == 2
    assert capsys.readouterr().err.startswith(f"tuimon: {said}")


def test_a_viewer_does_not_start_with_settings_that_make_no_sense(
    file: Path, tmp_path: Path, capsys
) -> None:
    file.parent.mkdir()
    file.write_text("[charts]\nlog_y = 2\nx = 1\n")
    assert main(["view", "--plain", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"tuimon: {file}:2: log_y = 2")
    assert "1 more" in line


def test_where_the_file_is(file: Path, capsys) -> None:
    assert main(["config", "--path"]) == 0
    assert capsys.readouterr().out == f"{file}\n"


def test_a_theme_of_ones_own_begins_as_tuimons_dark_one(file: Path, monkeypatch, capsys) -> None:
    editor = file.parent.parent / "editor.py"
    editor.write_text(
        "import sys; path = sys.argv[-1]; text = open(path).read()\n"
        "open(path, 'w').write(text.replace('accent = \"#ffab2e\"', sys.argv[1]))"
    )
    monkeypatch.setenv("VISUAL", f"{sys.executable} {editor} 'accent = \"pink\"'")
    assert main(["config", "--theme", "mine"]) == 0
    path = file.parent / "themes/mine.toml"
    assert capsys.readouterr().out.startswith(f"{path}: all is well")
    theme = read_theme(path)
    assert (theme.name, theme.accent) == ("mine", "pink")
    assert replace(theme, name=DARK.name, accent=DARK.accent) == DARK
    monkeypatch.setenv(
        "VISUAL", f"{sys.executable} -c \"open('{path}', 'w').write('primary = 1')\""
    )
    assert main(["config", "--theme", "mine"]) == 2
    assert f"{path}:1: primary = 1: must be a colour" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["tuimon-dark", "auto", "a/b", "..", "", "a\nb"])
def test_a_theme_needs_a_name_of_its_own(name: str, file: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("VISUAL", "false")
    assert main(["config", "--theme", name]) == 2
    assert "false" not in capsys.readouterr().err
    assert not file.parent.exists()
