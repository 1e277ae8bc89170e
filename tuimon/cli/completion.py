"""`tuimon completion`: what has a shell complete commands, options, runs and files."""

import click

from tuimon.cli.main import COMPLETION


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that has SHELL complete what is typed after tuimon.

    \b
    eval "$(tuimon completion bash)"          in ~/.bashrc
    eval "$(tuimon completion zsh)"           in ~/.zshrc, behind compinit
    tuimon completion fish | source           in ~/.config/fish/config.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(ctx.find_root().command, {}, "tuimon", COMPLETION).source())
