"""The palette: what can be done here, by name."""

from collections.abc import Iterator, Sequence

from rich.markup import escape
from textual.app import SystemCommand
from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider

from tuimon.tui.keys.key_tables import Key

_BY_HELP = 0.5
"""What a match in the help of a command is worth beside one in its name."""


class Palette(CommandPalette):
    """Textual's, but for what ends the app there.

    Its list is moved in only when it is there, and of two clicks beside it the second one does not
    take away the screen below.
    """

    def dismiss(self, result: None = None) -> AwaitComplete:
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def _action_command_list(self, action: str) -> None:
        if self.query_one(CommandList).scrollable_content_region:
            super()._action_command_list(action)


class CommandIndex(Provider):
    """The commands of a screen in the order of its help, found by what they do, too."""

    async def discover(self) -> Hits:
        for command in self._commands():
            yield DiscoveryHit(command.title, command.callback, help=escape(command.help))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._commands():
            by_help = _BY_HELP * matcher.match(command.help)
            if score := max(matcher.match(command.title), by_help):
                shown = matcher.highlight(command.title)
                yield Hit(score, shown, command.callback, help=escape(command.help))

    def _commands(self) -> Iterator[SystemCommand]:
        yield from self.app.get_system_commands(self.screen)


def told(keys: Sequence[Key]) -> Iterator[tuple[Key, str]]:
    """Each key with what is told of it: its key and its help, or that of the key it goes with."""
    help = ""
    for key in keys:
        help = key.help or help
        yield key, f"{key.shown}  {help}"
