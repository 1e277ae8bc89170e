"""`tuimon login`: W&B's own login, with the Python that the mirror runs with."""

import os
import sys
from itertools import pairwise

import click

from tuimon.cli.shared.common import CommandError


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]}
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> int:
    """Log in to Weights & Biases: hands over to `wandb login`, ARGUMENTS included.

    \b
    tuimon login                        asks for an API key
    tuimon login KEY                    takes it
    tuimon login --host https://wandb.example.org
    """
    _check_host(arguments)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "wandb", "login", *arguments])


def _check_host(arguments: tuple[str, ...]) -> None:
    """Refuse what is no URL: wandb answers it with a traceback."""
    for argument, after in pairwise((*arguments, "")):
        option, equals, value = argument.partition("=")
        host = value if equals else after
        if option == "--host" and not host.startswith(("http://", "https://")):
            raise CommandError(f"--host {host}: expected a URL like https://wandb.example.org")
