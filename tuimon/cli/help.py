"""`tuimon help`: the pages of the guide, laid out for a terminal."""

import difflib
import re
import shutil
import sys
from importlib.resources import files
from typing import TYPE_CHECKING

import click

from tuimon.cli.main import COMMANDS
from tuimon.cli.shared.common import CommandError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

TOPICS = (
    "guide",
    "keys",
    "charts",
    "settings",
    "how-it-works",
    "ends",
    "restarts",
    "sources",
    "places",
    "wandb",
    "programs",
    "measured",
    "on-disk",
    "troubleshooting",
    "contributing",
)
"""Names of the pages in ``tuimon/docs``, in the order in which they are listed."""

_WIDEST = 100
_WITHOUT_TERMINAL = (80, 24)
_NOT_FOR_TERMINALS = re.compile(r"^(?:<!-- .* -->|!\[.*\))\n", re.MULTILINE)
"""Comments and pictures: each has a line of its own."""
_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_LINK = re.compile(r"\[([\w-]+)\]\(\1\.md\)")


def complete_topic(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """What a shell offers for a TOPIC: pages, and commands."""
    from click.shell_completion import CompletionItem

    return [
        CompletionItem(name, help=about)
        for name, about in (_about_pages() | COMMANDS).items()
        if name.startswith(incomplete)
    ]


@click.command()
@click.argument("topic", required=False, shell_complete=complete_topic)
@click.pass_context
def command(ctx: click.Context, topic: str | None) -> None:
    """Show TOPIC of the guide, or the help of the command of that name; without, list the topics.

    Long pages open in $PAGER, else in less.
    """
    if topic is None:
        _list_topics(ctx)
    elif topic in TOPICS:
        _show(topic)
    else:
        _show_command(ctx.find_root(), topic)


def page(topic: str) -> str:
    """The Markdown of a page."""
    return (files("tuimon") / "docs" / f"{topic}.md").read_text(encoding="utf-8")


def _about_pages() -> dict[str, str]:
    """Topic → the first sentence below its heading."""
    paragraphs = {topic: page(topic).split("\n\n", 2)[1].replace("\n", " ") for topic in TOPICS}
    return {topic: text.partition(". ")[0].rstrip(".") + "." for topic, text in paragraphs.items()}


def _list_topics(ctx: click.Context) -> None:
    formatter = ctx.make_formatter()
    formatter.write_usage(ctx.command_path, "[TOPIC|COMMAND]")
    with formatter.section("Topics"):
        formatter.write_dl(list(_about_pages().items()))
    formatter.write_paragraph()
    formatter.write_text("`tuimon --help` lists the commands, `tuimon help COMMAND` explains one.")
    click.echo(formatter.getvalue(), nl=False)


def _show_command(root: click.Context, name: str) -> None:
    """Print the help of a command.

    Raises:
        CommandError: there is none of that name, nor a page.
    """
    assert isinstance(root.command, click.Group)
    found = root.command.get_command(root, name)
    if found is None:
        near = difflib.get_close_matches(name.lower(), [*TOPICS, *COMMANDS], n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        hint = hint or "; `tuimon help` lists the topics"
        raise CommandError(f"no topic or command {name}{hint}")
    with click.Context(found, info_name=name, parent=root) as ctx:
        click.echo(ctx.get_help())


def _show(topic: str) -> None:
    """Print a page; by the pager if it is longer than the terminal."""
    from tuimon.cli.shared.colours import wants_colour

    coloured = wants_colour("auto")
    columns, rows = shutil.get_terminal_size(_WITHOUT_TERMINAL)
    lines = laid_out(page(topic), min(columns, _WIDEST), coloured=coloured)
    if sys.stdout.isatty() and len(lines) >= rows:
        click.echo_via_pager("\n".join(lines))
    else:
        click.echo("\n".join(lines), color=coloured)


def laid_out(markdown: str, cells: int, *, coloured: bool) -> list[str]:
    """A page in lines of at most so many cells."""
    from tuimon.charts.model import Span
    from tuimon.cli.shared.colours import lines
    from tuimon.terminal.glyphs import has_unicode, in_ascii
    from tuimon.views.text.markdown import markdown_lines

    text = _LINK.sub(r"`tuimon help \1`", _NOT_FOR_TERMINALS.sub("", markdown))
    if not coloured:
        text = _CODE.sub(r"`` `\1` ``", text)  # with its marks, as nothing else tells it apart
    rows = (
        tuple(Span(*piece) for piece in line)
        for line in markdown_lines(text, cells, line_breaks=False)
    )
    shown = lines(rows, coloured=coloured)
    return list(shown) if has_unicode(sys.stdout.encoding) else [in_ascii(line) for line in shown]
