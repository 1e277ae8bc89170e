"""`tuimon login`: W&B's own login, with the Python that the mirror runs with."""

import os
import sys

import click


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
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "wandb", "login", *arguments])
