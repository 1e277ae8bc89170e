"""The W&B config from files and entries."""

from pathlib import Path

import pytest

from tuimon.cli.main import main
from tuimon.cli.shared.common import CommandError
from tuimon.cli.shared.wandb_options import parse_config


def test_entries_keep_their_types() -> None:
    given = ("lr=0.1", "name=big run", 'deep={"a": [1, null]}', "empty=", "path=a.yaml")
    assert parse_config(given) == {
        "lr": 0.1,
        "name": "big run",
        "deep": {"a": [1, None]},
        "empty": "",
        "path": "a.yaml",
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.yaml", "lr: 0.1\nday: 2026-01-02\nopt: {name: sgd}\n"),
        ("c.yml", "wandb_version: 1\nlr: {desc: x, value: 0.1}\nday: 2026-01-02\nopt: {name: sgd}"),
        ("c.json", '{"lr": 0.1, "day": "2026-01-02", "opt": {"name": "sgd"}}'),
        ("c.toml", 'lr = 0.1\nday = 2026-01-02\n[opt]\nname = "sgd"\n'),
    ],
)
def test_files_of_all_kinds(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    expected = {"lr": 0.1, "day": "2026-01-02", "opt": {"name": "sgd"}}
    assert parse_config((str(path),)) == expected
    assert parse_config((str(path), "lr=1"))["lr"] == 1


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("c.yaml", "a: [", "not YAML"),
        ("c.yaml", "- 1\n", "expected keys and values"),
        ("c.json", "{", "Expecting"),
        ("c.toml", "a", "Expected"),
        ("c.yaml", "2026-01-02: 1\n", "keys must be str"),
        ("c.yaml", "a: &a [*a]\n", "Circular"),
        ("c.json", '{"a":' * 100_000, "nested too deeply"),
        ("c.yaml", None, "No such file"),
    ],
)
def test_what_is_no_config_is_refused_in_one_line(
    tmp_path: Path, name: str, text: str | None, said: str
) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    with pytest.raises(CommandError, match=said):
        parse_config((str(path),))
    with pytest.raises(CommandError, match="expected KEY=VALUE"):
        parse_config(("lr",))


@pytest.mark.parametrize("name", [*(f"a{character}b" for character in "/\\#?%:"), 129 * "a"])
def test_a_project_that_wandb_does_not_take_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import wandb

    with pytest.raises(wandb.errors.UsageError):
        wandb.Settings(project=name)
    assert main(["mirror", "--project", name, str(tmp_path)]) != 0
    (line,) = capsys.readouterr().err.splitlines()
    assert "--project" in line


def test_a_file_is_not_mirrored_by_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "metrics.csv"
    table.write_text("step,loss\n1,2\n")
    assert main(["mirror", str(table)]) != 0
    assert f"{table} is a file: name its directory" in capsys.readouterr().err
