"""README and guide say what the code does. `python tests/unit/test_readme.py` renews the keys."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path

from tuimon.cli.main import COMMANDS, command_of
from tuimon.config.schema import AREAS, Settings
from tuimon.config.template import toml
from tuimon.present.signs import signs
from tuimon.tui.keys.key_tables import Key, all_of, help_rows
from tuimon.tui.keys.keymap import MAIN_TOPICS, MEANINGS, TABLES

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "tuimon/docs"
PAGES = (README, *sorted(DOCS.glob("*.md")))
KEYS_PAGE = DOCS / "keys.md"
VERBS = re.findall(
    r"\w+",
    """
    Add Ask Brighten Change Check Choose Clear Close Colour Compare Complete Copy Draw Fill
    Filter Find
    Fit Fold Follow Freeze Give Go Group Hide Highlight Join Jump Keep Launch Leave Let List Log
    Mark Measure Move Name Open Order Pause Pin Play Print Raise Read Recall Remove Repaint Run
    Save Scroll Search Send Set Show Smooth Sort Start Stop Suspend Switch Take Tilt Trace Turn
    Type Unfold Upload Wait Watch Wrap Write Zoom
    """,
)
KEYS_COMMENT = "<!-- keys: written by python tests/unit/test_readme.py -->\n"


def table(page: str, name: str) -> list[list[str]]:
    """Rows of the table that follows the comment `name` of a page."""
    _, _, rest = (DOCS / page).read_text().partition(f"<!-- {name}: ")
    block = re.search(r"\n\|---.*\n((?:\|.*\n)+)", rest)
    assert block
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in block[1].splitlines()]
    return [[cell.replace("`", "") for cell in row] for row in rows]


def keys_page() -> str:
    """The page of keys as it should be: what stands above the tables, and the tables."""
    above, _, _ = KEYS_PAGE.read_text().partition(KEYS_COMMENT)
    parts = ["## Main screen"]
    for topics in MAIN_TOPICS.values():
        for name, keys in topics.items():
            parts += [f"### {name}", key_table(keys)]
    for name, keys in MEANINGS.items():
        if not name.startswith("main screen"):
            parts += [f"## {name[0].upper()}{name[1:]}", key_table(keys)]
    told = [f"| `{sign}` | {meaning} |" for sign, meaning in signs("braille")]
    parts += ["## Signs", "\n".join(["| sign | what it means |", "|---|---|", *told])]
    return f"{above}{KEYS_COMMENT}\n" + "\n\n".join(parts) + "\n"


def key_table(keys: Iterable[Key]) -> str:
    """A Markdown table of keys, as the help of the screen shows them."""
    rows = [
        (" ".join(f"`{key}`" for key in names.split()), text) for names, text in help_rows(keys)
    ]
    cells = max(len(names) for names, _ in rows)
    lines = [("key", "what it does"), ("-" * cells, "------------"), *rows]
    return "\n".join(f"| {names:<{cells}} | {text} |" for names, text in lines)


def words_of_commands(page: Path) -> Iterator[str]:
    """What follows `tuimon` where a page tells a command."""
    for code in re.findall(r"```.*?```|`[^`]+`", page.read_text(), re.DOTALL):
        yield from re.findall(r"(?:^|&& |`|\(|; )tuimon ([a-z]+)\b(?![.:/])", code, re.MULTILINE)


def test_commands():
    told = [[f"tuimon {name}", text] for name, text in COMMANDS.items()]
    assert table("guide.md", "commands") == told


def test_keys():
    assert KEYS_PAGE.read_text() == keys_page(), "python tests/unit/test_readme.py renews the page"


def test_every_line_of_help_begins_with_a_verb():
    tables = [*map(all_of, MAIN_TOPICS.values()), *MEANINGS.values()]
    told = {row[1] for keys in tables for row in help_rows(keys)} | {*COMMANDS.values()}
    assert not {line for line in told if re.split(r"[ ,:;]", line)[0] not in VERBS}


def test_settings():
    areas = [(area, getattr(Settings(), area)) for area in AREAS]
    assert [row[:2] for row in table("settings.md", "settings")] == [
        [f"{area}.{field.name}", toml(field.default)]
        for area, values in areas
        for field in fields(values)
    ]


def test_the_readme_is_short():
    assert len(README.read_text().splitlines()) <= 180


def test_lines_fit_a_terminal():
    for page in PAGES:
        prose = [line for line in page.read_text().splitlines() if line[:1] not in ("|", "!")]
        commands = [line for line in prose if "python3 -m venv" in line]
        assert all(len(line) <= 80 for line in prose if line not in commands), page


def test_links_lead_to_files():
    for page in PAGES:
        links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text())
        assert all((page.parent / link).is_file() for link in links), page
    assert all(f"(tuimon/docs/{page.name})" in README.read_text() for page in PAGES[1:])


def test_commands_that_are_told_exist():
    told = {word: page for page in PAGES for word in words_of_commands(page)}
    assert "help" in told
    assert not set(told) - set(COMMANDS)


def test_options_that_are_told_exist():
    commands = [command_of(name) for name in COMMANDS]
    options = [option for command in commands for option in command.params]
    known = {name for option in options for name in (*option.opts, *option.secondary_opts)}
    foreign = {"--nproc-per-node", "--live", "--lr", "--peers", "--snapshot-update"}
    foreign |= {"--corpus", "--lrr"}
    for page in PAGES:
        told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", page.read_text()))
        assert not told - known - foreign - {"--help"}, page


def test_each_key_has_an_id_of_its_own_and_a_name():
    keys = TABLES["main screen"]
    ids = [key.id for key in keys]
    assert len(set(ids)) == len(ids)
    assert all(key.name for key in keys)
    own = {"console-right", "level"}  # of the console, whose l is no arrow
    bound = [name for key in keys if key.id not in own for name in key.keys.split(",")]
    assert len(set(bound)) == len(bound)


def test_each_command_tells_its_usage():
    for name in COMMANDS:
        command = command_of(name)
        assert command.help
        assert all(parameter.help for parameter in command.params if parameter.opts[0][0] == "-")


def test_every_python_the_project_promises_is_tested():
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()
    promised = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text())
    assert all(f'"{version}"' in workflow for version in promised)


def contributing() -> str:
    return (DOCS / "contributing.md").read_text()


def test_what_a_newcomer_asks_for_is_where_the_guide_says():
    _, _, rest = contributing().partition("## Where things are")
    answers = re.findall(r"^\| .+ \| (.*) \|$", rest.partition("\n## ")[0], re.MULTILINE)[1:]
    paths = [path for answer in answers for path in re.findall(r"`([\w/.]+(?:\.py|/))`", answer)]
    assert len(paths) >= len(answers) >= 10
    assert not [
        path for path in paths if not ((ROOT / "tuimon" / path).exists() or (ROOT / path).exists())
    ]


def test_the_layers_are_told_lowest_first():
    told = re.findall(r"^\| `(\w+)` \|", contributing(), re.MULTILINE)
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = [set(layer.split(" | ")) for layer in reversed(contracts["contracts"][0]["layers"])]
    place = {name: index for index, layer in enumerate(layers) for name in layer}
    packages = [name for name in told if name in place]
    assert set(packages) == set(place) - {"__main__"}
    assert packages == sorted(packages, key=place.__getitem__)


if __name__ == "__main__":
    KEYS_PAGE.write_text(keys_page())
