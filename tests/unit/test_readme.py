"""The README's tables say what the code does."""

import re
from pathlib import Path

from tuimon.cli.main import COMMANDS
from tuimon.tui.keys.key import help_rows
from tuimon.tui.keys.monitor import KEYS, TOPICS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def table(name: str) -> list[list[str]]:
    """Rows of the table that follows the comment `name`."""
    _, _, rest = README.partition(f"<!-- {name}: ")
    block = re.search(r"\n\|---.*\n((?:\|.*\n)+)", rest)
    assert block
    return cells(block[1])


def cells(block: str) -> list[list[str]]:
    """Cells of the rows of a table."""
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in block.splitlines()]
    return [[cell.replace("`", "") for cell in row] for row in rows]


def test_commands():
    assert table("commands") == [[f"tuimon {name}", text] for name, text in COMMANDS.items()]


def test_keys():
    _, _, rest = README.partition("<!-- keys: ")
    told, _, _ = rest.partition("<!-- end of keys -->")
    topics = re.findall(r"\n\*\*(.+)\*\*\n\n\| key .*\n\|---.*\n((?:\|.*\n)+)", told)
    assert [(name, cells(block)) for name, block in topics] == [
        (name, [list(row) for row in help_rows(keys)]) for name, keys in TOPICS.items()
    ]


def test_each_key_has_an_id_of_its_own_and_a_name():
    ids = [key.id for key in KEYS]
    assert len(set(ids)) == len(ids)
    assert all(key.name for key in KEYS)
    bound = [name for key in KEYS for name in key.keys.split(",")]
    assert len(set(bound)) == len(bound)


def test_each_command_tells_its_usage():
    import importlib

    for name in COMMANDS:
        command = importlib.import_module(f"tuimon.cli.{name}").command
        assert command.help
        assert all(parameter.help for parameter in command.params if parameter.opts[0][0] == "-")


def test_every_python_the_project_promises_is_tested():
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()
    promised = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text())
    assert all(f'"{version}"' in workflow for version in promised)
