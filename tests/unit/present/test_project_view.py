"""The file of a project: where it is, what it says, what is wrong in it, what keys change in it."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tuimon.config.reading import ConfigError
from tuimon.present.look import Look
from tuimon.present.project_view import ProjectFile, ProjectView, file_for, read_project
from tuimon.session.session import Session


def test_what_the_file_says(tmp_path: Path) -> None:
    file = tmp_path / "tuimon.toml"
    assert read_project(file) == ProjectView()
    file.write_text(
        'pin = ["gap"]\nx = "tokens / 1e6"\nfilter = "loss"\nsmooth = 0.9\n'
        '[charts]\ngap = "val/loss - train/loss"\n'
    )
    look = read_project(file).first_look(Look())
    assert look == Look(
        pins=("gap",),
        x="tokens / 1e6",
        x_axis="metric",
        filter="loss",
        smoothing=0.9,
        charts={"gap": "val/loss - train/loss"},
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("pin = 1", "1: pin = 1: must be a list"),
        ('pin = ["a", 1]', "1: pin = ['a', 1]: must be a list"),
        ("x = 'a +'", "1: x: character 4: a tag, a number or a bracket is missing"),
        ("x = 'a, b'", "1: x: one formula, not several"),
        ("charts = 'a'", "1: charts = 'a': must be a table of texts"),
        ("[charts]\na = 'b'\nc = 'ema(d, 2)'", "3: charts.c: character 1: the weight of ema"),
        ("[charts]\na = '1 + 1'", "2: charts.a: character 1: no tag in it"),
        ("[charts]\n' ' = 'a'", "2: charts. : a chart has a title"),
        ("[charts]\na = '" + "(" * 399 + "'", "2: charts.a: character 32: too many brackets"),
        ("[charts]\na = '" + "a+" * 199 + "a'", "2: charts.a: character 121: too many values"),
        ("[charts]\n" + "".join(f"c{n} = 'a'\n" for n in range(101)), "1: charts: more than 100"),
        ("smooth = 1", "1: smooth = 1: must be at least 0 and less than 1"),
        ("filter = '('", "1: filter = '(': must be a filter"),
        ("run = '!rm'", "1: unknown: run"),
        ("pin", "1: not TOML: "),
        ("\x00", "1: not TOML: "),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "tuimon.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as told:
        read_project(file)
    assert f"tuimon.toml:{why}" in str(told.value.problems[0])
    assert "\n" not in str(told.value.problems[0])


def test_the_file_is_that_of_the_repository(tmp_path: Path) -> None:
    inner = tmp_path / "project" / "experiments" / "one"
    inner.mkdir(parents=True)
    (tmp_path / "tuimon.toml").touch()
    (tmp_path / "project" / ".git").mkdir()
    assert file_for(inner) == inner / "tuimon.toml"
    (tmp_path / "project" / "tuimon.toml").touch()
    assert file_for(inner) == tmp_path / "project" / "tuimon.toml"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    return tmp_path / "tuimon.toml"


def watched() -> ProjectFile:
    return ProjectFile(Session.of_logdirs([Path("runs")]))


def test_what_others_wrote_meanwhile_stays(file: Path) -> None:
    project, look = watched(), Look()
    pinned = replace(look, pins=("a",))
    assert project.keep(look, pinned)
    assert not project.keep(pinned, replace(pinned, filter="loss")), "that is no matter of its"
    file.chmod(0o640)
    file.write_text('pin = ["b", "a"]\n# both\n[charts]\nc = "d"\n')
    assert project.keep(pinned, replace(look, x="epoch", charts={"e": "f"}))
    assert file.read_text() == ('pin = ["b"]\nx = "epoch"\n# both\n[charts]\nc = "d"\ne = "f"\n')
    assert file.stat().st_mode & 0o777 == 0o640
    link = file.with_name("linked.toml")
    file.rename(link)
    file.symlink_to(link)
    assert project.keep(replace(look, x="epoch"), look)
    assert file.is_symlink()
    assert "epoch" not in link.read_text()


@pytest.mark.parametrize("text", ["pin = [", "pin = 3\n", "charts = {}\n"])
def test_a_file_that_is_not_understood_is_left_alone(file: Path, text: str) -> None:
    file.write_text(text)
    project = watched()
    project.fault = ""
    assert not project.keep(Look(), Look(charts={"a": "b"}))
    assert file.read_text() == text
    assert project.fault.startswith(f"{file}: not kept there: ")
    assert "\n" not in project.fault


def test_a_fifo_and_a_directory_are_told_without_waiting(file: Path) -> None:
    os.mkfifo(file)
    assert "not a regular file" in watched().fault
    file.unlink()
    file.mkdir()
    assert "irectory" in watched().fault
